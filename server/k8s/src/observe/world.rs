//! The objects, arranged for looking: pods by cluster, events by what they are about.

use std::collections::BTreeMap;

use skyports_model::{ClusterId, Namespace, ObjectKind, ObjectRef};

use super::Scope;
use super::clock::Clock;
use crate::names;
use crate::objects::{
    About, EventFacts, Identity, IngressFacts, Key, Objects, PodFacts, ServiceFacts,
};

/// Everything that conclusions are drawn from.
pub(super) struct World<'a> {
    pub(super) objects: &'a Objects,
    pub(super) scope: Scope<'a>,
    pub(super) clock: Clock,
    crews: ByName<'a, Crew<'a>>,
    events: ByName<'a, Vec<&'a EventFacts>>,
}

/// By namespace, then by name.
type ByName<'a, T> = BTreeMap<&'a str, BTreeMap<&'a str, T>>;

/// The pods of one cluster; at least one.
pub(super) struct Crew<'a> {
    pub(super) id: ClusterId,
    pub(super) pods: Vec<(&'a Key, &'a PodFacts)>,
}

impl<'a> World<'a> {
    pub(super) fn new(objects: &'a Objects, scope: Scope<'a>) -> Self {
        let mut crews = ByName::<Crew<'a>>::new();
        for (key, pod) in &objects.pods {
            let Ok(namespace) = Namespace::parse(&key.namespace) else { continue };
            let id = || ClusterId {
                context: scope.context.clone(),
                namespace: namespace.clone(),
                name: pod.cluster.clone(),
            };
            let crew = crews.entry(&key.namespace).or_default().entry(pod.cluster.as_str());
            crew.or_insert_with(|| Crew { id: id(), pods: vec![] }).pods.push((key, pod));
        }
        let mut events = ByName::<Vec<&EventFacts>>::new();
        for event in objects.events.values() {
            events
                .entry(&*event.namespace)
                .or_default()
                .entry(&*event.name)
                .or_default()
                .push(event);
        }
        for about in events.values_mut().flat_map(BTreeMap::values_mut) {
            // The newest first; the rest of the order only makes it one that no map can change.
            about.sort_by(|a, b| {
                (b.last, &a.reason, &a.message, &a.uid)
                    .cmp(&(a.last, &b.reason, &b.message, &b.uid))
            });
        }
        Self { objects, scope, clock: Clock::at(scope.now), crews, events }
    }

    /// Every cluster.
    pub(super) fn crews(&self) -> impl Iterator<Item = &Crew<'a>> {
        self.crews.values().flat_map(BTreeMap::values)
    }

    /// The cluster that a Service leads to.
    pub(super) fn crew_of_service(&self, key: &Key, service: &ServiceFacts) -> Option<&Crew<'a>> {
        let named = names::service(&key.name).map(|named| named.cluster);
        [service.labelled.as_deref(), named]
            .into_iter()
            .flatten()
            .find_map(|name| self.crew(&key.namespace, name))
    }

    /// The cluster of that name in that namespace.
    pub(super) fn crew(&self, namespace: &str, name: &str) -> Option<&Crew<'a>> {
        self.crews.get(namespace)?.get(name)
    }

    /// The events about an object, the newest first, without those of a namesake before it.
    pub(super) fn events(
        &self,
        about: About,
        key: &Key,
        identity: &Identity,
    ) -> impl Iterator<Item = &'a EventFacts> {
        let events = self
            .events
            .get(key.namespace.as_str())
            .and_then(|events| events.get(key.name.as_str()));
        events.into_iter().flatten().copied().filter(move |event| {
            event.about == about
                && match (&event.uid, &identity.uid) {
                    (Some(theirs), Some(ours)) => theirs == ours,
                    _ => identity.created.is_none_or(|created| event.last >= created),
                }
        })
    }
}

impl<'a> Crew<'a> {
    /// The number of its nodes.
    pub(super) fn nodes(&self) -> u32 {
        u32::try_from(self.pods.len()).unwrap_or(u32::MAX)
    }

    /// The head; the first pod where none says so.
    pub(super) fn head(&self) -> Option<(&'a Key, &'a PodFacts)> {
        self.pods.iter().find(|(_, pod)| pod.is_head).or(self.pods.first()).copied()
    }

    /// Whether a request could reach any of its pods.
    pub(super) fn is_running(&self) -> bool {
        self.pods.iter().any(|(_, pod)| pod.is_running())
    }
}

/// The object as the model names it. `None` for a namespace that Kubernetes would refuse.
pub(super) fn object(kind: ObjectKind, key: &Key) -> Option<ObjectRef> {
    Some(ObjectRef {
        kind,
        namespace: Namespace::parse(&key.namespace).ok()?,
        name: key.name.clone(),
    })
}

/// The parts of an Ingress' identity that say which cluster it is about.
pub(super) fn named_by_ingress<'k>(
    key: &'k Key,
    ingress: &'k IngressFacts,
) -> impl Iterator<Item = &'k str> {
    [ingress.labelled.as_deref(), names::ingress(&key.name)].into_iter().flatten()
}
