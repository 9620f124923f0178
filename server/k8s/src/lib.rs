//! Kubernetes' objects to the model of skyports.
//!
//! Pure: it knows no client, no clock, no file and no runtime, so every rule about SkyPilot's and
//! the clouds' objects can be tested with a handful of JSON. Start reading at
//! [`observe::observe`]; [`objects::Objects`] is what it looks at.

pub mod apps;
pub mod describe;
mod names;
pub mod objects;
pub mod observe;
mod ports;
#[cfg(test)]
mod testing;
pub mod wire;
