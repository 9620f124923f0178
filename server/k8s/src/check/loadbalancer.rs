//! Whether a `LoadBalancer` Service gets an address: who gives it, to whom it is open, what it costs.

use skyports_model::finding::shown;
use skyports_model::time::age_in_words;
use skyports_model::{CheckLine, CheckPart, LineState, Step, Verdict};

use super::facts::{Balanced, Looked, Pool};
use super::provider::{AddressKind, Audience, Cost, CostClass, Gives, Health, Provider};
use super::surroundings::{NoAddress, Surroundings, used};
use super::{Site, skypilot};

/// A Service that waits longer than this for its first address gets none by waiting.
const PATIENCE: u64 = 60;

/// Of a pool's ranges so many are named.
const MOST_RANGES: usize = 3;

/// A pool to fill in, as `MetalLB`'s documentation has it (metallb.io/configuration).
const POOL: &str = "\
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: skypilot
  namespace: metallb-system
spec:
  addresses: [192.0.2.80-192.0.2.95]
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata:
  name: skypilot
  namespace: metallb-system";

/// The verdict, and what it rests on.
pub(super) fn check(site: &Site<'_>) -> (Verdict, Vec<CheckLine>) {
    let (verdict, first) = controller(site);
    let mut lines = vec![first];
    if verdict != Verdict::DoesNot {
        lines.extend(audience(site));
        let facts = site.surroundings.facts();
        lines.extend(facts.and_then(|it| Some(cost(it, it.cost.as_ref()?))));
        let health = facts.and_then(|it| it.health.as_ref());
        lines.extend(health.map(|health| trap(site, health)));
    }
    (verdict, lines)
}

fn line(state: LineState, name: impl Into<String>) -> CheckLine {
    CheckLine::new(CheckPart::LoadBalancer, state, name)
}

/// Who gives addresses.
fn controller(site: &Site<'_>) -> (Verdict, CheckLine) {
    if site.is_sky_local() {
        let line = line(LineState::Attention, "Clusters made by `sky local up` have no load balancers")
            .because("The context is named `kind-skypilot`. While it is the current one SkyPilot takes Ingress, whatever its config says.")
            .then(Step::advice("Open ports in the mode ingress"));
        return (Verdict::DoesNot, line);
    }
    let Surroundings { provider, no_address, .. } = site.surroundings;
    if let Some(trouble) = no_address {
        return (Verdict::DoesNot, without_address(trouble));
    }
    match provider.as_ref().map(|it| (it.provider, &it.mark)) {
        Some((provider, mark)) if provider.id == "metallb" => metallb(site, mark),
        Some((provider, mark)) if provider.gives == Gives::Always => {
            let name = format!("{} assigns addresses", provider.name);
            let line = line(LineState::Ready, name).because(format!("{mark}.{}", given(site)));
            (Verdict::Works, of_kubernetes(line))
        }
        other => by_services(site, other),
    }
}

/// A provider that may or may not give addresses, or none that is known: the Services tell.
fn by_services(site: &Site<'_>, provider: Option<(&Provider, &String)>) -> (Verdict, CheckLine) {
    let who = provider.map_or("Something", |(provider, _)| provider.name.as_str());
    let mark = provider.map(|(_, mark)| format!("{mark}. ")).unwrap_or_default();
    if facts(site).any(|service| !service.addresses.is_empty()) {
        let evidence = format!("{mark}{}", given(site).trim_start());
        let line = line(LineState::Ready, format!("{who} assigns addresses")).because(evidence);
        return (Verdict::Works, of_kubernetes(line));
    }
    let waiting = facts(site).filter_map(|service| Some((service, waits(site, service)?)));
    if let Some((service, waited)) = waiting.max_by_key(|(_, waited)| *waited) {
        let waited = age_in_words(waited);
        let evidence =
            format!("{mark}Service `{}` has waited for an address for {waited}.", service.name);
        let line = line(LineState::Attention, "Nothing assigns addresses").because(evidence);
        return (Verdict::DoesNot, install(line));
    }
    let evidence = match (&site.facts.services, provider) {
        (Looked::Seen(_), Some((provider, _))) => {
            let which = match provider.address {
                AddressKind::NodeIps => "its ServiceLB gives the nodes’ own, unless it was switched off",
                AddressKind::Ip | AddressKind::Hostname => "a controller of load balancers may run here",
            };
            format!("{mark}No Service of type LoadBalancer shows whether addresses come: {which}.")
        }
        (Looked::Seen(_), None) => "No cloud, no MetalLB and no k3s was recognised, and no Service of type LoadBalancer shows whether addresses come.".to_owned(),
        (hidden, _) => format!("{mark}{}", hidden.hidden().unwrap_or_default()),
    };
    let line = line(LineState::Unknown, "Whether something assigns addresses is not known");
    (Verdict::Unknown, install(line.because(evidence)))
}

fn facts<'a>(site: &'a Site<'_>) -> impl Iterator<Item = &'a Balanced> {
    site.facts.services.seen().into_iter().flatten()
}

/// How long a Service has waited in vain.
fn waits(site: &Site<'_>, service: &Balanced) -> Option<u64> {
    let waited = service.created?.age(site.facts.as_of);
    (service.addresses.is_empty() && waited >= PATIENCE).then_some(waited)
}

/// How many Services have an address: ` 3 of 4 Services of type LoadBalancer have one.`
fn given(site: &Site<'_>) -> String {
    let all = facts(site).count();
    let with = facts(site).filter(|service| !service.addresses.is_empty()).count();
    if all == 0 {
        return String::new();
    }
    let noun = if all == 1 { "Service" } else { "Services" };
    format!(" {with} of {all} {noun} of type LoadBalancer that you may see have an address.")
}

