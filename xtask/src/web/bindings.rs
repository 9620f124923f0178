//! The step from Cargo's WASM to what a browser loads, by the `wasm-bindgen` that is linked.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use minifier::js::minify;
use walrus::{Module, ModuleConfig};
use wasm_bindgen_cli_support::Bindgen;

use super::Profile;

/// What a browser loads.
pub(crate) struct Bindings {
    /// The glue: an ES module that takes the WASM's address as an argument.
    pub(crate) js: Vec<u8>,
    /// The WASM.
    pub(crate) wasm: Vec<u8>,
}

/// What `wasm-streams` 0.4 exports for bodies that are streams: `server_fn` depends on it, no server
/// function of ours has such a body, and what is exported is never found to be dead.
const STREAMS: &str = "intounderlying";

/// The program without those exports; what only they need goes with them.
fn without_streams(wasm: &[u8], release: bool) -> Result<Module> {
    let mut module = ModuleConfig::new()
        .strict_validate(false)
        .generate_name_section(!release)
        .generate_producers_section(!release)
        .parse(wasm)
        .context("Cargo's WASM")?;
    let exports: Vec<_> =
        module.exports.iter().filter(|it| it.name.contains(STREAMS)).map(|it| it.id()).collect();
    for export in exports {
        module.exports.delete(export);
    }
    Ok(module)
}

/// Makes the bindings in `stage`, a folder of our own.
pub(crate) fn generate(wasm: &[u8], profile: Profile, stage: &Path) -> Result<Bindings> {
    if stage.exists() {
        fs::remove_dir_all(stage)?;
    }
    let release = profile == Profile::Release;
    let mut bindgen = Bindgen::new();
    bindgen.input_module("app", without_streams(wasm, release)?).web(true)?.typescript(false);
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
