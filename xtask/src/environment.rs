//! Where things are: the repository, Cargo's target folder, the cache. Nothing else here reads the
//! environment.
#![expect(clippy::disallowed_methods, reason = "the one file of xtask that reads the environment")]

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders that everything else is told.
pub(crate) struct Place {
    /// The repository's root.
    pub(crate) root: PathBuf,
    /// Cargo's target folder; the scripts put it into the cache.
    pub(crate) target: PathBuf,
    /// What is downloaded or built once: `SKYPORTS_CACHE`, else `~/.cache/skyports`.
    pub(crate) cache: PathBuf,
    /// The folder that `./run` was called in; paths in its arguments are relative to it.
    pub(crate) called_from: Option<PathBuf>,
}

impl Place {
    /// From the environment and the place where xtask was built.
    pub(crate) fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask is not in a repository")?
            .to_owned();
        let target = folder("CARGO_TARGET_DIR").unwrap_or_else(|| root.join("target"));
        let cache = folder("SKYPORTS_CACHE")
            .or_else(|| folder("XDG_CACHE_HOME").map(|it| it.join("skyports")))
            .or_else(|| folder("HOME").map(|it| it.join(".cache/skyports")))
            .context("no cache folder: set SKYPORTS_CACHE or HOME")?;
        Ok(Self { root, target, cache, called_from: folder("SKYPORTS_CALLED_FROM") })
    }
}

/// The Cargo that runs us, so that everything is built by one toolchain.
pub(crate) fn cargo() -> String {
    env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// The Chromium that the user names, if any.
pub(crate) fn chromium() -> Option<PathBuf> {
    folder("SKYPORTS_CHROMIUM")
}

/// Where programs are looked for.
pub(crate) fn search_path() -> Vec<PathBuf> {
    env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default()
}

fn folder(variable: &str) -> Option<PathBuf> {
    let value = env::var_os(variable).filter(|value| !value.is_empty())?;
    // Children run in other folders, so a relative path would lead elsewhere.
    std::path::absolute(value).ok()
}
