//! Everything that talks to a Kubernetes API: contexts, clients, watches, the picture of each
//! context. The only module that names `kube`.
//!
//! Start reading at [`contexts::resolve`], then `view::run`.

pub(crate) mod access;
pub(crate) mod actor;
pub(crate) mod apply;
pub(crate) mod check;
pub(crate) mod context;
pub mod contexts;
pub(crate) mod describe;
mod existing;
mod guard;
mod health;
pub(crate) mod leftovers;
pub(crate) mod links;
mod note;
pub mod reader;
mod request;
mod rights;
mod turns;
pub mod view;
mod watch;
