//! Builds the files for the browser: WASM, its glue, CSS, font; hashed, compressed, listed.
//!
//! The web folder holds `manifest.txt` and `pkg/`, whose files never change their content. The
//! server reads it from `SKYPORTS_WEB_DIR`.

mod assets;
mod bindings;
mod compress;
mod css;
mod files;
mod stamp;

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::environment::Place;
use crate::process;

pub(crate) use self::css::{BUNDLE, FIRST, names as style_sheets};
pub(crate) use self::files::sha256;

const TRIPLE: &str = "wasm32-unknown-unknown";
const BINARY: &str = "skyports-web";

/// How the files are built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Fast to build, not compressed.
    Dev,
    /// Small, with a `.br` and a `.gz` beside each file.
    Release,
}

impl Profile {
    fn cargo(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Release => "wasm-release",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
        }
    }
}

/// A finished web folder.
pub(crate) struct WebFolder {
    /// What `SKYPORTS_WEB_DIR` is to name.
    pub(crate) path: PathBuf,
    /// Its files in `pkg/`, by kind.
    pub(crate) manifest: files::Manifest,
}

/// Builds what is not there yet.
pub(crate) fn build(place: &Place, profile: Profile) -> Result<WebFolder> {
    let wasm = compile(place, profile)?;
    let style = place.root.join("style");
    let sources = files::Sources {
        wasm: std::fs::read(&wasm).with_context(|| wasm.display().to_string())?,
        first: css::bundle(&style, css::FIRST)?,
        css: css::bundle(&style, css::BUNDLE)?,
        assets: assets::read(&style.join("assets"))?,
    };
    let path = place.target.join(BINARY).join(profile.folder());
    let stamp = stamp::of(&sources)?;
    std::fs::create_dir_all(&path).with_context(|| path.display().to_string())?;
    // Held to the end, so that two runs do not write into one another.
    let lock = std::fs::File::create(path.with_extension("lock"))?;
    lock.lock().context("locking the web folder")?;
    let manifest = match stamp::finished(&path, &stamp) {
        Some(manifest) => manifest,
        None => files::write(&path, profile, sources, &stamp)?,
    };
    Ok(WebFolder { path, manifest })
}

fn compile(place: &Place, profile: Profile) -> Result<PathBuf> {
    let mut cargo = process::cargo(place);
    cargo.args([
        "build",
        "--locked",
        "--package",
        "skyports-app",
        "--bin",
        BINARY,
        "--features",
        "hydrate",
    ]);
    cargo.args(["--target", TRIPLE, "--profile", profile.cargo()]);
    process::run(&mut cargo)?;
    Ok(place.target.join(TRIPLE).join(profile.cargo()).join(BINARY).with_extension("wasm"))
}
