//! The shape of what is about to come, where nothing is known yet.

use crate::node::{Element, el};

/// Groups of lines that stand for clusters with their ports. Says nothing: what is awaited is told
/// beside it.
pub(crate) fn skeleton() -> Element {
    let group = || {
        let row = || el("div").class("bones").with(vec![bone(); 4]);
        el("div")
            .class("bones-group")
            .with(el("div").class("bones").with(bone()))
            .with(vec![row(), row()])
    };
    el("div").attr("aria-hidden", "true").with(vec![group(), group()])
}

fn bone() -> Element {
    el("span").class("bone")
}
