//! Writes the web folder: each file under a name that holds the hash of its content.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::assets::Asset;
use super::{Profile, bindings, compress};

/// What the files are made of.
pub(crate) struct Sources {
    /// Cargo's WASM.
    pub(crate) wasm: Vec<u8>,
    /// The style sheet that pages carry with them, naming assets as `/pkg/NAME`.
    pub(crate) first: String,
    /// The other one.
    pub(crate) css: String,
    /// What is served as it is.
    pub(crate) assets: Vec<Asset>,
}

/// The names of the files in `pkg/`, by kind: `js`, `wasm`, `first`, `css`, `font`,
/// `favicon`.
pub(crate) struct Manifest(Vec<(String, String)>);

impl Manifest {
    /// Each line of `manifest.txt` is a kind and a name.
    pub(crate) fn parse(text: &str) -> Self {
        let pair = |line: &str| {
            line.split_once(' ').map(|(kind, name)| (kind.to_owned(), name.to_owned()))
        };
        Self(text.lines().filter_map(pair).collect())
    }

    /// The file of that kind.
    pub(crate) fn name(&self, kind: &str) -> Option<&str> {
        self.names().find_map(|(its, name)| (its == kind).then_some(name))
    }

    /// Kinds and names.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(kind, name)| (kind.as_str(), name.as_str()))
    }

    fn text(&self) -> String {
        self.names().fold(String::new(), |mut text, (kind, name)| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{kind} {name}");
            text
        })
    }
}

/// Makes all files of a web folder, then removes those of earlier builds.
pub(crate) fn write(
    folder: &Path,
    profile: Profile,
    sources: Sources,
    stamp: &str,
) -> Result<Manifest> {
    let pkg = folder.join("pkg");
    fs::create_dir_all(&pkg).with_context(|| pkg.display().to_string())?;
    let Sources { wasm, mut first, mut css, assets } = sources;
    let made = bindings::generate(&wasm, profile, &folder.join("stage"))?;
    let mut manifest = Vec::new();
    let mut add = |kind: &str, name: &str, bytes: &[u8]| -> Result<String> {
        let name = hashed(name, bytes);
        put(&pkg.join(&name), bytes, profile)?;
        manifest.push((kind.to_owned(), name.clone()));
        Ok(name)
    };
    add("js", "app.js", &made.js)?;
    add("wasm", "app.wasm", &made.wasm)?;
    for Asset { name, kind, bytes } in assets {
        let hashed = add(&kind, &name, &bytes)?;
        for css in [&mut first, &mut css] {
            *css = css.replace(&format!("/pkg/{name}"), &format!("/pkg/{hashed}"));
        }
    }
    add("first", "first.css", first.as_bytes())?;
    add("css", "app.css", css.as_bytes())?;
    let manifest = Manifest(manifest);
    finish(folder, &manifest, stamp)?;
    Ok(manifest)
}

/// The list comes last and at once, so a server that starts meanwhile reads the old one or the new.
fn finish(folder: &Path, manifest: &Manifest, stamp: &str) -> Result<()> {
    let draft = folder.join("manifest.txt.new");
    fs::write(&draft, manifest.text())?;
    fs::rename(&draft, folder.join("manifest.txt"))?;
    fs::write(folder.join("stamp"), stamp)?;
    for entry in fs::read_dir(folder.join("pkg"))? {
        let path = entry?.path();
        let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let plain = name.strip_suffix(".br").or_else(|| name.strip_suffix(".gz")).unwrap_or(&name);
        if !manifest.names().any(|(_, kept)| kept == plain) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8], profile: Profile) -> Result<()> {
    if profile == Profile::Release {
        // A font is compressed already.
        if path.extension().is_none_or(|it| it != "woff2") {
            fs::write(with_suffix(path, ".br"), compress::brotli(bytes)?)?;
            fs::write(with_suffix(path, ".gz"), compress::gzip(bytes)?)?;
        }
    }
    fs::write(path, bytes).with_context(|| path.display().to_string())
}

fn with_suffix(path: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// `app.js` becomes `app.0123456789abcdef.js`.
fn hashed(name: &str, bytes: &[u8]) -> String {
    let hash = sha256(bytes).chars().take(16).collect::<String>();
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}.{hash}.{extension}"),
        None => format!("{name}.{hash}"),
    }
}

/// In lower-case hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_holds_the_hash_of_its_content() {
        assert_eq!(hashed("geist-ui.woff2", b""), "geist-ui.e3b0c44298fc1c14.woff2");
        assert_ne!(hashed("app.js", b"a"), hashed("app.js", b"b"));
    }

    #[test]
    fn a_manifest_is_read_as_it_is_written() {
        let manifest =
            Manifest(vec![("js".into(), "app.1.js".into()), ("css".into(), "app.2.css".into())]);
        let read = Manifest::parse(&manifest.text());
        assert_eq!(read.name("css"), Some("app.2.css"));
        assert_eq!(read.names().count(), 2);
    }
}
