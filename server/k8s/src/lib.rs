//! Kubernetes' objects to the model of skyports.
//!
//! Pure: it knows no client, no clock, no file and no runtime, so every rule about SkyPilot's and
//! the clouds' objects can be tested with a handful of JSON. Start reading at
//! [`observe::observe`], which looks at [`objects::Objects`], and at [`plan::open`].

pub mod apps;
pub mod check;
pub mod describe;
pub mod ground;
pub mod leftover;
pub mod links;
mod manifest;
mod names;
pub mod objects;
pub mod observe;
pub mod plan;
mod ports;
mod render;
pub mod subpath;
#[cfg(test)]
mod testing;
pub mod wire;
