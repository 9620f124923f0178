//! Parses the command line and calls the sub-command; nothing else.

use std::process::ExitCode;

use clap::Parser as _;
use skyports::cli;
use skyports::config::args::{Args, Command};

fn main() -> ExitCode {
    let Args { command } = Args::parse();
    let exit = match command {
        Command::Serve(args) => cli::serve::run(*args),
        Command::List(args) => cli::list::run(args),
        Command::Check(args) => cli::check::run(args),
        Command::Explain(args) => cli::explain::run(args),
        Command::Open(args) => cli::ports::open(args),
        Command::Close(args) => cli::ports::close(args),
    };
    exit.into()
}
