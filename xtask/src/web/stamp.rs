//! Knows whether a web folder is made of these very sources, so that nothing is done twice.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::files::{Manifest, Sources, sha256};

/// Changes with every source, and with xtask itself.
pub(crate) fn of(sources: &Sources) -> Result<String> {
    let program = std::env::current_exe().context("finding xtask's own file")?;
    // Gone when it was built anew meanwhile; then the next run makes the files again.
    let about = fs::metadata(&program).ok();
    let mut parts = format!("{:?}\n", about.map(|it| (it.modified().ok(), it.len())));
    let Sources { wasm, first, css, assets } = sources;
    let sheets = [first.as_bytes(), css.as_bytes()];
    for part in [&**wasm].into_iter().chain(sheets).chain(assets.iter().map(|it| &*it.bytes)) {
        parts.push_str(&sha256(part));
        parts.push('\n');
    }
    parts.extend(assets.iter().map(|it| format!("{}\n", it.name)));
    Ok(sha256(parts.as_bytes()))
}

/// The manifest of a folder with that stamp and all its files.
pub(crate) fn finished(folder: &Path, stamp: &str) -> Option<Manifest> {
    if fs::read_to_string(folder.join("stamp")).ok()? != stamp {
        return None;
    }
    let manifest = Manifest::parse(&fs::read_to_string(folder.join("manifest.txt")).ok()?);
    let whole = manifest.names().all(|(_, name)| folder.join("pkg").join(name).is_file());
    whole.then_some(manifest)
}
