//! Dialogs of the page itself: opened by a button that names one, closed by the browser.

use wasm_bindgen::JsCast as _;
use web_sys::HtmlDialogElement;

use crate::browser::{self, document};

/// Opens the dialog of that id above everything else.
pub(super) fn open(id: &str) -> Option<()> {
    let dialog: HtmlDialogElement = browser::element(id)?.dyn_into().ok()?;
    if dialog.open() { None } else { dialog.show_modal().ok() }
}

/// Whether a dialog keeps the rest of the page from being used.
pub(super) fn is_modal() -> bool {
    document().is_some_and(|document| document.query_selector(":modal").ok().flatten().is_some())
}
