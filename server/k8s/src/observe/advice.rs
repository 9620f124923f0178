//! What a person should know before using an endpoint: the app that is usually there, whether it
//! stands the path, and where requests go.
//!
//! Warnings are rare on purpose: apps that work at the address shown get none, and neither do
//! unknown ports.

use skyports_model::finding::{Finding, Step};
use skyports_model::{AppGuess, EndpointId, Host, ObjectRef, Owner, Port, Reason, Repair};

use super::world::{Crew, World};
use crate::apps::{self, Kept, Profile};
use crate::names;
use crate::objects::ServiceFacts;
use crate::subpath;

/// The app that is usually on a port.
pub(super) fn guess(port: Port) -> Option<AppGuess> {
    apps::usual_on(port).map(Profile::guess)
}

/// The warning that requests for an endpoint are spread over all nodes.
pub(super) fn multi_node(
    crew: &Crew<'_>,
    service: &ServiceFacts,
    object: &ObjectRef,
    id: EndpointId,
) -> Option<Finding> {
    let nodes = crew.nodes();
    let spread = nodes > 1 && service.selects_every_node;
    // Of others' Services nothing is changed.
    let repairable = names::service(&object.name).map(|_| id);
    spread.then(|| {
        let object = object.clone();
        Reason::MultiNodeRouting { nodes, object, repairable }.finding(&crew.id.context)
    })
}

/// A path as far as it matters to an app.
#[derive(Clone, Copy)]
pub(super) struct Under<'a> {
    /// The endpoint.
    pub(super) id: &'a EndpointId,
    /// The path, with a slash at its end.
    pub(super) path: &'a str,
    /// Whether the app sees it.
    pub(super) is_kept: bool,
    /// Who made the route.
    pub(super) owner: Owner,
    /// The host of its links, where it is known.
    pub(super) host: Option<&'a Host>,
}

/// The warning that the app that is usually on the port does not stand its path as it is.
pub(super) fn subpath(world: &World<'_>, crew: &Crew<'_>, under: Under<'_>) -> Option<Finding> {
    let Under { id, path, is_kept, .. } = under;
    let ways_out = |profile: &Profile| ways_out(world, crew, under, profile);
    subpath::reason(id.port, path, is_kept, ways_out).map(|reason| world.told(&reason))
}

/// How to reach an app that does not stand a path, with what there is today.
fn ways_out(
    world: &World<'_>,
    crew: &Crew<'_>,
    Under { id, path, is_kept, owner, host }: Under<'_>,
    profile: &Profile,
) -> Vec<Step> {
    let is_stranger = owner == Owner::Other || !subpath::is_plain(path);
    let switch = (!world.is_sky_local() && !is_stranger).then(|| {
        Repair::Switch.step("Give it an address of its own: switch this port to LoadBalancer", id)
    });
    let keep = match (is_kept, profile.kept.verdict) {
        _ if is_stranger => None,
        (true, _) => (owner == Owner::Skyports).then(|| {
            Repair::DropKeptPath
                .step("Or go back to SkyPilot’s route, which takes the path off", id)
        }),
        (false, Kept::Works) => Some(Repair::KeepPath.step("Or keep the path", id)),
        (false, Kept::NeedsFlag) => profile.kept.flag(path, host).map(|flag| {
            let step = Repair::KeepPath.step(subpath::kept_title(&profile.name), id);
            Step { command: Some(flag), ..step }
        }),
        (false, Kept::Breaks | Kept::Unknown) => None,
    };
    let tunnels = crew.head().into_iter().flat_map(|(key, head)| {
        subpath::tunnels(&crew.id, Some(&key.name), head.display_name.as_deref(), id.port)
    });
    switch.into_iter().chain(keep).chain(tunnels).collect()
}
