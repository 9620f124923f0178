//! `cargo xtask test`: every check and every test, cheap ones first, with a summary at the end.
//!
//! What must be made before the dear tests (the control plane, Python and npm packages) is made in
//! the background meanwhile.

mod background;
mod report;
mod tally;

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Result;

use self::background::Preparation;
use self::report::Report;
use self::tally::Tally;
use crate::environment::Place;
use crate::{browser, budget, process, run, tidy, web};

/// All of it. Ends early only when something does not build.
pub(crate) fn test(place: &Place) -> Result<ExitCode> {
    let preparation = Preparation::start(place)?;
    let mut report = Report::new();
    report.step("format", || check(process::cargo(place).args(["fmt", "--all", "--check"])));
    report.step("tidy", || tidy::check(place).map(Tally::check));
    let built = lints(place, &mut report) && tests(place, &mut report);
    match if built { web_and_binary(place, &mut report) } else { None } {
        Some((web, binary)) => dear(place, &mut report, preparation, &web, &binary),
        None => drop(preparation),
    }
    Ok(report.finish())
}

fn lints(place: &Place, report: &mut Report) -> bool {
    let deny = ["--", "-D", "warnings"];
    let native = report.step("clippy", || {
        check(
            process::cargo(place)
                .args(["clippy", "--locked", "--workspace", "--all-targets"])
                .args(deny),
        )
    });
    let wasm = report.step("clippy wasm", || {
        let mut cargo = process::cargo(place);
        cargo.args([
            "clippy",
            "--locked",
            "-p",
            "skyports-app",
            "--bin",
            "skyports-web",
            "--features",
            "hydrate",
        ]);
        check(cargo.args(["--target", "wasm32-unknown-unknown"]).args(deny))
    });
    // A lint that fails leaves the code whole: go on.
    let _ = (native, wasm);
    true
}

fn tests(place: &Place, report: &mut Report) -> bool {
    let xtask = report.step("test xtask", || {
        // With the profile that it is built with already.
        runner(
            process::cargo(place).args(["test", "--locked", "-p", "xtask", "--profile", "xtask"]),
            tally::of_cargo,
        )
    });
    let builds = report.step("build tests", || {
        let mut cargo = process::cargo(place);
        check(cargo.args([
            "test",
            "--locked",
            "--workspace",
            "--exclude",
            "xtask",
            "--no-run",
            "--quiet",
        ]))
    });
    if builds {
        report.step("test", || {
            let mut cargo = process::cargo(place);
            cargo.args(["test", "--locked", "--workspace", "--exclude", "xtask", "--no-fail-fast"]);
            runner(&mut cargo, tally::of_cargo)
        });
    }
    xtask && builds
}

fn web_and_binary(
    place: &Place,
    report: &mut Report,
) -> Option<(web::WebFolder, std::path::PathBuf)> {
    let binary = report.make("build", || run::binary(place, "dev"))?;
    let web = report.make("web", || web::build(place, web::Profile::Release))?;
    report.step("size", || {
        let weight = budget::weigh(&web)?;
        println!("{}", weight.text);
        Ok(Tally::check(weight.within))
    });
    Some((web, binary))
}

/// Tests against a real control plane and in a real browser.
fn dear(
    place: &Place,
    report: &mut Report,
    preparation: Preparation,
    web: &web::WebFolder,
    binary: &Path,
) {
    let prepared = preparation.wait(report);
    if !prepared {
        return;
    }
    report.step("cluster", || {
        let mut pytest = process::command(place.root.join("end2end/cluster/test"));
        pytest
            .env("SKYPORTS_CACHE", &place.cache)
            .env("SKYPORTS_BIN", binary)
            .env("SKYPORTS_WEB_DIR", &web.path);
        runner(&mut pytest, tally::of_pytest)
    });
    report.step("browser", || {
        let mut node = process::command("node");
        node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
            .args(browser::specs(&place.root)?);
        node.current_dir(&place.root).env("SKYPORTS_CACHE", &place.cache);
        node.env("SKYPORTS_BIN", binary).env("SKYPORTS_WEB_DIR", &web.path);
        node.env("SKYPORTS_CHROMIUM", browser::chromium()?)
            .env("SKYPORTS_NODE", browser::packages(place)?);
        runner(&mut node, tally::of_node)
    });
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
