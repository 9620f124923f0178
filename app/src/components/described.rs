//! What Kubernetes says of an endpoint's objects: the commands that tell.

use skyports_model::kubectl::Kubectl;
use skyports_model::{Cluster, Endpoint};

use super::code_block::code_block;
use super::icon::Icons;
use crate::node::{Element, el};

/// What tells of the object without skyports.
pub(crate) fn described(cluster: &Cluster, endpoint: &Endpoint, icons: &Icons) -> Element {
    let object = &endpoint.object;
    let kubectl = Kubectl::of(&cluster.id.context);
    let get = kubectl.within(&object.namespace).command(["get", &object.path(), "-o", "yaml"]);
    let commands = format!("{}\n{get}", kubectl.describe(object));
    let same = el("div").class("same").with(el("h3").with("Same in a terminal")).with(code_block(
        &commands,
        "the commands",
        icons,
    ));
    el("section").class("described").with(same)
}
