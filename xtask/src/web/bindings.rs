//! The step from Cargo's WASM to what a browser loads, by the `wasm-bindgen` that is linked.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use minifier::js::minify;
use wasm_bindgen_cli_support::Bindgen;

use super::Profile;

/// What a browser loads.
pub(crate) struct Bindings {
    /// The glue: an ES module that takes the WASM's address as an argument.
    pub(crate) js: Vec<u8>,
    /// The WASM.
    pub(crate) wasm: Vec<u8>,
}

/// Makes the bindings in `stage`, a folder of our own.
pub(crate) fn generate(wasm: &[u8], profile: Profile, stage: &Path) -> Result<Bindings> {
    if stage.exists() {
        fs::remove_dir_all(stage)?;
    }
    let release = profile == Profile::Release;
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes("app", wasm.to_vec()).web(true)?.typescript(false);
    bindgen.remove_name_section(release).remove_producers_section(release).out_name("app");
    bindgen.generate(stage).context("wasm-bindgen")?;
    // Snippets are files that the glue imports by names that carry no hash of their content.
    if stage.join("snippets").exists() {
        bail!(
            "a crate brings JavaScript of its own (wasm-bindgen snippets), which the web folder cannot hold"
        );
    }
    let js = fs::read_to_string(stage.join("app.js"))?;
    let made = Bindings {
        js: if release { minify(&js).to_string() } else { js }.into_bytes(),
        wasm: fs::read(stage.join("app_bg.wasm"))?,
    };
    fs::remove_dir_all(stage)?;
    Ok(made)
}
