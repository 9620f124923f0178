//! A cluster from its pods.

use skyports_model::{Cluster, ClusterKind};

use super::world::Crew;
use crate::names;
use crate::objects::PodFacts;

/// The cluster without its endpoints.
pub(super) fn of(crew: &Crew<'_>) -> Cluster {
    let head = crew.head().map(|(_, pod)| pod);
    let said = |field: fn(&PodFacts) -> &Option<Box<str>>| {
        let mut pods = head.into_iter().chain(crew.pods.iter().map(|(_, pod)| *pod));
        pods.find_map(|pod| field(pod).as_deref()).map(str::to_owned)
    };
    let on_cloud = crew.id.name.as_str();
    let name =
        said(|pod| &pod.display_name).unwrap_or_else(|| names::without_hash(on_cloud).to_owned());
    let ready = crew.pods.iter().filter(|(_, pod)| pod.is_ready).count();
    Cluster {
        id: crew.id.clone(),
        kind: kind(on_cloud, &name),
        name,
        user: said(|pod| &pod.user),
        workspace: said(|pod| &pod.workspace),
        nodes: crew.nodes(),
        ready_nodes: u32::try_from(ready).unwrap_or(u32::MAX),
        resources: head.map(|pod| pod.resources.clone()).unwrap_or_default(),
        created: crew.pods.iter().filter_map(|(_, pod)| pod.identity.created).min(),
        head_address: head.filter(|pod| pod.is_head).and_then(|pod| pod.address.clone()),
        endpoints: vec![],
        findings: vec![],
    }
}

/// What SkyPilot's names tell. Controllers: `sky/utils/common.py` of 0.14.1, and 0.5's
/// `sky-spot-controller`. Replicas are `SERVICE-N` (`generate_replica_cluster_name`), which only
/// tells where the service has a name that SkyPilot made up: `sky-service-1a2b`, `sky-pool-1a2b`.
fn kind(on_cloud: &str, name: &str) -> ClusterKind {
    let made_up = |noun: &str| {
        let Some((id, replica)) = name.strip_prefix(noun).and_then(|rest| rest.split_once('-'))
        else {
            return false;
        };
        let digits = |text: &str, digit: fn(&u8) -> bool| {
            !text.is_empty() && text.as_bytes().iter().all(digit)
        };
        digits(id, u8::is_ascii_hexdigit) && digits(replica, u8::is_ascii_digit)
    };
    if on_cloud.contains("sky-jobs-controller") || on_cloud.contains("sky-spot-controller") {
        ClusterKind::JobsController
    } else if on_cloud.contains("sky-serve-controller") {
        ClusterKind::ServeController
    } else if made_up("sky-service-") {
        ClusterKind::ServiceReplica
    } else if made_up("sky-pool-") {
        ClusterKind::Pool
    } else {
        ClusterKind::Cluster
    }
}
