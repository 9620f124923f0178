//! `cargo xtask run ARGS`, what `./run` does, and `cargo xtask build`.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use crate::environment::Place;
use crate::{process, web};

/// First arguments that are not meant for `serve`.
const COMMANDS: [&str; 11] = [
    "serve",
    "list",
    "open",
    "close",
    "check",
    "explain",
    "help",
    "-h",
    "--help",
    "-V",
    "--version",
];

/// Builds what changed, then becomes `skyports`.
pub(crate) fn run(place: &Place, arguments: &[String]) -> Result<ExitCode> {
    let arguments = completed(arguments);
    let serves = arguments.first().is_some_and(|it| it == "serve");
    let asks_help = arguments.iter().any(|it| it == "--help" || it == "-h");
    let web = if serves && !asks_help { Some(web::build(place, web::Profile::Dev)?) } else { None };
    let mut skyports = process::command(binary(place, "dev")?);
    skyports.args(&arguments).env_remove("SKYPORTS_CALLED_FROM");
    if let Some(web) = web {
        skyports.env("SKYPORTS_WEB_DIR", web.path);
    }
    if let Some(folder) = &place.called_from {
        skyports.current_dir(folder);
    }
    Err(process::exec(&mut skyports))
}

/// What the program needs of the system that it runs on.
#[derive(Clone, Copy)]
pub(crate) enum Linking {
    /// The system's C library, of this version or newer.
    AsUsual,
    /// The kernel alone: it carries musl.
    Static,
}

/// `cargo xtask build`: one file that needs no other, optimised, with the page inside.
pub(crate) fn build(place: &Place, linking: Linking) -> Result<ExitCode> {
    let mut cargo = cargo_build(place, "release");
    let folder = match linking {
        Linking::AsUsual => place.target.clone(),
        Linking::Static => {
            let target = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
            // One crate has C code; its compiler must know where musl's headers are.
            if process::find(&["musl-gcc"]).is_none() {
                bail!(
                    "`musl-gcc` is missing (Debian: `apt-get install musl-tools`); \
                     Rust's part comes by `rustup target add {target}`"
                );
            }
            cargo.args(["--target", &target]);
            cargo.env(format!("CC_{}", target.replace('-', "_")), "musl-gcc");
            place.target.join(target)
        }
    };
    let web = web::build(place, web::Profile::Release)?;
    process::run(cargo.env("SKYPORTS_EMBED_WEB", web.path))?;
    println!("{}", folder.join("release/skyports").display());
    Ok(ExitCode::SUCCESS)
}

/// Builds the program and tells where it is; `profile` is Cargo's name for it.
pub(crate) fn binary(place: &Place, profile: &str) -> Result<PathBuf> {
    process::run(&mut cargo_build(place, profile))?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(place.target.join(folder).join("skyports"))
}

/// Builds one of the server's examples, optimised, and tells where it is.
pub(crate) fn example(place: &Place, name: &str) -> Result<PathBuf> {
    let mut cargo = process::cargo(place);
    cargo.args(["build", "--locked", "--release", "--package", "skyports", "--example", name]);
    process::run(&mut cargo)?;
    Ok(place.target.join("release/examples").join(name))
}

fn cargo_build(place: &Place, profile: &str) -> Command {
    let mut cargo = process::cargo(place);
    cargo.args([
        "build",
        "--locked",
        "--package",
        "skyports",
        "--bin",
        "skyports",
        "--profile",
        profile,
    ]);
    cargo
}

/// Without a sub-command, `serve` is meant.
fn completed(arguments: &[String]) -> Vec<String> {
    let named = arguments.first().is_some_and(|first| COMMANDS.contains(&first.as_str()));
    let serve = if named { None } else { Some("serve".to_owned()) };
    serve.into_iter().chain(arguments.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completes(arguments: &str) -> String {
        let arguments: Vec<String> = arguments.split_whitespace().map(str::to_owned).collect();
        completed(&arguments).join(" ")
    }

    #[test]
    fn serve_is_meant_unless_a_command_is_named() {
        assert_eq!(completes(""), "serve");
        assert_eq!(completes("--context prod"), "serve --context prod");
        assert_eq!(completes("serve --no-login"), "serve --no-login");
        assert_eq!(completes("list -o json"), "list -o json");
        assert_eq!(completes("--version"), "--version");
    }
}
