//! The binary `skyports`: watches Kubernetes, serves the pages, answers the command line.
//!
//! Entry points: [`cli::serve`] and [`cli::list`]. The arrows between the modules are in
//! `ARCHITECTURE.md`: `web, cli → dashboard → cluster`, and nothing points back.

pub mod cli;
pub mod cluster;
pub mod config;
pub mod dashboard;
pub mod probe;
pub mod share;
pub mod web;
