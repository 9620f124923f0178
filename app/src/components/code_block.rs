//! A command or a text to copy.

use leptos::prelude::*;

use super::copy_button::copy_button;
use super::icon::Icons;

/// The text with its copy button, on one line where it is one; `what` names it for the button.
pub(crate) fn code_block(text: &str, what: &str, icons: &Icons) -> impl IntoView + use<> {
    let text = text.trim_end().to_owned();
    let class = if text.contains('\n') { "code" } else { "code line" };
    view! {
        <div class=class>
            <pre tabindex="0">
                <code>{text}</code>
            </pre>
            {copy_button(format!("Copy {what}"), icons)}
        </div>
    }
}
