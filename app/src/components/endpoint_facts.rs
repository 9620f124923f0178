//! An endpoint's facts: the object, the addresses, the reach, and why we say so.

use skyports_model::time::age_in_words;
use skyports_model::{Cluster, Endpoint, Owner, Timestamp};

use super::copy_button::copy_button;
use crate::node::{Element, el};
use crate::reach::Reach;
use crate::words;

/// What is known of the endpoint; what is not known is left out.
pub(crate) fn endpoint_facts(cluster: &Cluster, endpoint: &Endpoint, now: Timestamp) -> Element {
    let object = &endpoint.object;
    let name = el("dd")
        .with(el("span").class("mono").with(object.path()))
        .with(copy_button(format!("Copy the name of the {}", object.kind.as_str())))
        .with(hint(opened_by(endpoint.owner)));
    let opened = endpoint.opened.map(|opened| {
        let (exact, told) = words::moment(opened);
        let time = el("time").attr("datetime", exact).with(told);
        fact("Made", el("dd").with(time).with(hint(age_in_words(opened.age(now)) + " ago")))
    });
    let facts = el("dl")
        .class("endpoint-facts")
        .with(fact("Object", name))
        .with(addresses(endpoint))
        .with(reach(endpoint))
        .with(opened)
        .with(fact("App", app(endpoint)))
        .with(fact("Context", el("dd").with(cluster.id.context.to_string())))
        .with(fact("Namespace", el("dd").with(cluster.id.namespace.to_string())));
    el("section")
        .attr("aria-labelledby", "facts-title")
        .with(el("h3").attr("id", "facts-title").with("Facts"))
        .with(facts)
}

fn fact(name: &'static str, value: Element) -> Element {
    el("div").with(el("dt").with(name)).with(value)
}

fn hint(text: impl Into<String>) -> Element {
    el("span").class("hint").with(text.into())
}

fn opened_by(owner: Owner) -> &'static str {
    match owner {
        Owner::SkyPilot => "opened by SkyPilot",
        Owner::Skyports => "opened by skyports",
        Owner::Other => "opened by somebody else",
    }
}

fn addresses(endpoint: &Endpoint) -> Option<Element> {
    let addresses = &endpoint.addresses;
    let one = |address: &String| {
        el("span")
            .class("pair")
            .with(el("span").class("mono").with(address.clone()))
            .with(copy_button(format!("Copy address {address}")))
    };
    let name = if addresses.len() == 1 { "Address" } else { "Addresses" };
    let all: Vec<_> = addresses.iter().map(one).collect();
    (!all.is_empty()).then(|| fact(name, el("dd").with(all)))
}

fn reach(endpoint: &Endpoint) -> Option<Element> {
    let reach = Reach::of(endpoint)?;
    let why = match reach {
        Reach::Public => {
            "the address is routed on the internet; a firewall may still stand before it"
        }
        Reach::Private => "the address is of a private network: be in it, or on its VPN",
        Reach::Cluster => "a pod’s address is routed inside the cluster, and sometimes around it",
        Reach::Machine => "the address leads back to the machine that asks",
        Reach::NotTold => "a name does not tell from where it can be reached",
    };
    Some(fact("Reachable from", el("dd").with(reach.label()).with(hint(why))))
}

fn app(endpoint: &Endpoint) -> Element {
    match &endpoint.app {
        Some(app) => el("dd").with(app.name.clone()).with(hint(app.confidence.told())),
        None => el("dd").with("Unknown").with(hint("no app is usually on this port")),
    }
}
