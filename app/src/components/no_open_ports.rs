//! What a cluster's page says where no port is open: the usual ones, and how to open one.

use skyports_model::Cluster;
use skyports_model::shell::shell_option;

use super::code_block::code_block;
use super::copy_button::copy_button;
use super::icon::icon;
use crate::node::{Element, el};

/// Ports that people open, with the app that is usually on each.
pub(crate) const USUAL: [(&str, &str); 5] = [
    ("8888", "Jupyter"),
    ("6006", "TensorBoard"),
    ("7860", "Gradio"),
    ("8501", "Streamlit"),
    ("8000", "API server"),
];

/// That there is none, and what to do.
pub(crate) fn no_open_ports(cluster: &Cluster) -> Element {
    let usual: Vec<_> = USUAL.into_iter().map(|it| usual(cluster, it)).collect();
    let command =
        format!("sky launch {} --ports 8888 task.yaml", shell_option("-c", &cluster.name));
    let head = cluster.head_address.as_ref().map(|address| {
        el("p")
            .class("hint")
            .with("The head pod is at ")
            .with(el("span").class("mono").with(address.to_string()))
            .with(copy_button(format!("Copy the head’s address of {}", cluster.name)))
    });
    let said = el("div")
        .class("empty")
        .with(icon("pod"))
        .with(el("h3").with(format!("No open ports on {}", cluster.name)))
        .with(el("p").with("Start an app, then open its port. Usual ones:"))
        .with(el("ul").class("usual-ports").with(usual))
        .with(code_block(&command, "the command"))
        .with(head);
    el("div").class("sheet").with(said)
}

fn usual(cluster: &Cluster, (port, app): (&'static str, &'static str)) -> Element {
    let link =
        el("a").class("chip").attr("href", [&cluster.id.path(), "/open?ports=", port].concat());
    el("li").with(link.attr("data-ports", "").with(el("b").with(port)).with(" ").with(app))
}
