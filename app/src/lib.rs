//! What people see of skyports, compiled for the server (feature `ssr`) and for the browser
//! (feature `hydrate`). Knows the model and Leptos; never Kubernetes, never the server.
//!
//! Start reading at [`page`] for the documents, at [`island`] for what is live in them, and at
//! [`dashboard::Dashboard`] for where their data comes from.

pub mod api;
mod behaviour;
mod board;
mod browser;
mod components;
pub mod dashboard;
pub mod draw;
mod fetch;
mod find;
pub mod island;
pub mod leftovers;
mod line;
mod live;
mod node;
pub mod page;
mod pages;
mod panel;
pub mod ports;
mod reach;
pub mod share;
mod state;
mod stream;
mod words;

/// Makes the page that the browser shows come to life; its islands are started by the boot script.
pub fn hydrate() {
    #[cfg(feature = "hydrate")]
    leptos::mount::hydrate_islands();
    behaviour::begin();
}
