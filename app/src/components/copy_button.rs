//! A button that copies what stands before it. The click is handled once for the whole document,
//! in `behaviour`.

use leptos::prelude::*;

use super::icon::{Icons, icon};

/// Copies the link or the text of the element before it; `label` says what that is.
pub(crate) fn copy_button(label: String, icons: &Icons) -> impl IntoView + use<> {
    view! {
        <button class="icon-btn" type="button" data-copy="" aria-label=label>
            {icon("copy", icons)}
        </button>
    }
}
