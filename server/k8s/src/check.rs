//! Whether ports can be exposed in a context, from what was read of it.
//!
//! Pure: who checks has read the [`Answers`] and SkyPilot's config. What the facts say of a new load
//! balancer ([`Surroundings`]) also feeds the plan of opening a port. Start reading at [`check`].

mod facts;
mod first_port;
mod ingress;
mod loadbalancer;
mod provider;
mod rights;
mod skypilot;
mod surroundings;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeMap;

use skyports_model::{ContextCheck, ContextName, DefaultMode};

pub use self::facts::{Answers, Facts, Looked, Right};
pub use self::first_port::FirstPort;
pub use self::provider::{Audience, CostClass, Provider, Recognised};
pub use self::surroundings::{NoAddress, Surroundings, audience_of};

/// What SkyPilot's config says of the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkyPilotSays {
    /// The mode of a cluster that is launched now, and what decided.
    pub mode: DefaultMode,
    /// The files that were read, the one that wins last.
    pub files: Vec<String>,
    /// What could not be read, and why.
    pub problems: Vec<String>,
    /// The labels that it gives every object.
    pub labels: BTreeMap<String, String>,
    /// The annotations that it gives every object.
    pub annotations: BTreeMap<String, String>,
}

/// What is to be checked.
struct Site<'a> {
    context: &'a ContextName,
    facts: &'a Facts,
    surroundings: &'a Surroundings,
    skypilot: &'a SkyPilotSays,
}

impl Site<'_> {
    /// Whether `sky local up` made the context.
    fn is_sky_local(&self) -> bool {
        self.context.as_str() == "kind-skypilot"
    }
}

/// Checks a context.
pub fn check(context: &ContextName, facts: &Facts, skypilot: &SkyPilotSays) -> ContextCheck {
    let surroundings = &Surroundings::of(facts);
    let site = Site { context, facts, surroundings, skypilot };
    let (load_balancer, mut lines) = loadbalancer::check(&site);
    let (ingress, of_ingress) = ingress::check(&site);
    lines.extend(of_ingress);
    lines.extend(skypilot::lines(&site, load_balancer, ingress));
    lines.extend(rights::lines(&site));
    let provider = surroundings.provider.as_ref().map(|it| it.provider.name.clone());
    let version = facts.version.seen().filter(|version| !version.is_empty()).cloned();
    ContextCheck {
        context: context.clone(),
        provider,
        version,
        load_balancer,
        ingress,
        lines,
        as_of: facts.as_of,
    }
}
