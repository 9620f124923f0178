//! The keyboard: single keys where nobody types.

use wasm_bindgen::JsCast as _;
use web_sys::{HtmlInputElement, KeyboardEvent};

use crate::browser;
use crate::components::endpoint_filters::BOX;

/// Does what the key stands for.
pub(super) fn press(key: &KeyboardEvent) {
    let plain = !key.ctrl_key() && !key.meta_key() && !key.alt_key();
    let filter =
        browser::element(BOX).and_then(|element| element.dyn_into::<HtmlInputElement>().ok());
    if let (true, "/", false, Some(filter)) =
        (plain, key.key().as_str(), browser::is_typing(), filter)
    {
        key.prevent_default();
        let _ = filter.focus();
        filter.select();
    }
}
