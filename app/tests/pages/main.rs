//! What people get: the documents of every page, as the server sends them.
//!
//! Run with `--features ssr`; without it there is nothing to render and nothing is tested.
#![cfg(feature = "ssr")]

mod documents;
mod first;
mod hostile;
mod html;
mod icons;
mod panel;
#[expect(clippy::unwrap_used, reason = "what is written there is known to parse")]
#[path = "../../examples/gallery/samples.rs"]
mod samples;
