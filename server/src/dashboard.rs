//! The use-cases: what pages, server functions and commands call. Implements
//! [`skyports_app::dashboard::Dashboard`]; a file a use-case.

mod asking;
mod audit;
mod chain;
pub mod check;
mod describe;
pub mod document;
mod leftovers;
pub mod live;
pub mod merge;
pub mod ports;
pub mod probing;
pub mod said;
pub mod share;
pub mod sight;
#[cfg(test)]
pub(crate) mod testing;
pub mod viewer;
