//! Guest links: their secrets, and what a link shows to whoever holds it.
//!
//! Knows no HTTP and no page. Where links are kept is `cluster::links`'s.

pub mod pace;
pub mod secret;
