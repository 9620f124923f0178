//! What a person should know of the load balancer through which ports are about to open: who reaches
//! it, what it costs, whether it gets an address, and how it finds out whether a port lives.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Service;
use skyports_model::caution::Audience as Who;
use skyports_model::{Caution, Host, OpenRequest, Port, Reach};

use super::draft::Site;
use super::loadbalancer;
use crate::check::{Audience, CostClass, FirstPort, NoAddress, audience_of};

/// The cautions about the load balancer of a request.
pub(super) fn cautions(site: &Site<'_>, request: &OpenRequest, changed: &[Port]) -> Vec<Caution> {
    let shared = site.existing.load_balancer.as_ref().filter(|_| request.reach == Reach::Shared);
    let mut cautions: Vec<Caution> = vec![];
    if shared.is_none() {
        cautions.extend(without_address(site));
    }
    if request.reach == Reach::Shared {
        cautions.extend(audience(site, shared));
        cautions.extend(first_port(site, shared, changed));
    }
    // One more port of a load balancer that is there costs nothing more.
    if shared.is_none() {
        cautions.extend(cost(site));
    }
    cautions
}

fn annotations(site: &Site<'_>, service: Option<&Service>) -> BTreeMap<String, String> {
    let mut all = site.environment.custom_metadata.annotations.clone();
    all.extend(
        service.and_then(|service| service.metadata.annotations.clone()).unwrap_or_default(),
    );
    all
}

fn audience(site: &Site<'_>, service: Option<&Service>) -> Option<Caution> {
    let surroundings = &site.environment.surroundings;
    let (audience, why) =
        by_address(service).or_else(|| surroundings.audience(&annotations(site, service)))?;
    let audience = match audience {
        Audience::Public => {
            Who::Internet { internal_is_possible: surroundings.internal_annotations().is_some() }
        }
        Audience::Internal => Who::OwnNetwork,
    };
    Some(Caution::Reached { audience, why })
}

/// Who reaches a load balancer that has its address already.
fn by_address(service: Option<&Service>) -> Option<(Audience, String)> {
    let status = service?.status.as_ref()?.load_balancer.as_ref()?;
    let entry = status.ingress.as_ref()?.first()?;
    let host = Host::parse(entry.ip.as_deref().or(entry.hostname.as_deref())?).ok()?;
    Some((audience_of(&host)?, format!("its address {host}")))
}

/// A load balancer that asks one port whether all of them live. The first port of an object that
/// exists stays the first.
fn first_port(site: &Site<'_>, service: Option<&Service>, changed: &[Port]) -> Option<Caution> {
    let open = service.into_iter().flat_map(loadbalancer::entries);
    let open = open.filter_map(|entry| Port::new(entry.port.into()));
    let ports: Vec<Port> = open.chain(changed.iter().copied()).collect();
    let environment = &site.environment;
    let carried = annotations(site, service);
    let asked = environment.surroundings.first_port(&environment.context, &ports, &carried)?;
    let FirstPort { first, source, config } = asked;
    let others = ports.iter().copied().skip(1).collect();
    Some(Caution::FirstPortChecked { first, others, source, config })
}

fn cost(site: &Site<'_>) -> Option<Caution> {
    let provider = site.environment.surroundings.facts()?;
    let cost = provider.cost.as_ref().filter(|cost| cost.class == CostClass::Extra)?;
    Some(Caution::CostsExtra {
        provider: provider.name.clone(),
        price: cost.price.clone(),
        source: format!("{} (read on {})", cost.source, cost.read),
    })
}

fn without_address(site: &Site<'_>) -> Option<Caution> {
    let evidence = match site.environment.surroundings.no_address.as_ref()? {
        NoAddress::NoPool => {
            "MetalLB has no IPAddressPool that gives addresses by itself".to_owned()
        }
        NoAddress::PoolFull { pools, size } => {
            format!(
                "MetalLB’s pool {} holds {size} addresses, and Services have them all",
                pools.join(", ")
            )
        }
    };
    Some(Caution::NoFreeAddress { evidence })
}
