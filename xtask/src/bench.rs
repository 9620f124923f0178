//! `cargo xtask bench [NAME]`: measures against peers, in one run on the same machine.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::environment::Place;
use crate::{browser, process, run, web};

/// What can be measured, each by `end2end/bench/NAME.py`.
const BENCHMARKS: [&str; 1] = ["overview"];

/// Runs those named, else all; fails when a goal is missed.
pub(crate) fn bench(place: &Place, names: &[String]) -> Result<ExitCode> {
    if let Some(unknown) = names.iter().find(|name| !BENCHMARKS.contains(&name.as_str())) {
        bail!("there is no benchmark `{unknown}`; known: {}", BENCHMARKS.join(", "));
    }
    let wanted: Vec<&str> = BENCHMARKS
        .into_iter()
        .filter(|it| names.is_empty() || names.iter().any(|name| name == it))
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
    for name in wanted {
        println!("\n── {name}");
        let mut command = process::command(&python);
        command.arg(place.root.join("end2end/bench").join(name).with_extension("py"));
        command.env("PYTHONDONTWRITEBYTECODE", "1").env("SKYPORTS_CACHE", &place.cache);
        command.env("SKYPORTS_BIN", &binary).env("SKYPORTS_WEB_DIR", &web.path);
        met &= process::run(&mut command).inspect_err(|error| eprintln!("{error:#}")).is_ok();
    }
    Ok(if met { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
