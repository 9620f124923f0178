//! The browser's program: exports what the boot script calls.

use wasm_bindgen::prelude::wasm_bindgen;

fn main() {}

/// Makes the page come to life.
#[wasm_bindgen]
pub fn hydrate() {
    skyports_app::hydrate();
}
