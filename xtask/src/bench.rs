//! `cargo xtask bench [NAME]`: measures against peers, in one run on the same machine.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::environment::Place;
use crate::{browser, process, run, web};

/// What can be measured, each by a program in `end2end/bench`.
const BENCHMARKS: [(&str, Runs); 4] = [
    ("overview", Runs::Python),
    ("page", Runs::Node),
    ("ports", Runs::Python),
    ("verdict", Runs::Python),
];

/// What a benchmark is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Runs {
    /// `NAME.py`, beside SkyPilot.
    Python,
    /// `NAME.mjs`, with Chromium.
    Node,
}

/// Runs those named, else all; fails when a goal is missed.
pub(crate) fn bench(place: &Place, names: &[String]) -> Result<ExitCode> {
    let known = BENCHMARKS.map(|(name, _)| name);
    if let Some(unknown) = names.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("there is no benchmark `{unknown}`; known: {}", known.join(", "));
    }
    let wanted: Vec<_> = BENCHMARKS
        .into_iter()
        .filter(|(name, _)| names.is_empty() || names.iter().any(|asked| asked == name))
        .collect();
    if process::find(&["wrk"]).is_none() {
        browser::install("wrk", "the benchmarks")?;
    }
    let web = web::build(place, web::Profile::Release)?;
    let binary = run::binary(place, "release")?;
    let verdict = run::example(place, "verdict")?;
    let cluster = place.root.join("end2end/cluster");
    process::run(process::command(cluster.join("build")).env("SKYPORTS_CACHE", &place.cache))?;
    let python = process::last_line(
        process::command(cluster.join("venv")).env("SKYPORTS_CACHE", &place.cache),
    )?;
    let mut met = true;
    for (name, runs) in wanted {
        println!("\n── {name}");
        let program = place.root.join("end2end/bench").join(name);
        let mut command = match runs {
            Runs::Python => {
                let mut command = process::command(&python);
                command.arg(program.with_extension("py"));
                command
            }
            Runs::Node => {
                let mut command = process::command("node");
                command.arg(program.with_extension("mjs"));
                command.env("SKYPORTS_CHROMIUM", browser::chromium()?);
                command.env("SKYPORTS_NODE", browser::packages(place)?);
                command.env("SKYPORTS_PYTHON", &python);
                command
            }
        };
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("SKYPORTS_CACHE", &place.cache);
        command.env("SKYPORTS_VERDICT", &verdict);
        command.env("SKYPORTS_BIN", &binary).env("SKYPORTS_WEB_DIR", &web.path);
        met &= process::run(&mut command).inspect_err(|error| eprintln!("{error:#}")).is_ok();
    }
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
