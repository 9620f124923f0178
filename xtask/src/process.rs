//! Starts other programs, and says what to install when one is missing.
#![expect(clippy::disallowed_methods, reason = "the one file of xtask that starts programs")]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Error, Result, bail};

use crate::environment;

/// A program to be run.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    Command::new(program)
}

/// Cargo, in the repository's root.
pub(crate) fn cargo(place: &environment::Place) -> Command {
    let mut cargo = command(environment::cargo());
    cargo.current_dir(&place.root).env("CARGO_TARGET_DIR", &place.target);
    cargo
}

/// Runs it to its end; it must end well.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|error| not_started(command, error))?;
    succeeded(command, status)
}

/// Runs it to its end, shows its standard output, and returns that too.
pub(crate) fn tee(command: &mut Command) -> Result<(ExitStatus, String)> {
    let mut child =
        command.stdout(Stdio::piped()).spawn().map_err(|error| not_started(command, error))?;
    let mut text = String::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.context("reading a program's output")?;
            let line = String::from_utf8_lossy(&line);
            // A reader that went away must not end the tests.
            let _ = writeln!(std::io::stdout(), "{line}");
            text.push_str(&line);
            text.push('\n');
        }
    }
    Ok((child.wait().context("waiting for a program")?, text))
}

/// Runs it to its end, which must be good, and returns the last line of its standard output.
pub(crate) fn last_line(command: &mut Command) -> Result<String> {
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|error| not_started(command, error))?;
    succeeded(command, output.status)?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines()
        .last()
        .map(str::to_owned)
        .with_context(|| format!("{} printed nothing", name(command)))
}

/// Becomes that program; returns only when it could not be started.
pub(crate) fn exec(command: &mut Command) -> Error {
    use std::os::unix::process::CommandExt;
    let error = command.exec();
    not_started(command, error)
}

/// The first of these programs that is on the `PATH`.
pub(crate) fn find(names: &[&str]) -> Option<PathBuf> {
    let folders = environment::search_path();
    names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|path| path.is_file())
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() { Ok(()) } else { bail!("`{}` ended with {status}", shown(command)) }
}

/// The error of a program that could not be started, with what to install.
pub(crate) fn not_started(command: &Command, error: std::io::Error) -> Error {
    let program = name(command);
    let hint = match error.kind() {
        ErrorKind::NotFound => missing(&program),
        _ => None,
    };
    let error = Error::new(error).context(format!("`{program}` could not be started"));
    match hint {
        Some(hint) => error.context(hint),
        None => error,
    }
}

fn missing(program: &str) -> Option<String> {
    let from = match program {
        "cargo" | "rustup" | "rustc" => "https://rustup.rs",
        "cc" => {
            "your system (Debian: `apt-get install build-essential`; macOS: `xcode-select --install`)"
        }
        "python3" => "https://python.org or your system (3.10 to 3.13)",
        "node" | "npm" => "https://nodejs.org or your system (20 or newer)",
        _ => return None,
    };
    Some(format!("`{program}` is missing: install it from {from}, then start this again"))
}

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn shown(command: &Command) -> String {
    let arguments = command.get_args().map(|it| it.to_string_lossy());
    std::iter::once(command.get_program().to_string_lossy())
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}
