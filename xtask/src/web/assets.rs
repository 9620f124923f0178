//! Files that are served as they are: the fonts, the favicon.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The font of the icons. The other one is that of the text.
const ICONS: &str = "icons.woff2";

/// A file of `style/assets/`.
pub(crate) struct Asset {
    /// Its name there: `geist-ui.woff2`.
    pub(crate) name: String,
    /// What the manifest calls it: `font`, `icons`.
    pub(crate) kind: String,
    /// Its content.
    pub(crate) bytes: Vec<u8>,
}

/// All of them, in the order of their names; licences and what draws the icons stay where they are.
pub(crate) fn read(folder: &Path) -> Result<Vec<Asset>> {
    let mut assets = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        let kind = match path.extension().and_then(|it| it.to_str()) {
            Some("txt" | "md" | "py") | None => continue,
            Some("woff2") if name != ICONS => "font".to_owned(),
            Some(_) => {
                path.file_stem().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default()
            }
        };
        assets.push(Asset { name, kind, bytes: fs::read(&path)? });
    }
    assets.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(assets)
}
