//! Says above the page who signed in and what may be done here, where others reach this skyports.

use super::icon::icon;
use crate::node::{Element, el};
use crate::page::PageEnv;

/// The strip; none where nobody signs in and everything can be done. Rendered on the server only.
pub(crate) fn reader_strip(env: &PageEnv) -> Option<Element> {
    let rest = if env.has_writes {
        "You see what Kubernetes lets you list, and what you do here is done in your name."
    } else {
        "Nothing can be changed here."
    };
    let said = match (&env.reader, env.has_writes) {
        (None, true) => return None,
        (None, false) => vec![el("b").with("Read only."), el("span").with(rest)],
        (Some(reader), true) => vec![el("b").with(reader.clone()), el("span").with(rest)],
        (Some(reader), false) => vec![
            el("b").with(reader.clone()),
            el("span").with("You see what Kubernetes lets you list. "),
            el("span").with(rest),
        ],
    };
    let line =
        el("span").class("banner-line").with(icon("info")).with(el("span").with(spaced(said)));
    Some(el("aside").class("banner reader").attr("aria-label", "Signed in").with(line))
}

fn spaced(parts: Vec<Element>) -> Vec<Element> {
    parts.into_iter().map(|part| part.with(" ")).collect()
}
