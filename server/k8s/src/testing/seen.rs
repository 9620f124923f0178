//! Objects as they are seen in a test, and one line of text for each endpoint that comes out.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::networking::v1 as networking;
use serde::Serialize;
use skyports_model::{ContextName, Endpoint, EndpointState, Owner, Timestamp};

use super::NOW;
use crate::objects::{Key, Kind, Objects};
use crate::observe::{Observed, Scope, observe};
use crate::wire;

/// An object as the API sends it.
#[derive(Clone, Debug)]
pub(crate) enum Sent {
    Pod(wire::Pod),
    Service(wire::Service),
    Ingress(wire::Ingress),
    Class(wire::IngressClass),
    Event(wire::Event),
}

impl Sent {
    pub(crate) fn apply(self, objects: &mut Objects) -> bool {
        match self {
            Self::Pod(object) => objects.apply(object),
            Self::Service(object) => objects.apply(object),
            Self::Ingress(object) => objects.apply(object),
            Self::Class(object) => objects.apply(object),
            Self::Event(object) => objects.apply(object),
        }
    }
}

/// Through JSON, as in production.
pub(crate) fn decoded<K: Kind>(object: &impl Serialize) -> K {
    serde_json::from_slice(&serde_json::to_vec(object).unwrap()).unwrap()
}

macro_rules! sent {
    ($($real:path => $variant:ident;)*) => {$(
        impl From<$real> for Sent {
            fn from(object: $real) -> Sent {
                Sent::$variant(decoded(&object))
            }
        }
    )*};
}
sent! {
    core::Pod => Pod;
    core::Service => Service;
    networking::Ingress => Ingress;
    networking::IngressClass => Class;
    core::Event => Event;
}

/// Objects, and how they are seen.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) objects: Objects,
    pub(crate) context: &'static str,
    pub(crate) now: Timestamp,
    pub(crate) events: bool,
    pub(crate) controller: bool,
    pub(crate) classes: bool,
}

/// All of these objects, everything listed, everything allowed, at [`NOW`].
macro_rules! seen {
    ($($object:expr),* $(,)?) => {
        crate::testing::Seen::of(vec![$(crate::testing::Sent::from($object)),*])
    };
}
pub(crate) use seen;

impl Seen {
    pub(crate) fn of(sent: Vec<Sent>) -> Self {
        let mut objects = listed();
        for object in sent {
            object.apply(&mut objects);
        }
        Self { objects, context: "prod", now: NOW, events: true, controller: true, classes: true }
    }

    pub(crate) fn and(mut self, object: impl Into<Sent>) -> Self {
        object.into().apply(&mut self.objects);
        self
    }

    pub(crate) fn through(self, context: &'static str) -> Self {
        Self { context, ..self }
    }

    /// So many seconds later.
    pub(crate) fn later(self, seconds: i64) -> Self {
        Self { now: self.now.plus(seconds), ..self }
    }

    pub(crate) fn observe(&self) -> Observed {
        let context = ContextName::parse(self.context).unwrap();
        let scope = Scope {
            context: &context,
            now: self.now,
            sees_events: self.events,
            sees_controller: self.controller,
            sees_classes: self.classes,
        };
        observe(&self.objects, &scope)
    }

    /// The only endpoint.
    pub(crate) fn endpoint(&self) -> Endpoint {
        let mut endpoints: Vec<Endpoint> =
            self.observe().clusters.into_iter().flat_map(|c| c.endpoints).collect();
        assert_eq!(endpoints.len(), 1, "{endpoints:#?}");
        endpoints.remove(0)
    }
}

/// Nothing, but completely listed.
pub(crate) fn listed() -> Objects {
    let mut objects = Objects::default();
    objects.replace::<wire::Pod>(BTreeMap::<Key, _>::new());
    objects.replace::<wire::Service>(BTreeMap::new());
    objects.replace::<wire::Ingress>(BTreeMap::new());
    objects.replace::<wire::IngressClass>(BTreeMap::new());
    objects.replace::<wire::Event>(BTreeMap::new());
    objects
}

/// One line an endpoint: port, mode, state, reason, links, `~` and the future link or the bare
/// addresses, `!` and each warning's code, the owner unless it is SkyPilot.
pub(crate) fn line(endpoint: &Endpoint) -> String {
    let mut words = vec![
        endpoint.id.port.to_string(),
        endpoint.id.mode.to_string(),
        endpoint.state.word().to_owned(),
    ];
    words.extend(endpoint.state.reason().map(|reason| reason.code.to_string()));
    words.extend(endpoint.urls.iter().map(ToString::to_string));
    if endpoint.urls.is_empty() {
        words.extend(endpoint.addresses.clone());
    }
    words.extend(endpoint.future.as_ref().map(|future| {
        let port = future.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("~{}://{port}{}", future.scheme.as_str(), future.path)
    }));
    words.extend(endpoint.warnings.iter().map(|warning| format!("!{}", warning.code)));
    if endpoint.owner != Owner::SkyPilot {
        words.push(format!("({})", endpoint.owner.as_str()));
    }
    words.join(" ")
}

/// Every endpoint of every cluster, a line each.
pub(crate) fn lines(observed: &Observed) -> String {
    observed.clusters.iter().flat_map(|c| &c.endpoints).map(line).collect::<Vec<_>>().join("\n")
}

/// Checks the endpoints, one a line. White space around lines does not count.
#[track_caller]
pub(crate) fn check(seen: &Seen, expected: &str) {
    let expected: Vec<&str> =
        expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines(&seen.observe()), expected.join("\n"));
}

/// The explanation of a state.
pub(crate) fn message(endpoint: &Endpoint) -> String {
    match &endpoint.state {
        EndpointState::Open => String::new(),
        state => state.reason().unwrap().message(),
    }
}
