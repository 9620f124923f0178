//! A small Kubernetes API in memory, spoken to over loopback HTTP like any other.
//!
//! It shares no code with skyports, so that it cannot share a mistake with it: what it knows of
//! Kubernetes is held by tests that ask a real kube-apiserver the same. Start reading at `store`
//! for what there is, and at `api` for how it is asked.

pub mod api;
mod document;
pub mod kubeconfig;
pub mod resource;
mod selectors;
pub mod store;
