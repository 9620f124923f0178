//! What the user asked for: flags, environment, clock. The only place that reads them.

pub mod args;
pub mod clock;
pub mod environment;
pub mod origin;
pub mod skypilot;
