//! The pages of a guest link: what it leads to, without the shell and without a script.

use skyports_model::share::GuestLink;
use skyports_model::{Cluster, Endpoint, EndpointState, Timestamp};

use super::app_tile::app_tile;
use super::icon::icon;
use super::note::framed;
use super::status_badge::status_badge;
use crate::node::{Element, el};
use crate::share::cautions;
use crate::words;

/// What a guest link leads to.
#[derive(Debug, Clone, Copy)]
pub struct Visit<'a> {
    /// The link.
    pub link: &'a GuestLink,
    /// The endpoint's cluster.
    pub cluster: &'a Cluster,
    /// The endpoint, as it is now.
    pub endpoint: &'a Endpoint,
}

impl Visit<'_> {
    /// The link that the visitor goes to; none as long as there is nothing to open.
    pub fn target(&self) -> Option<String> {
        self.endpoint.links().first().map(ToString::to_string)
    }

    fn app(&self) -> String {
        let port = self.endpoint.port();
        self.endpoint.app.as_ref().map_or_else(|| format!("port {port}"), |app| app.name.clone())
    }
}

/// What is shared, and the way on. Shows no address: a chat that looks at it learns none.
pub(crate) fn guest_card(visit: &Visit<'_>, now: Timestamp) -> Element {
    let Visit { link, cluster, endpoint } = visit;
    let from = if link.maker.is_empty() { "Somebody" } else { link.maker.as_str() };
    let is_ready = visit.target().is_some();
    let title = if is_ready {
        format!("{} on {}", capital(&visit.app()), cluster.name)
    } else {
        format!("Port {} of {} is not ready yet", endpoint.port(), cluster.name)
    };
    let wait = (!is_ready).then(|| {
        // The rest of a reason names objects, which are nobody else's business.
        let why = endpoint.state.reason().map(|reason| reason.lead.clone());
        el("p")
            .class("lead")
            .with(why.unwrap_or_else(|| "It has no address that can be opened.".to_owned()))
            .with(" This page looks again by itself.")
    });
    let app = el("div")
        .class("guest-app")
        .with(app_tile(endpoint.app.as_ref()))
        .with(el("b").with(format!("Port {}", endpoint.port())))
        .with(status_badge(&endpoint.state, now));
    let word = format!("Continue to {}", visit.app());
    let button = el("button").class("btn primary large").attr("type", "submit").with(word);
    let button = if is_ready { button.with(icon("arrow")) } else { button.flag("disabled", true) };
    let foreign = el("p")
        .class("hint")
        .with("The app belongs to the team of who shared it; skyports does not run it.");
    el("div")
        .class("guest-card")
        .with(el("p").class("from").with(icon("user")).with(format!("{from} shared this with you")))
        .with(el("h1").with(title))
        .with(wait)
        .with(app)
        .with(failed(&endpoint.state).filter(|_| is_ready))
        .with(el("div").class("notes").with(caution_notes(endpoint)))
        .with(el("form").attr("method", "post").with(button).with(foreign))
        .with(until(link))
}

/// What stands in the way of an endpoint that is open and does not answer.
fn failed(state: &EndpointState) -> Option<Element> {
    let (EndpointState::Failed { reason } | EndpointState::Attention { reason }) = state else {
        return None;
    };
    Some(el("p").class("lead").with(reason.lead.clone()))
}

/// Where the visitor goes, after they have asked.
pub(crate) fn guest_go(visit: &Visit<'_>, target: &str) -> Element {
    let link = el("a")
        .class("btn primary large")
        .attr("href", target.to_owned())
        .attr("rel", "noopener noreferrer")
        .with(format!("Open {}", visit.app()))
        .with(icon("arrow"));
    el("div")
        .class("guest-card")
        .with(el("h1").with(format!("Opening {}", visit.app())))
        .with(el("p").class("lead").with("You go to:"))
        .with(el("p").with(el("code").with(target.to_owned())))
        .with(el("div").class("notes").with(caution_notes(visit.endpoint)))
        .with(el("p").with(link))
}

/// The same for every link that shows nothing, whatever the cause.
pub(crate) fn guest_ended() -> Element {
    el("div")
        .class("guest-card")
        .with(el("h1").with("This link does not work"))
        .with(
            el("p").class("lead").with(
                "It has ended, was revoked, or never was. The app itself may still be running.",
            ),
        )
        .with(el("p").with("Ask the person who sent it for a new one."))
}

/// Where nobody can say now what a link shows.
pub(crate) fn guest_later() -> Element {
    el("div").class("guest-card").with(el("h1").with("Not known at the moment")).with(
        el("p").class("lead").with(
            "The cluster cannot be asked for this link now. This page looks again by itself.",
        ),
    )
}

fn until(link: &GuestLink) -> Element {
    let (exact, told) = words::moment(link.expires);
    el("p")
        .class("hint")
        .with("This link works until ")
        .with(el("time").attr("datetime", exact).with(told))
        .with(", unless it is revoked before.")
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What a guest should know, as notes.
fn caution_notes(endpoint: &Endpoint) -> Vec<Element> {
    let notes = cautions(endpoint).into_iter().map(|(lead, rest)| {
        let said = el("div").with(el("p").with(el("strong").with(lead)).with(" ").with(rest));
        framed("attention", icon("attention"), said)
    });
    notes.collect()
}
