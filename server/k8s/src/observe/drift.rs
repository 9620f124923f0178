//! What others took away from what was opened here: ports, and restrictions.

use skyports_model::finding::Finding;
use skyports_model::{
    Endpoint, EndpointId, EndpointState, Mode, ObjectRef, Owner, Reason, Route, Timestamp,
};

use super::advice;
use super::world::World;
use crate::objects::{ServiceFacts, Writer};

/// An endpoint that was opened here and is not in `object` any more.
pub(super) fn dropped(
    world: &World<'_>,
    id: EndpointId,
    object: ObjectRef,
    writer: Option<&Writer>,
) -> Endpoint {
    let EndpointId { cluster, port, mode } = &id;
    // The name on the cloud is always one of the cluster's names, and needs no quotes.
    let again =
        format!("skyports open {}/{} {port} --mode {mode}", cluster.namespace, cluster.name);
    let reason =
        Reason::DroppedBySkyPilot { object: object.clone(), writer: writer.map(told), again };
    let app = advice::guess(*port);
    let route = match mode {
        Mode::Ingress => Route::Stripped,
        Mode::LoadBalancer | Mode::PodIp | Mode::NodePort | Mode::Gateway | Mode::ExternalIp => {
            Route::Root
        }
    };
    Endpoint {
        id,
        state: EndpointState::Attention { reason: world.told(&reason) },
        urls: vec![],
        addresses: vec![],
        future: None,
        owner: Owner::Skyports,
        object,
        route,
        opened: None,
        warnings: vec![],
        app,
    }
}

/// That a load balancer lets everybody in, which it did not.
pub(super) fn exposed(
    world: &World<'_>,
    service: &ServiceFacts,
    object: &ObjectRef,
) -> Option<Finding> {
    let writer = service.writer.as_ref().map(told);
    let reason = || Reason::RestrictionDropped { object: object.clone(), writer };
    service.lost_restriction.then(|| world.told(&reason()))
}

fn told(writer: &Writer) -> (String, Timestamp) {
    (writer.manager.to_string(), writer.at)
}
