//! Load balancers that ask the first port of their Service whether all of them live.

use std::collections::BTreeMap;

use skyports_model::{ContextName, Port};

use super::skypilot::annotations_snippet;
use super::surroundings::Surroundings;

/// The one port that a load balancer asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstPort {
    /// The port.
    pub first: Port,
    /// Where and when that was read.
    pub source: String,
    /// What of SkyPilot's config ends that.
    pub config: String,
}

impl Surroundings {
    /// The one port that the load balancer of a Service with these ports and annotations asks;
    /// `None` where it asks each, or where nobody knows.
    pub fn first_port(
        &self,
        context: &ContextName,
        ports: &[Port],
        annotations: &BTreeMap<String, String>,
    ) -> Option<FirstPort> {
        let health = self.facts()?.health.as_ref()?;
        let is_mended = health.fix.iter().all(|(key, value)| annotations.get(key) == Some(value));
        let (first, others) = ports.split_first()?;
        (!is_mended && !others.is_empty()).then(|| FirstPort {
            first: *first,
            source: format!("{} (read on {})", health.source, health.read),
            config: annotations_snippet(context, &health.fix),
        })
    }
}
