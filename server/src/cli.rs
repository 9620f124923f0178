//! The sub-commands, a file each, and what their ends mean to a shell.

pub mod check;
pub mod exit;
pub mod explain;
mod find;
pub mod list;
pub mod ports;
pub mod serve;
mod table;
