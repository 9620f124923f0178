//! What people see of skyports, compiled for the server (feature `ssr`) and for the browser
//! (feature `hydrate`). Knows the model and Leptos; never Kubernetes, never the server.
//!
//! Start reading at [`page`] for the documents, and at [`dashboard::Dashboard`] for where their
//! data comes from.

pub mod api;
pub mod dashboard;
pub mod page;
