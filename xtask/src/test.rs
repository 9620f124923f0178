//! `cargo xtask test`: every check and every test, cheap ones first, with a summary at the end.
//!
//! What must be made before the dear tests (the control plane, Python's packages) is made in the
//! background meanwhile; of the dear ones, which wait for most of their time, those on the rig's
//! servers go on beside those in the browser.

mod background;
mod dear;
mod report;
mod tally;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread;

use anyhow::{Result, bail};

use self::background::Background;
use self::dear::Dear;
use self::report::Report;
use self::tally::Tally;
use crate::environment::Place;
use crate::{budget, process, tidy, web};

const FORMAT: &str = "fmt --all --check";
const CLIPPY: &str = "clippy --locked --workspace --all-targets -- -D warnings";
const CLIPPY_WASM: &str = "clippy --locked --package skyports-app --bin skyports-web --features hydrate \
                           --target wasm32-unknown-unknown -- -D warnings";
const DOC: &str = "doc --locked --workspace --exclude xtask --no-deps";
// With the profile that xtask is built with already.
const TEST_XTASK: &str = "test --locked --package xtask --profile xtask";
// Programs too, so that they are built with what tests enable, once for all.
const BUILD: &str = "build --locked --workspace --exclude xtask --all-targets";
const TEST: &str = "test --locked --workspace --exclude xtask --no-fail-fast";

/// How much is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What every change is tried with.
    Usual,
    /// Real apps that take minutes and a gigabyte, too.
    All,
}

impl Extent {
    /// Tells the cluster tests' scripts.
    fn tell(self, command: &mut Command) {
        if self == Self::All {
            command.env("SKYPORTS_ALL", "1");
        }
    }
}

/// All of it. Ends early only when something does not build.
pub(crate) fn test(place: &Place, extent: Extent) -> Result<ExitCode> {
    let mut preparing = process::command(place.root.join("end2end/cluster/prepare"));
    preparing.env("SKYPORTS_CACHE", &place.cache);
    extent.tell(&mut preparing);
    let preparation = Background::start(place, "prepare", &preparing)?;
    let mut report = Report::new();
    report.step("format", || check(&mut cargo(place, FORMAT)));
    report.step("tidy", || tidy::check(place).map(Tally::check));
    report.step("clippy", || check(&mut cargo(place, CLIPPY)));
    report.step("clippy wasm", || check(&mut cargo(place, CLIPPY_WASM)));
    report.step("doc", || check(cargo(place, DOC).env("RUSTDOCFLAGS", "-D warnings")));
    report.step("test xtask", || runner(&mut cargo(place, TEST_XTASK), tally::of_cargo));
    if report.step("build", || check(&mut cargo(place, BUILD))) {
        match web_files(place, &mut report) {
            Some(web) => dear(place, &mut report, preparation, &web.path, extent)?,
            None => tests_of_cargo(place, &mut report),
        }
    }
    Ok(report.finish())
}

fn web_files(place: &Place, report: &mut Report) -> Option<web::WebFolder> {
    let web = report.make("web", || web::build(place, web::Profile::Release))?;
    report.step("size", || {
        let weight = budget::weigh(&web)?;
        println!("{}", weight.text);
        Ok(Tally::check(weight.within))
    });
    Some(web)
}

fn tests_of_cargo(place: &Place, report: &mut Report) {
    report.step("test", || runner(&mut cargo(place, TEST), tally::of_cargo));
}

/// The dear tests and those of Cargo, which wait a lot, too: before the others while something is
/// still prepared, else beside them.
fn dear(
    place: &Place,
    report: &mut Report,
    mut preparation: Background,
    web: &Path,
    extent: Extent,
) -> Result<()> {
    let tested = preparation.is_going_on()?;
    if tested {
        tests_of_cargo(place, report);
    }
    if !report.step("prepare", || prepared(preparation)) {
        return Ok(());
    }
    let Some(dear) = report.make("tools", || Dear::find(place, web, extent)) else {
        return Ok(());
    };
    println!("\n── cluster, data plane: beside what follows; their logs are in the cache");
    let on_servers = thread::scope(|scope| {
        let on_servers = scope.spawn(|| dear.on_servers());
        if !tested {
            tests_of_cargo(place, report);
        }
        report.step("browser", || dear.in_browser());
        on_servers.join()
    });
    match on_servers {
        Ok(steps) => steps.into_iter().for_each(|step| report.add(step)),
        Err(panic) => std::panic::resume_unwind(panic),
    }
    Ok(())
}

/// Waits for the rig's servers and Python's packages.
fn prepared(preparation: Background) -> Result<Tally> {
    let (status, said) = preparation.wait()?;
    if !status.success() {
        bail!("the rig’s servers or the Python packages could not be made:\n{said}");
    }
    Ok(Tally::check(true))
}

fn cargo(place: &Place, words: &str) -> Command {
    let mut cargo = process::cargo(place);
    cargo.args(words.split_whitespace());
    cargo
}

/// A command that is one check by itself.
fn check(command: &mut Command) -> Result<Tally> {
    let status = command.status().map_err(|error| process::not_started(command, error))?;
    Ok(Tally::check(status.success()))
}

/// A command that runs many tests and tells how many.
fn runner(command: &mut Command, count: fn(&str) -> Tally) -> Result<Tally> {
    let (status, output) = process::tee(command)?;
    Ok(count(&output).after(status.success()))
}
