//! `cargo xtask test`: every check and every test, cheap ones first, with a summary at the end.
//!
//! What must be made before the dear tests (the control plane, Python's packages) is made in the
//! background meanwhile.

mod background;
mod report;
mod tally;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Result;

use self::background::Preparation;
use self::report::Report;
use self::tally::Tally;
use crate::environment::Place;
use crate::{browser, budget, plane, process, tidy, web};

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

/// How the cluster tests are spread: each process has a control plane of its own, and most of what
/// they do is waiting. A module stays together, since it shares what it has made.
const SIDE_BY_SIDE: &str = "--numprocesses=2 --dist=loadfile --durations=25";

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
    let preparation = Preparation::start(place, extent)?;
    let mut report = Report::new();
    report.step("format", || check(&mut cargo(place, FORMAT)));
    report.step("tidy", || tidy::check(place).map(Tally::check));
    report.step("clippy", || check(&mut cargo(place, CLIPPY)));
    report.step("clippy wasm", || check(&mut cargo(place, CLIPPY_WASM)));
    report.step("doc", || check(cargo(place, DOC).env("RUSTDOCFLAGS", "-D warnings")));
    report.step("test xtask", || runner(&mut cargo(place, TEST_XTASK), tally::of_cargo));
    if report.step("build", || check(&mut cargo(place, BUILD))) {
        report.step("test", || runner(&mut cargo(place, TEST), tally::of_cargo));
        if let Some(web) = web_files(place, &mut report) {
            dear(place, &mut report, preparation, &web.path, extent);
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

/// Tests against a real control plane and in a real browser.
fn dear(place: &Place, report: &mut Report, preparation: Preparation, web: &Path, extent: Extent) {
    if !preparation.wait(report) {
        return;
    }
    let under_test = |program: PathBuf| {
        let mut command = process::command(program);
        command.current_dir(&place.root).env("SKYPORTS_CACHE", &place.cache);
        extent.tell(&mut command);
        command
            .env("SKYPORTS_BIN", place.target.join("debug/skyports"))
            .env("SKYPORTS_DEMO_API", place.target.join("debug/examples/contract"))
            .env("SKYPORTS_MANIFESTS", place.target.join("debug/examples/manifests"))
            .env("SKYPORTS_WEB_DIR", web);
        command
    };
    report.step("cluster", || {
        let mut lane = under_test(place.root.join("end2end/cluster/test"));
        lane.args(SIDE_BY_SIDE.split_whitespace());
        runner(&mut lane, tally::of_pytest)
    });
    report.unless("data plane", plane::obstacle(place), || {
        let mut lane = under_test(place.root.join("end2end/cluster/test-plane"));
        lane.arg("plane").env("SKYPORTS_CHROMIUM", browser::chromium()?);
        runner(&mut lane, tally::of_pytest)
    });
    report.step("browser", || {
        let mut node = under_test("node".into());
        node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]);
        node.args(browser::specs(&place.root)?);
        node.env("SKYPORTS_CHROMIUM", browser::chromium()?);
        node.env("SKYPORTS_NODE", browser::packages(place)?);
        runner(&mut node, tally::of_node)
    });
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