fn of_kubernetes(line: CheckLine) -> CheckLine {
    let page = "https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer";
    line.see("Kubernetes: LoadBalancer", page)
}

fn install(line: CheckLine) -> CheckLine {
    line.then(Step::advice(
        "On your own machines, install MetalLB, which gives addresses of your own network",
    ))
    .then(Step::command("Then give it a pool of free addresses, yours instead of these", POOL))
    .see("MetalLB: installation", "https://metallb.io/installation/")
}

fn without_address(trouble: &NoAddress) -> CheckLine {
    let line = match trouble {
        NoAddress::NoPool => line(LineState::Attention, "MetalLB has no pool of addresses")
            .because("No `IPAddressPool` gives addresses by itself. Without one MetalLB writes nothing at all, not even an event.")
            .then(Step::command("Give it a pool of free addresses, yours instead of these", POOL)),
        NoAddress::PoolFull { pools, size } => {
            line(LineState::Attention, "MetalLB’s addresses are all in use")
                .because(format!("Pool `{}` holds {size}, and Services have them all.", pools.join("`, `")))
                .then(Step::advice("Close ports that nobody needs: a cluster’s last one gives its address back"))
                .then(Step::command("Or add a pool, with addresses of yours instead of these", POOL))
        }
    };
    line.see("MetalLB: configuration", "https://metallb.io/configuration/")
}

fn metallb(site: &Site<'_>, mark: &str) -> (Verdict, CheckLine) {
    let Looked::Seen(pools) = &site.facts.pools else {
        let hidden = site.facts.pools.hidden().unwrap_or_default();
        if facts(site).any(|service| !service.addresses.is_empty()) {
            let evidence = format!("{mark}.{} Its pools were not seen. {hidden}", given(site));
            return (
                Verdict::Works,
                line(LineState::Ready, "MetalLB assigns addresses").because(evidence),
            );
        }
        let line = line(LineState::Unknown, "MetalLB is here; whether it has a pool is not known");
        return (Verdict::Unknown, line.because(format!("{mark}. {hidden}")));
    };
    let pools: Vec<&Pool> = pools.iter().filter(|pool| pool.automatic).collect();
    let names: Vec<_> = pools.iter().map(|pool| named(pool)).collect();
    let held = pools.iter().try_fold(0_u64, |sum, pool| sum.checked_add(pool.size()?));
    let free = match held {
        Some(held) => {
            let free = held.saturating_sub(used(site.facts, &pools));
            format!("{free} of {held} addresses are free, as far as Services may be seen.")
        }
        None => "Its addresses are more than can be counted.".to_owned(),
    };
    let line = line(LineState::Ready, "MetalLB assigns addresses")
        .because(format!("{mark}. Pool {}: {free}", names.join(", ")))
        .see("MetalLB: configuration", "https://metallb.io/configuration/");
    (Verdict::Works, line)
}

/// A pool with the first of its ranges.
fn named(Pool { name, ranges, .. }: &Pool) -> String {
    let more = if ranges.len() > MOST_RANGES { ", …" } else { "" };
    let ranges: Vec<_> = ranges.iter().take(MOST_RANGES).map(|range| shown(range, 80)).collect();
    format!("`{}` ({}{more})", shown(name, 80), ranges.join(", "))
}

/// Who would reach a port.
fn audience(site: &Site<'_>) -> Option<CheckLine> {
    let annotations = &site.skypilot.annotations;
    let (audience, why) = site.surroundings.audience(annotations)?;
    let name = match audience {
        Audience::Public => "Public: whoever has the address reaches the port",
        Audience::Internal => {
            "Internal: the port is reached from the cloud’s or the site’s own network"
        }
    };
    let mut line = line(LineState::Note, name).because(format!("Says {why}."));
    let reach = site.surroundings.facts().and_then(|facts| facts.reach.as_ref());
    let other = reach.map(|reach| match audience {
        Audience::Public => ("Make every port of SkyPilot’s internal", &reach.internal),
        Audience::Internal => ("Make every port of SkyPilot’s public", &reach.public),
    });
    if let Some((title, other)) = other.filter(|(_, other)| !other.is_empty()) {
        line = line.then(Step::command(title, skypilot::annotations_snippet(site.context, other)));
    }
    Some(line)
}

fn cost(provider: &Provider, cost: &Cost) -> CheckLine {
    let Cost { class, price, source, read } = cost;
    match class {
        CostClass::Free => line(LineState::Note, "A load balancer costs nothing extra")
            .because(format!("{source} (read on {read}).")),
        CostClass::Extra => {
            let price = price.as_ref().map(|price| format!(": {price}")).unwrap_or_default();
            line(LineState::Note, format!("A load balancer costs extra{price}"))
                .because(format!("List price of {}, {source} (read on {read}). All ports of a cluster share one; SkyPilot does not count it.", provider.name))
        }
    }
}

fn trap(site: &Site<'_>, health: &Health) -> CheckLine {
    let Health { first_port_only: _, fix, source, read } = health;
    let annotations = &site.skypilot.annotations;
    if fix.iter().all(|(key, value)| annotations.get(key) == Some(value)) {
        return line(LineState::Ready, "Each port is checked by itself")
            .because("SkyPilot’s config gives every Service the annotation that a classic load balancer needs for that.");
    }
    line(
        LineState::Attention,
        "Only the first port of a cluster is checked: if nothing listens on it, none works",
    )
    .because(format!("A classic load balancer has one health check. {source} (read on {read})."))
    .then(Step::command(
        "Have each port checked by itself",
        skypilot::annotations_snippet(site.context, fix),
    ))
    .then(Step::advice("Or open the port first on which something listens already"))
}
