//! What the user asked for: flags, environment, clock. The only place that reads them.

pub mod args;
pub mod clock;
pub mod environment;
pub mod exposure;
pub mod origin;
pub mod sign_in;
pub mod skypilot;
