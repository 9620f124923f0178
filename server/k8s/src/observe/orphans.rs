//! Objects of clusters that have no pod any more: what `sky down` left behind, or could not see.

use skyports_model::{ObjectKind, ObjectRef};

use super::Scope;
use super::world::{self, World};
use crate::names;
use crate::objects::{Key, Objects};

/// The Services and Ingresses that are named as SkyPilot's or ours, of clusters without any pod, in
/// order. Those that are being deleted are on their way.
///
/// Says something only where all pods were listed. A cluster that goes down has such objects for
/// seconds: who tells of them waits until they stay.
pub fn orphans(objects: &Objects, scope: &Scope<'_>) -> Vec<ObjectRef> {
    let world = World::new(objects, *scope);
    let services = objects.services.iter().filter_map(|(key, service)| {
        let cluster = names::service(&key.name)?.cluster;
        (service.identity.deleting.is_none()).then_some((ObjectKind::Service, key, cluster))
    });
    let ingresses = objects.ingresses.iter().filter_map(|(key, ingress)| {
        let cluster = names::ingress(&key.name)?;
        (ingress.identity.deleting.is_none()).then_some((ObjectKind::Ingress, key, cluster))
    });
    let alone = |(_, key, cluster): &(ObjectKind, &Key, &str)| {
        world.crew(&key.namespace, cluster).is_none()
    };
    let found = services.chain(ingresses).filter(alone);
    found.filter_map(|(kind, key, _)| world::object(kind, key)).collect()
}
