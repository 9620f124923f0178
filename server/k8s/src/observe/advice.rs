//! What a person should know before using an endpoint: the app that is usually there, whether it
//! stands the path, and where requests go.
//!
//! Warnings are rare on purpose: apps that work at the address shown get none, and neither do
//! unknown ports.

use skyports_model::finding::{Finding, Step};
use skyports_model::{AppGuess, ObjectRef, Port, Reason};

use super::world::{Crew, World};
use crate::apps::{self, Profile};
use crate::objects::ServiceFacts;
use crate::subpath;

/// The app that is usually on a port.
pub(super) fn guess(port: Port) -> Option<AppGuess> {
    apps::usual_on(port).map(Profile::guess)
}

/// The warning that requests are spread over all nodes.
pub(super) fn multi_node(
    crew: &Crew<'_>,
    service: &ServiceFacts,
    object: &ObjectRef,
) -> Option<Finding> {
    let nodes = crew.nodes();
    let spread = nodes > 1 && service.selects_every_node;
    spread.then(|| {
        Reason::MultiNodeRouting { nodes, object: object.clone() }.finding(&crew.id.context)
    })
}

/// The warning that the app that is usually on the port does not stand its path as it is.
pub(super) fn subpath(
    world: &World<'_>,
    crew: &Crew<'_>,
    port: Port,
    path: &str,
    is_kept: bool,
) -> Option<Finding> {
    let reason = subpath::reason(port, path, is_kept, || ways_out(world, crew, port));
    reason.map(|reason| world.told(&reason))
}

/// How to reach an app that does not stand a path, with what there is today.
fn ways_out(world: &World<'_>, crew: &Crew<'_>, port: Port) -> Vec<Step> {
    let mut steps = vec![];
    if !world.is_sky_local() {
        steps.push(Step::command(
            "Use a load balancer: put this into ~/.sky/config.yaml and launch the cluster again",
            "kubernetes:\n  ports: loadbalancer",
        ));
    }
    if let Some((key, head)) = crew.head() {
        let name = head.display_name.as_deref();
        steps.extend(subpath::tunnels(&crew.id, Some(&key.name), name, port));
    }
    steps
}
