//! Several ports that differ in nothing but their number: how one row tells of them all.

use skyports_model::{Endpoint, ExternalUrl};

use super::icon::{drawn, icon};
use crate::board::Ports;
use crate::node::{Element, el};

/// `30001–30020`; of one port alone its number.
pub(crate) fn range_label(first: &Endpoint, last: Option<&Endpoint>) -> String {
    let first = first.port().to_string();
    match last {
        None => first,
        Some(last) => [&first, "–", &last.port().to_string()].concat(),
    }
}

/// The shape of their links, which opens to one link a port.
pub(crate) fn range_links(row: &Ports) -> Element {
    let Ports { endpoint, others, cluster, .. } = row;
    let label = range_label(endpoint, others.last());
    let ports = [endpoint].into_iter().chain(others).map(|port| el("li").with(chip(port)));
    let shape = match (endpoint.urls.first(), endpoint.addresses.first()) {
        (Some(url), _) => shape(&url.to_string(), endpoint, &label),
        (None, Some(address)) => shape(address, endpoint, &label),
        (None, None) => "No address".to_owned(),
    };
    let summary =
        el("summary").with(icon("chevron-right")).with(el("span").class("url future").with(shape));
    let list = el("ul")
        .class("ports")
        .attr("aria-label", ["Ports ", &label, " of ", cluster].concat())
        .with(ports.collect::<Vec<_>>());
    el("details").class("range").with(summary).with(list)
}

/// A link or an address with the whole range in the place of its port.
fn shape(text: &str, first: &Endpoint, label: &str) -> String {
    let port = first.port().to_string();
    // The last mention: a host may hold the same digits.
    let split = |(at, _)| {
        let (before, rest) = text.split_at_checked(at)?;
        Some((before, rest.strip_prefix(port.as_str())?))
    };
    match text.char_indices().rev().find_map(split) {
        Some((before, after)) => [before, label, after].concat(),
        None => text.to_owned(),
    }
}

/// One port of the range: a link where there is one.
fn chip(endpoint: &Endpoint) -> Element {
    let state = endpoint.state.word();
    let id = endpoint.id.to_string();
    let chip = |tag| {
        el(tag)
            .class("chip")
            .attr("data-state", state)
            .attr("data-endpoint", id.clone())
            .with(drawn("icon small state-icon", state))
            .with(endpoint.port().to_string())
    };
    match endpoint.links().first() {
        Some(url) => chip("a")
            .attr("href", ExternalUrl::to_string(url))
            .attr("target", "_blank")
            .attr("rel", "noopener noreferrer")
            .with(el("span").class("visually-hidden").with(" (opens in a new tab)")),
        None => chip("span"),
    }
}
