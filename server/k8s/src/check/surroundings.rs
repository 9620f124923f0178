//! What is known of a load balancer before it is asked for: who would reach it, what it costs, and
//! whether it would get an address at all.

use std::collections::BTreeMap;
use std::net::IpAddr;

use skyports_model::{Host, Realm};

use super::facts::{Facts, Pool};
use super::provider::{Audience, Provider, Recognised};

/// What is known of the next load balancer of a context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Who would give it an address.
    pub provider: Option<Recognised>,
    /// Why it would get none.
    pub no_address: Option<NoAddress>,
    /// Who reaches the addresses that there are, or that the pools hold.
    seen: Option<(Audience, String)>,
}

/// Why a load balancer would get no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAddress {
    /// `MetalLB` has no pool from which it gives addresses by itself.
    NoPool,
    /// Every address of its pools is in use.
    PoolFull {
        /// The pools' names.
        pools: Vec<String>,
        /// How many addresses they hold.
        size: u64,
    },
}

impl Surroundings {
    /// What the facts say.
    pub fn of(facts: &Facts) -> Self {
        let provider = Recognised::of(facts);
        let is_metallb = provider.as_ref().is_some_and(|it| it.provider.id == "metallb");
        let pools = facts.pools.seen().filter(|_| is_metallb);
        let no_address = pools.and_then(|pools| no_address(facts, pools));
        Self { seen: seen(facts, pools.map_or(&[], Vec::as_slice)), no_address, provider }
    }

    /// The provider's facts.
    pub fn facts(&self) -> Option<&'static Provider> {
        self.provider.as_ref().map(|recognised| recognised.provider)
    }

    /// The annotations that make a load balancer internal; `None` where nobody knows.
    pub fn internal_annotations(&self) -> Option<BTreeMap<String, String>> {
        let reach = self.facts()?.reach.as_ref()?;
        (!reach.internal.is_empty()).then(|| reach.internal.clone())
    }

    /// Who would reach a load balancer that carries these annotations, and what says so.
    pub fn audience(&self, annotations: &BTreeMap<String, String>) -> Option<(Audience, String)> {
        let Some(reach) = self.facts().and_then(|facts| facts.reach.as_ref()) else {
            return self.seen.clone();
        };
        let carried = |asked: &BTreeMap<String, String>| {
            !asked.is_empty()
                && asked.iter().all(|(key, value)| annotations.get(key) == Some(value))
        };
        let by = |what: &str, asked: &BTreeMap<String, String>| {
            let asked: Vec<_> =
                asked.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            format!("{what} `{}`", asked.join(", "))
        };
        Some(if carried(&reach.internal) {
            (Audience::Internal, by("annotation", &reach.internal))
        } else if carried(&reach.public) {
            (Audience::Public, by("annotation", &reach.public))
        } else {
            (reach.is, format!("the provider’s default ({}, read on {})", reach.source, reach.read))
        })
    }
}

/// Every Service must be seen to know that an address is free; those that are seen are enough to
/// know that none is.
fn no_address(facts: &Facts, pools: &[Pool]) -> Option<NoAddress> {
    let pools: Vec<&Pool> = pools.iter().filter(|pool| pool.automatic).collect();
    if pools.is_empty() {
        return Some(NoAddress::NoPool);
    }
    let size = pools.iter().try_fold(0_u64, |sum, pool| sum.checked_add(pool.size()?))?;
    let names = pools.iter().map(|pool| pool.name.clone()).collect();
    (used(facts, &pools) >= size).then_some(NoAddress::PoolFull { pools: names, size })
}

/// How many addresses of the pools are in use, as far as Services may be seen.
pub(super) fn used(facts: &Facts, pools: &[&Pool]) -> u64 {
    let addresses = facts.addresses().filter_map(|text| text.parse::<IpAddr>().ok());
    let of_pools = addresses.filter(|it| pools.iter().any(|pool| pool.holds(*it)));
    let distinct: std::collections::BTreeSet<IpAddr> = of_pools.collect();
    u64::try_from(distinct.len()).unwrap_or(u64::MAX)
}

/// Who reaches the addresses: told when all of them are alike.
fn seen(facts: &Facts, pools: &[Pool]) -> Option<(Audience, String)> {
    let of_pools = pools.iter().filter(|pool| pool.automatic).filter_map(Pool::first);
    let mut all: Vec<Host> = of_pools.filter_map(|ip| Host::parse(&ip.to_string()).ok()).collect();
    let what = if all.is_empty() { "the addresses of other Services" } else { "MetalLB’s pools" };
    if all.is_empty() {
        all = facts.addresses().filter_map(|text| Host::parse(text).ok()).collect();
    }
    let audiences: Vec<_> = all.iter().map(audience_of).collect();
    let first = (*audiences.first()?)?;
    let example = all.first()?;
    let alike = audiences.iter().all(|audience| *audience == Some(first));
    alike.then(|| (first, format!("{what}: {example}")))
}

/// Who reaches an address; a name does not tell, but for AWS’ internal ones.
pub fn audience_of(host: &Host) -> Option<Audience> {
    match Realm::of(host) {
        Realm::Public => Some(Audience::Public),
        Realm::Private | Realm::Machine => Some(Audience::Internal),
        Realm::NotTold => None,
    }
}
