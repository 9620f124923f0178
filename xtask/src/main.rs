//! `cargo xtask COMMAND`: builds, runs, tests and measures skyports.
//!
//! The scripts `run`, `test` and `bench` at the root install what Cargo itself needs and come here.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a build tool talks to the terminal"
)]

mod bench;
mod browser;
mod budget;
mod environment;
mod plane;
mod process;
mod run;
mod test;
mod tidy;
mod web;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::environment::Place;

const USAGE: &str = "cargo xtask COMMAND

  run [ARGS]       build what changed, then `skyports serve ARGS` (or the sub-command that ARGS name)
  test [--all]     every check and every test, with one line a step at the end; with --all more
                   real apps behind the real data plane
  tidy             the rules of the house that no compiler checks
  web [--release]  the files for the browser; prints their folder
  build [--static] the program as one optimised file with the page inside; prints its path; static: one
                   that needs no library of the system either, for the image
  budget           how many bytes a first visit loads, and whether that is allowed
  bench [NAME]     the benchmarks against their peers";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<ExitCode> {
    let Some((command, rest)) = arguments.split_first() else { bail!("no command\n\n{USAGE}") };
    let place = Place::find()?;
    match (command.as_str(), rest) {
        ("run", rest) => run::run(&place, rest),
        ("test", []) => test::test(&place, test::Extent::Usual),
        ("test", [flag]) if flag == "--all" => test::test(&place, test::Extent::All),
        ("tidy", []) => tidy::tidy(&place),
        ("web", []) => web_folder(&place, web::Profile::Dev),
        ("web", [flag]) if flag == "--release" => web_folder(&place, web::Profile::Release),
        ("build", []) => run::build(&place, run::Linking::AsUsual),
        ("build", [flag]) if flag == "--static" => run::build(&place, run::Linking::Static),
        ("budget", []) => budget::print(&web::build(&place, web::Profile::Release)?),
        ("bench", names) => bench::bench(&place, names),
        ("help" | "-h" | "--help", _) => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!("`{}` is not understood\n\n{USAGE}", arguments.join(" ")),
    }
}

fn web_folder(place: &Place, profile: web::Profile) -> Result<ExitCode> {
    println!("{}", web::build(place, profile)?.path.display());
    Ok(ExitCode::SUCCESS)
}
