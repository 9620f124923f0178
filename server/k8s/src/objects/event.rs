//! What is kept of an event: those about SkyPilot's Services and pods, trimmed.

use skyports_model::Timestamp;

use super::{seconds, text};
use crate::{names, wire};

/// An event about a Service or a pod.
#[derive(Clone, Debug, PartialEq)]
pub struct EventFacts {
    pub(crate) about: About,
    pub(crate) namespace: Box<str>,
    pub(crate) name: Box<str>,
    /// Which of the objects that had this name.
    pub(crate) uid: Option<Box<str>>,
    pub(crate) is_warning: bool,
    pub(crate) reason: Box<str>,
    pub(crate) message: Option<Box<str>>,
    /// When it last happened.
    pub(crate) last: Timestamp,
}

/// The kinds of objects whose events are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A Service.
    Service,
    /// A pod.
    Pod,
}

impl EventFacts {
    /// What the event is about.
    pub fn about(&self) -> About {
        self.about
    }

    pub(super) fn of(event: wire::Event) -> Option<Self> {
        let involved = event.involved_object.as_ref()?;
        let name = involved.name.as_deref()?;
        let namespace = involved
            .namespace
            .as_deref()
            .or(event.metadata.namespace.as_deref())
            .unwrap_or_default();
        let about = match involved.kind.as_deref()? {
            "Service" if has_kept_events(namespace, name) => About::Service,
            "Pod" if names::is_pod(name) => About::Pod,
            _ => return None,
        };
        // What we did is no sign of what the pod does.
        if event.reporting_component.as_deref() == Some("skyports") {
            return None;
        }
        let reason = text(event.reason.as_deref(), 120)?;
        let message = text(event.message.as_deref(), 240);
        if is_noise(&reason, message.as_deref().unwrap_or_default()) {
            return None;
        }
        Some(Self {
            about,
            namespace: namespace.into(),
            name: name.into(),
            uid: involved.uid.as_deref().map(Into::into),
            is_warning: event.kind.as_deref() == Some("Warning"),
            reason,
            message,
            last: last(&event),
        })
    }
}

/// Whether the events of a Service of that name are kept.
pub(crate) fn has_kept_events(namespace: &str, name: &str) -> bool {
    names::service(name).is_some() || (namespace, name) == names::CONTROLLER
}

/// The API server's own repairs of a young cluster; no controller of load balancers writes these,
/// and no user can do anything about them (seen on kube-apiserver 1.36.3).
fn is_noise(reason: &str, message: &str) -> bool {
    reason.starts_with("ClusterIP")
        || reason.starts_with("PortNotAllocated")
        || message.contains("repairing")
}

/// When an event last happened.
pub(crate) fn last(event: &wire::Event) -> Timestamp {
    let series = event.series.as_ref().and_then(|series| series.last_observed_time.as_ref());
    let precise = [series, event.event_time.as_ref()]
        .into_iter()
        .flatten()
        .map(|time| Timestamp(time.0.as_second()));
    let plain = [&event.last_timestamp, &event.first_timestamp, &event.metadata.creation_timestamp];
    let plain = plain.into_iter().flatten().map(seconds);
    precise.chain(plain).max().unwrap_or_default()
}
