//! The objects, arranged for looking: pods by cluster, events by what they are about.

use std::collections::BTreeMap;

use skyports_model::finding::Finding;
use skyports_model::{
    ClusterId, EndpointState, Namespace, ObjectKind, ObjectRef, Reason, Timestamp,
};

use super::clock::Clock;
use super::{Scope, signs};
use crate::names;
use crate::objects::{
    About, EventFacts, Identity, IngressFacts, Key, Objects, Phase, PodFacts, Route, ServiceFacts,
    ServiceKind,
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
        for crew in crews.values_mut().flat_map(BTreeMap::values_mut) {
            crew.forget_replaced();
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

    /// The cluster that a path of an Ingress leads to: by its backend, else by the Ingress itself.
    pub(super) fn crew_of_route(
        &self,
        key: &Key,
        ingress: &IngressFacts,
        route: &Route,
    ) -> Option<&Crew<'a>> {
        let backend = route.backend.as_deref();
        let service = backend.and_then(|name| self.service(&key.namespace, name));
        [
            backend.and_then(names::service).map(|named| named.cluster),
            service.and_then(|service| service.labelled.as_deref()),
            ingress.labelled.as_deref(),
            names::ingress(&key.name),
        ]
        .into_iter()
        .flatten()
        .find_map(|name| self.crew(&key.namespace, name))
    }

    /// Whether this is the context that `sky local up` makes. SkyPilot compares the name exactly
    /// (`KIND_CONTEXT_NAME` of 0.14.1).
    pub(super) fn is_sky_local(&self) -> bool {
        self.scope.context.as_str() == "kind-skypilot"
    }

    /// A reason as it is told of something in this context.
    pub(super) fn told(&self, reason: &Reason) -> Finding {
        reason.finding(self.scope.context)
    }

    /// A Service that has an address: the proof that something assigns them in this context.
    pub(super) fn served_neighbour(&self) -> Option<ObjectRef> {
        let served = |service: &ServiceFacts| {
            service.kind == ServiceKind::LoadBalancer && !service.addresses.is_empty()
        };
        let mut services = self.objects.services.iter();
        services
            .find(|(_, service)| served(service))
            .and_then(|(key, _)| object(ObjectKind::Service, key))
    }

    /// The Service of that name in that namespace, if it is kept.
    pub(super) fn service(&self, namespace: &str, name: &str) -> Option<&'a ServiceFacts> {
        self.objects.services.get(&Key { namespace: namespace.to_owned(), name: name.to_owned() })
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
    /// Drops the pods of a Deployment that have a successor; they are no nodes any more.
    fn forget_replaced(&mut self) {
        let is_over = |pod: &PodFacts| pod.phase == Phase::Ended || pod.identity.deleting.is_some();
        if self.pods.iter().any(|(_, pod)| pod.is_replaced && !is_over(pod)) {
            self.pods.retain(|(_, pod)| !(pod.is_replaced && is_over(pod)));
        }
    }

    /// The number of its nodes.
    pub(super) fn nodes(&self) -> u32 {
        u32::try_from(self.pods.len()).unwrap_or(u32::MAX)
    }

    /// The head; the first pod where none says so.
    pub(super) fn head(&self) -> Option<(&'a Key, &'a PodFacts)> {
        self.pods.iter().find(|(_, pod)| pod.is_head).or(self.pods.first()).copied()
    }

    /// Whether a request could reach any of its pods.
    fn is_running(&self) -> bool {
        self.pods.iter().any(|(_, pod)| pod.is_running())
    }

    /// The state of an endpoint that has an address: open, unless no pod could answer.
    pub(super) fn state(&self, world: &World<'_>, since: Option<Timestamp>) -> EndpointState {
        let Some((key, pod)) = self.head().filter(|_| !self.is_running()) else {
            return EndpointState::Open;
        };
        let namespace = self.id.namespace.clone();
        let name = key.name.clone();
        if self.pods.iter().all(|(_, pod)| pod.phase == Phase::Ended) {
            let evidence = pod
                .hindrance
                .as_deref()
                .map_or_else(|| "its phase is not Running".to_owned(), str::to_owned);
            let reason = Reason::PodEnded { pod: name, namespace, evidence };
            return EndpointState::Attention { reason: world.told(&reason) };
        }
        let event = world.events(About::Pod, key, &pod.identity).next().map(signs::told);
        let evidence = event
            .or_else(|| pod.hindrance.as_deref().map(str::to_owned))
            .unwrap_or_else(|| format!("phase {}", pod.phase.word()));
        let since = since.max(pod.identity.created).unwrap_or_default();
        EndpointState::Pending {
            since,
            reason: world.told(&Reason::WaitingForPod { pod: name, namespace, evidence }),
        }
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
