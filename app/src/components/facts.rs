//! A cluster's facts, name over value.

use skyports_model::{Cluster, Resources};

use super::cluster_group::kind;
use super::copy_button::copy_button;
use crate::node::{Element, el};

/// What is known of a cluster; what is not known is left out.
pub(crate) fn facts(cluster: &Cluster) -> Element {
    let Resources { cpu, memory, accelerator, accelerator_count } = &cluster.resources;
    let accelerators = (*accelerator_count > 0).then(|| {
        let name = accelerator.as_deref().unwrap_or("GPU");
        format!("{} × {name}:{accelerator_count}", cluster.nodes)
    });
    let known = [
        ("Kind", kind(cluster.kind).map(str::to_owned)),
        ("Accelerators", accelerators),
        ("CPU a node", cpu.clone()),
        ("Memory a node", memory.clone()),
        ("Owner", cluster.user.clone()),
        ("Workspace", cluster.workspace.clone()),
        ("Namespace", Some(cluster.id.namespace.to_string())),
    ];
    let to_copy = [
        ("Name on Kubernetes", Some(cluster.id.name.to_string())),
        ("Head pod’s address", cluster.head_address.as_ref().map(ToString::to_string)),
    ];
    let plain: Vec<_> = known
        .into_iter()
        .filter_map(|(name, value)| Some(fact(name, el("dd").with(value?))))
        .collect();
    let copied: Vec<_> = to_copy
        .into_iter()
        .filter_map(|(name, value)| {
            let value = el("span").class("mono").with(value?);
            let copy = copy_button(format!("Copy: {name}"));
            Some(fact(name, el("dd").with(value).with(copy)))
        })
        .collect();
    let context = cluster.id.context.to_string();
    let to_context = el("a").attr("href", format!("/contexts#{}", cluster.id.context.slug()));
    let context = fact("Context", el("dd").with(to_context.with(context)));
    el("dl").class("facts").with(plain).with(context).with(copied)
}

fn fact(name: &'static str, value: Element) -> Element {
    el("div").with(el("dt").with(name)).with(value)
}
