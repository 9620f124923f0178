//! What is kept of Kubernetes' objects: a small struct of facts each, by kind and key.
//!
//! It knows which objects concern SkyPilot and what of them is ever read; it draws no conclusions
//! (see [`crate::observe`]) and does not know where objects come from.

mod event;
mod ingress;
mod pod;
mod service;
mod writers;

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use skyports_model::finding::shown;
use skyports_model::{ClusterId, Host, PortSet, Timestamp};

use crate::{names, wire};

pub use event::{About, EventFacts};
pub(crate) use event::{has_kept_events, last};
#[cfg(test)]
pub(crate) use ingress::literal_path;
pub use ingress::{IngressClassFacts, IngressFacts, Route, RouteHost};
pub use pod::{Phase, PodFacts};
pub use service::{Address, ConditionFacts, ServiceFacts, ServiceKind, ServicePort};
pub(crate) use writers::Writer;

/// Which object of a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Its namespace; empty for kinds that have none.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl Key {
    /// The key of an object, from its metadata alone: it also works where the rest is unreadable.
    pub fn of(meta: &ObjectMeta) -> Key {
        Key {
            namespace: meta.namespace.clone().unwrap_or_default(),
            name: meta.name.clone().unwrap_or_default(),
        }
    }
}

/// A kind of object that is looked at.
pub trait Kind:
    kube_core::Resource<DynamicType = ()>
    + serde::de::DeserializeOwned
    + Clone
    + std::fmt::Debug
    + Send
    + Sync
    + 'static
{
    /// What is kept in memory of one object.
    type Facts: Follow + Clone + PartialEq + std::fmt::Debug + Send + Sync + 'static;
    /// The kind's name in the API's addresses: `pods`.
    const PLURAL: &'static str;

    /// What is worth keeping; `None` when the object has nothing to do with SkyPilot.
    fn facts(self) -> Option<Self::Facts>;

    /// Where the facts of this kind are kept.
    #[doc(hidden)]
    fn kept(objects: &mut Objects) -> &mut BTreeMap<Key, Self::Facts>;
}

/// What can be told of an object only from what it was before.
pub trait Follow {
    /// Takes over what `before`, the same object until now, has to tell.
    fn follow(&mut self, before: &Self) {
        let _ = before;
    }
}

impl Follow for PodFacts {}
impl Follow for IngressFacts {}
impl Follow for IngressClassFacts {}
impl Follow for EventFacts {}

/// Everything that is known of one context.
#[derive(Default, Clone, Debug, PartialEq)]
pub struct Objects {
    pub(crate) pods: BTreeMap<Key, PodFacts>,
    pub(crate) services: BTreeMap<Key, ServiceFacts>,
    pub(crate) ingresses: BTreeMap<Key, IngressFacts>,
    pub(crate) classes: BTreeMap<Key, IngressClassFacts>,
    pub(crate) events: BTreeMap<Key, EventFacts>,
    /// The kinds whose complete list was seen: only of these can something be said to be missing.
    listed: BTreeSet<&'static str>,
}

impl Objects {
    /// Takes an object that was added or modified. `true` when something kept has changed; an
    /// object that stops being SkyPilot's is removed.
    pub fn apply<K: Kind>(&mut self, object: K) -> bool {
        let key = Key::of(object.meta());
        match object.facts() {
            Some(mut facts) => {
                let kept = K::kept(self);
                if let Some(before) = kept.get(&key) {
                    facts.follow(before);
                    if *before == facts {
                        return false;
                    }
                }
                kept.insert(key, facts);
                true
            }
            None => self.remove::<K>(&key),
        }
    }

    /// Ports of a cluster are being closed here: when they go, nobody has dropped them.
    pub fn let_go(&mut self, cluster: &ClusterId, ports: &PortSet) {
        let namespace = cluster.namespace.as_str();
        let of_cluster = |key: &Key| {
            key.namespace == namespace
                && names::service(&key.name).is_some_and(|it| it.cluster == cluster.name.as_str())
        };
        for (_, service) in self.services.iter_mut().filter(|(key, _)| of_cluster(key)) {
            for port in service.ports.iter_mut().filter(|port| ports.contains(port.port)) {
                port.is_ours = false;
            }
            service.dropped.retain(|port| !ports.contains(*port));
        }
    }

    /// Forgets an object. `true` when it was kept.
    pub fn remove<K: Kind>(&mut self, key: &Key) -> bool {
        K::kept(self).remove(key).is_some()
    }

    /// Takes the complete list of a kind at once. `true` when something kept has changed, or when
    /// it is the first list: from then on it counts when an object of the kind is missing.
    pub fn replace<K: Kind>(&mut self, facts: BTreeMap<Key, K::Facts>) -> bool {
        self.replace_part::<K>(facts, |_| true)
    }

