//! The HTTP face: router, sessions, headers, event stream, health.
//!
//! Start reading at [`router::router`]; [`listen::serve`] carries it.

pub mod access;
pub mod api;
mod asked;
pub mod assets;
mod broken;
pub mod events;
pub mod gate;
pub mod headers;
pub mod host;
mod leftovers;
pub mod listen;
pub mod pages;
mod ports;
pub mod router;
mod said;
pub mod session;
mod share;
pub mod sign_in;
