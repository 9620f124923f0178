//! What the browser tests need: Chromium, and their packages from npm in the cache.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::environment::{self, Place};
use crate::process;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const ON_MACOS: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Chromium's program: named, found, or installed from Debian's packages.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(named) = environment::chromium() {
        if !named.is_file() {
            bail!("SKYPORTS_CHROMIUM names no file: {}", named.display());
        }
        return Ok(named);
    }
    if let Some(found) = found() {
        return Ok(found);
    }
    install("chromium", "the browser tests")?;
    found()
        .context("Debian's package `chromium` was installed, but there is no program of that name")
}

fn found() -> Option<PathBuf> {
    let on_macos = ON_MACOS.iter().map(PathBuf::from).find(|path| path.is_file());
    process::find(&NAMES).or(on_macos)
}

/// Installs one of Debian's packages, where we may.
pub(crate) fn install(package: &str, needed_for: &str) -> Result<()> {
    let by_hand = || {
        format!(
            "{needed_for}: `{package}` is missing; install it (Debian: `apt-get install {package}`)"
        )
    };
    if process::find(&["apt-get"]).is_none() {
        bail!(by_hand());
    }
    let root = process::last_line(process::command("id").arg("-u"))? == "0";
    let words: &[&str] = if root { &["apt-get"] } else { &["sudo", "-n", "apt-get"] };
    println!("installing Debian's package `{package}`, for {needed_for}");
    let apt = |arguments: &[&str]| {
        let [program, rest @ ..] = words else { bail!("no program") };
        let mut command = process::command(program);
        process::run(command.args(rest).args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    apt(&["update", "-qq"]).with_context(by_hand)?;
    apt(&["install", "-y", "-qq", "--no-install-recommends", package]).with_context(by_hand)
}

/// The folder whose `node_modules` the specs import from; named by the lock file's content.
pub(crate) fn packages(place: &Place) -> Result<PathBuf> {
    let specs = place.root.join("end2end/browser");
    let lock =
        fs::read(specs.join("package-lock.json")).context("end2end/browser/package-lock.json")?;
    let key: String = crate::web::sha256(&lock).chars().take(16).collect();
    let folder = place.cache.join("browser").join(key);
    let complete = folder.join("complete");
    if !complete.exists() {
        println!("installing the browser tests' packages from npm into the cache");
        fs::create_dir_all(&folder)?;
        for file in ["package.json", "package-lock.json"] {
            fs::copy(specs.join(file), folder.join(file)).with_context(|| file.to_owned())?;
        }
        let mut npm = process::command("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"])
            .current_dir(&folder);
        process::run(&mut npm)?;
        fs::write(complete, "")?;
    }
    Ok(folder)
}

/// The spec files, in the order of their names.
pub(crate) fn specs(root: &Path) -> Result<Vec<PathBuf>> {
    let mut specs = Vec::new();
    for entry in fs::read_dir(root.join("end2end/browser"))? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".spec.mjs") {
            specs.push(path);
        }
    }
    specs.sort();
    Ok(specs)
}