    /// Takes the complete list of a part of a kind, where several watches share it: what is kept
    /// and not of the part stays. See [`EventFacts::about`].
    pub fn replace_part<K: Kind>(
        &mut self,
        mut facts: BTreeMap<Key, K::Facts>,
        is_part: impl Fn(&K::Facts) -> bool,
    ) -> bool {
        let first = self.listed.insert(K::PLURAL);
        let kept = K::kept(self);
        for (key, facts) in &mut facts {
            if let Some(before) = kept.get(key) {
                facts.follow(before);
            }
        }
        let before = kept.iter().filter(|(_, facts)| is_part(facts));
        let changed = !before.eq(&facts);
        if changed {
            kept.retain(|_, facts| !is_part(facts));
            kept.extend(facts);
        }
        changed || first
    }

    /// Whether a complete list of the kind was seen.
    pub(crate) fn has_listed<K: Kind>(&self) -> bool {
        self.listed.contains(K::PLURAL)
    }
}

macro_rules! kept {
    ($($kind:ident, $facts:ident, $map:ident, $plural:literal;)*) => {$(
        impl Kind for wire::$kind {
            type Facts = $facts;
            const PLURAL: &'static str = $plural;

            fn facts(self) -> Option<$facts> {
                $facts::of(self)
            }
            fn kept(objects: &mut Objects) -> &mut BTreeMap<Key, $facts> {
                &mut objects.$map
            }
        }
    )*};
}
kept! {
    Pod, PodFacts, pods, "pods";
    Service, ServiceFacts, services, "services";
    Ingress, IngressFacts, ingresses, "ingresses";
    IngressClass, IngressClassFacts, classes, "ingressclasses";
    Event, EventFacts, events, "events";
}

/// What every object says of itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Identity {
    /// Which of the objects that had this name.
    pub(crate) uid: Option<Box<str>>,
    /// When it was created.
    pub(crate) created: Option<Timestamp>,
    /// When its deletion was asked for.
    pub(crate) deleting: Option<Timestamp>,
    /// The value of `app.kubernetes.io/managed-by` is `skyports`.
    pub(crate) ours: bool,
}

impl Identity {
    fn of(meta: &ObjectMeta) -> Self {
        Self {
            uid: meta.uid.as_deref().map(Into::into),
            created: meta.creation_timestamp.as_ref().map(seconds),
            deleting: meta.deletion_timestamp.as_ref().map(seconds),
            ours: label(meta, "app.kubernetes.io/managed-by")
                .is_some_and(|manager| manager == "skyports"),
        }
    }
}

pub(crate) fn seconds(time: &Time) -> Timestamp {
    Timestamp(time.0.as_second())
}

fn label<'a>(meta: &'a ObjectMeta, key: &str) -> Option<&'a String> {
    meta.labels.as_ref()?.get(key)
}

fn annotation<'a>(meta: &'a ObjectMeta, key: &str) -> Option<&'a String> {
    meta.annotations.as_ref()?.get(key)
}

/// Text from the cluster, fit to show; `None` when nothing is left of it.
fn text(raw: Option<&str>, longest: usize) -> Option<Box<str>> {
    Some(shown(raw?, longest)).filter(|text| !text.is_empty()).map(Into::into)
}

/// The hosts of an address in a status that a link may name.
fn hosts(address: &wire::LoadBalancerAddress) -> impl Iterator<Item = Host> {
    [&address.ip, &address.hostname].into_iter().flatten().filter_map(|text| Host::parse(text).ok())
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::{core::v1 as core, networking::v1 as networking};
    use kube_core::Resource;

    use super::*;

    #[test]
    fn a_key_needs_nothing_but_metadata() {
        let key =
            |name: &str, namespace: &str| Key { namespace: namespace.into(), name: name.into() };
        let meta = ObjectMeta {
            name: Some("a".into()),
            namespace: Some("ml".into()),
            ..ObjectMeta::default()
        };
        assert_eq!(Key::of(&meta), key("a", "ml"));
        assert_eq!(Key::of(&ObjectMeta { namespace: None, ..meta }), key("a", ""));
        assert_eq!(Key::of(&ObjectMeta::default()), key("", ""));
    }

    #[test]
    fn kinds_have_the_addresses_of_the_real_ones() {
        fn check<Ours: Kind, Real: Resource<DynamicType = ()>>() {
            assert_eq!(Ours::url_path(&(), None), Real::url_path(&(), None));
            assert_eq!(Ours::kind(&()), Real::kind(&()));
            assert_eq!(Ours::api_version(&()), Real::api_version(&()));
            assert_eq!(Ours::PLURAL, Real::plural(&()));
        }
        check::<wire::Pod, core::Pod>();
        check::<wire::Service, core::Service>();
        check::<wire::Ingress, networking::Ingress>();
        check::<wire::IngressClass, networking::IngressClass>();
        check::<wire::Event, core::Event>();
    }
}
