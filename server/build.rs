//! Puts the built page into the binary when `SKYPORTS_EMBED_WEB` names the folder that
//! `cargo xtask web --release` made; without it the binary reads that folder at run time.
#![expect(clippy::disallowed_methods, reason = "a build script is told by its environment")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-env-changed=SKYPORTS_EMBED_WEB");
    let mut files = Vec::new();
    if let Ok(folder) = std::env::var("SKYPORTS_EMBED_WEB") {
        let folder = PathBuf::from(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        for inner in [folder.clone(), folder.join("pkg")] {
            collect(&folder, &inner, &mut files)?;
        }
    }
    files.sort();
    let mut source =
        "/// Every file of the built page: its path within the folder, and its content.\n\
                      pub(super) const FILES: &[(&str, &[u8])] = &[\n"
            .to_owned();
    for (name, path) in files {
        writeln!(source, "    ({name:?}, include_bytes!({:?})),", path.to_string_lossy())
            .map_err(std::io::Error::other)?;
    }
    source.push_str("];\n");
    let out = std::env::var("OUT_DIR").map_err(std::io::Error::other)?;
    std::fs::write(Path::new(&out).join("embedded.rs"), source)
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            let name = path.strip_prefix(root).map_err(std::io::Error::other)?;
            files.push((name.to_string_lossy().replace('\\', "/"), path.clone()));
        }
    }
    Ok(())
}
