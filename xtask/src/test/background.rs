//! Makes what the dear tests need while the cheap ones run: the rig's servers and Python's packages.
//!
//! Their output goes into a log, which is shown only when something fails.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail};

use super::Extent;
use super::report::Report;
use super::tally::Tally;
use crate::environment::Place;
use crate::process;

/// Runs its argument, and ends it and all that it started as soon as its standard input closes: at
/// our end, whatever ends us.
const SCRIPT: &str = r#"
exec 3<&0
(cat <&3 >/dev/null; kill -- -$$ 2>/dev/null) &
"$1" 3<&- </dev/null || exit 1
"#;

/// Work that goes on beside the other steps.
pub(crate) struct Preparation {
    child: Child,
    log: PathBuf,
}

impl Preparation {
    /// Begins with it.
    pub(crate) fn start(place: &Place, extent: Extent) -> Result<Self> {
        let log = place.cache.join("prepare.log");
        fs::create_dir_all(&place.cache)?;
        let file = File::create(&log).with_context(|| log.display().to_string())?;
        let mut command = process::command("sh");
        command.args(["-c", SCRIPT, "prepare"]);
        command.arg(place.root.join("end2end/cluster/prepare"));
        command.env("SKYPORTS_CACHE", &place.cache).process_group(0);
        extent.tell(&mut command);
        command.stdin(Stdio::piped()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().map_err(|error| process::not_started(&command, error))?;
        Ok(Self { child, log })
    }

    /// Waits for its end; whether all is there.
    pub(crate) fn wait(mut self, report: &mut Report) -> bool {
        report.step("prepare", || {
            // Not `wait`: that closes its standard input first.
            let status = loop {
                match self.child.try_wait()? {
                    Some(status) => break status,
                    None => std::thread::sleep(std::time::Duration::from_millis(200)),
                }
            };
            let said = fs::read_to_string(&self.log).unwrap_or_default();
            if !status.success() {
                bail!("the rig’s servers or the Python packages could not be made:\n{said}");
            }
            Ok(Tally::check(true))
        })
    }
}
