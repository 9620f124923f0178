//! A small Kubernetes API in memory, spoken to over loopback HTTP like any other, and the world
//! behind it: clusters, apps that really answer, an ingress controller, a cloud.
//!
//! It shares no code with skyports, so that it cannot share a mistake with it: what it knows of
//! Kubernetes is held by tests that ask a real kube-apiserver the same. Start reading at `store`
//! for what there is, at `api` for how it is asked, and at `demo` for everything that runs.

pub mod api;
mod apps;
mod balancer;
mod cloud;
mod complaint;
mod demo;
mod document;
mod fields;
mod ingress;
mod kinds;
pub mod kubeconfig;
mod kubelet;
pub mod resource;
mod schema;
mod seed;
mod selectors;
pub mod store;

pub use self::demo::{Config, Demo, Which};
