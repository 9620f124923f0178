//! Everything that talks to a Kubernetes API: contexts, clients, watches, the picture of each
//! context. The only module that names `kube`.
//!
//! Start reading at [`contexts::resolve`], then [`view::run`].

pub mod contexts;
pub(crate) mod describe;
mod guard;
mod health;
pub mod view;
mod watch;
