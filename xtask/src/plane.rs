//! The data plane of the tests: whether it can run on this machine, and if not, why.

use std::process::Stdio;

use anyhow::{Context, Result};

use crate::environment::Place;
use crate::process;

/// Why tests could not be run.
pub(crate) struct Obstacle {
    /// In words, for the summary.
    pub(crate) why: String,
    /// Whether no machine of this kind can: then it is told, and fails nobody.
    pub(crate) is_of_platform: bool,
}

/// What stands in the way, after missing packages of Debian were installed.
pub(crate) fn obstacle(place: &Place) -> Result<Option<Obstacle>> {
    let script = place.root.join("end2end/cluster/packages");
    let mut command = process::command(script);
    let output = command.stderr(Stdio::inherit()).output().context("end2end/cluster/packages")?;
    if output.status.success() {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stdout);
    let why = said.lines().last().unwrap_or("it does not say why").to_owned();
    Ok(Some(Obstacle { why, is_of_platform: !cfg!(target_os = "linux") }))
}
