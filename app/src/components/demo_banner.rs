//! Says that what is shown is the built-in demo, and how to see one's own clusters.

use super::code_block::code_block;
use super::finding::prose;
use super::icon::icon;
use crate::node::{Element, el};
use crate::page::Demo;

/// The banner above the page; rendered on the server only.
pub(crate) fn demo_banner(demo: Demo) -> Element {
    let (lead, text) = match demo {
        Demo::Asked => (
            "Demo.",
            "A built-in practice cluster: nothing here is real, and it begins anew when skyports restarts.",
        ),
        Demo::NoKubeconfig => (
            "Demo, since there is no kubeconfig.",
            "A built-in practice cluster: nothing here is real.",
        ),
    };
    let how = el("details")
        .with(el("summary").with("Connect your cluster"))
        .with(prose(
            el("p"),
            "Stop skyports, then start it with your kubeconfig: it reads the file that \
             `--kubeconfig` or `KUBECONFIG` names, else `~/.kube/config`.",
        ))
        .with(code_block("skyports serve --kubeconfig PATH", "the command"));
    let line = el("span")
        .class("banner-line")
        .with(icon("flask"))
        .with(el("span").with(el("b").with(lead)).with(" ").with(text));
    el("aside").class("banner").attr("aria-label", "Demo").with(line).with(how)
}
