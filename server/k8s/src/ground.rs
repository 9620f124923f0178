//! What the kept objects tell of one cluster before anything is read for a plan: who its head is,
//! and which objects need not be asked for, since they are not there.

use std::collections::{BTreeMap, BTreeSet};

use skyports_model::{ClusterId, ObjectKind, ObjectRef, Port};

use crate::names;
use crate::objects::{Key, Objects, PodFacts, ServiceFacts, ServiceKind};
use crate::plan::{Head, HeadKind};

/// What is known of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// Its name for people.
    pub display_name: String,
    /// What answers on its ports.
    pub head: Option<GroundHead>,
    /// How many pods it has.
    pub nodes: u32,
    /// The names of the `IngressClass`es; `None` where they may not be listed.
    pub ingress_classes: Option<Vec<String>>,
    /// The load balancers that neither SkyPilot nor skyports made, by the ports that they expose.
    pub strangers: BTreeMap<Port, ObjectRef>,
    /// The Services and Ingresses of its namespace.
    objects: BTreeSet<(ObjectKind, String)>,
}

/// What answers on a cluster's ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroundHead {
    /// Its head pod.
    Pod(Head),
    /// A Deployment of that name, whose identity must be read: no Deployment is watched.
    Deployment(String),
}

impl Ground {
    /// What `objects` tell of a cluster; `sees_classes` says whether `IngressClass`es may be listed.
    pub fn of(objects: &Objects, sees_classes: bool, cluster: &ClusterId) -> Self {
        let of_cluster = |key: &Key, pod: &PodFacts| {
            key.namespace == cluster.namespace.as_str() && pod.cluster == cluster.name
        };
        let pods: Vec<_> = objects.pods.iter().filter(|(key, pod)| of_cluster(key, pod)).collect();
        let is_here = |key: &&Key| key.namespace == cluster.namespace.as_str();
        let services = objects.services.keys().filter(is_here);
        let ingresses = objects.ingresses.keys().filter(is_here);
        let services = services.map(|key| (ObjectKind::Service, key.name.clone()));
        let ingresses = ingresses.map(|key| (ObjectKind::Ingress, key.name.clone()));
        let classes = || objects.classes.keys().map(|key| key.name.clone()).collect();
        let display_name = pods.iter().find_map(|(_, pod)| pod.display_name.as_deref());
        let on_cloud = cluster.name.as_str();
        Self {
            display_name: display_name.unwrap_or(names::without_hash(on_cloud)).to_owned(),
            head: head(cluster, &pods),
            nodes: u32::try_from(pods.len()).unwrap_or(u32::MAX),
            ingress_classes: sees_classes.then(classes),
            strangers: strangers(objects, cluster),
            objects: services.chain(ingresses).collect(),
        }
    }

    /// Whether an object was there when the watches last told.
    pub fn has(&self, object: &ObjectRef) -> bool {
        self.objects.contains(&(object.kind, object.name.clone()))
    }
}

/// The load balancers of a cluster that neither SkyPilot nor skyports made, by their ports.
fn strangers(objects: &Objects, cluster: &ClusterId) -> BTreeMap<Port, ObjectRef> {
    let is_one = |(key, service): &(&Key, &ServiceFacts)| {
        key.namespace == cluster.namespace.as_str()
            && service.kind == ServiceKind::LoadBalancer
            && service.labelled.as_deref() == Some(cluster.name.as_str())
            && names::service(&key.name).is_none()
            && !service.identity.ours
            && service.identity.deleting.is_none()
    };
    let found = objects.services.iter().filter(is_one).flat_map(|(key, service)| {
        let (kind, namespace) = (ObjectKind::Service, cluster.namespace.clone());
        let object = ObjectRef { kind, namespace, name: key.name.clone() };
        service.ports.iter().map(move |port| (port.target, object.clone()))
    });
    found.collect()
}

/// The head pod while it is not being deleted; of a controller with high availability, which gets a
/// new pod when one ends, its Deployment (`get_deployment_name` of SkyPilot 0.14.1).
fn head(cluster: &ClusterId, pods: &[(&Key, &PodFacts)]) -> Option<GroundHead> {
    if pods.iter().any(|(_, pod)| pod.is_replaced) {
        return Some(GroundHead::Deployment(format!("{}-deployment", cluster.name)));
    }
    let stays = |(_, pod): &&(&Key, &PodFacts)| pod.is_head && pod.identity.deleting.is_none();
    let (key, pod) = pods.iter().find(stays)?;
    let uid = pod.identity.uid.as_deref()?.to_owned();
    Some(GroundHead::Pod(Head { kind: HeadKind::Pod, name: key.name.clone(), uid }))
}
