//! The sub-commands, a file each, and what their ends mean to a shell.

pub mod exit;
pub mod list;
pub mod serve;
mod table;
