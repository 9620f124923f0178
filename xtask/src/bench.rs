//! `cargo xtask bench [NAME]`: measures against peers, in one run on the same machine.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::environment::Place;
use crate::{browser, process, run, web};

/// What can be measured, each by a program in `end2end/bench`.
const BENCHMARKS: [(&str, &str); 2] = [("overview", "overview.py"), ("page", "page.mjs")];

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
    let cluster = place.root.join("end2end/cluster");
    process::run(process::command(cluster.join("build")).env("SKYPORTS_CACHE", &place.cache))?;
    let python = process::last_line(
        process::command(cluster.join("venv")).env("SKYPORTS_CACHE", &place.cache),
    )?;
    let mut met = true;
    for (name, program) in wanted {
        println!("\n── {name}");
        let in_browser = program.ends_with(".mjs");
        let mut command = process::command(if in_browser { "node" } else { &python });
        command.arg(place.root.join("end2end/bench").join(program));
        if in_browser {
            command.env("SKYPORTS_CHROMIUM", browser::chromium()?);
            command.env("SKYPORTS_NODE", browser::packages(place)?).env("SKYPORTS_PYTHON", &python);
        }
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("SKYPORTS_CACHE", &place.cache);
        command.env("SKYPORTS_BIN", &binary).env("SKYPORTS_WEB_DIR", &web.path);
        met &= process::run(&mut command).inspect_err(|error| eprintln!("{error:#}")).is_ok();
    }
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
