//! Programs that go on beside the other steps, and end with us, whatever ends us.
//!
//! Their output goes into a log, so that it does not stand between the lines of others.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::environment::Place;
use crate::process;

/// Runs its arguments, and ends them and all that they started as soon as its standard input closes.
const SCRIPT: &str = r#"
exec 3<&0
(cat <&3 >/dev/null; kill -- -$$ 2>/dev/null) &
"$@" 3<&- </dev/null || exit 1
"#;

/// Work that goes on beside the other steps.
pub(crate) struct Background {
    child: Child,
    log: PathBuf,
}

impl Background {
    /// Begins with it; the log has its name.
    pub(crate) fn start(place: &Place, name: &str, work: &Command) -> Result<Self> {
        let log = place.cache.join(format!("{name}.log"));
        fs::create_dir_all(&place.cache)?;
        let file = File::create(&log).with_context(|| log.display().to_string())?;
        let mut command = process::command("sh");
        command.args(["-c", SCRIPT, name]).arg(work.get_program()).args(work.get_args());
        command.current_dir(work.get_current_dir().unwrap_or(&place.root));
        for (name, value) in work.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.process_group(0);
        command.stdin(Stdio::piped()).stdout(file.try_clone()?).stderr(file);
        let child = command.spawn().map_err(|error| process::not_started(&command, error))?;
        Ok(Self { child, log })
    }

    /// Whether it still goes on.
    pub(crate) fn is_going_on(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_none())
    }

    /// Waits for its end: how that was, and all that it said.
    pub(crate) fn wait(mut self) -> Result<(ExitStatus, String)> {
        // Not `wait`: that closes its standard input first.
        let status = loop {
            match self.child.try_wait()? {
                Some(status) => break status,
                None => thread::sleep(Duration::from_millis(200)),
            }
        };
        let said = fs::read(&self.log).with_context(|| self.log.display().to_string())?;
        Ok((status, String::from_utf8_lossy(&said).into_owned()))
    }
}
