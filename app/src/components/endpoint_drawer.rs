//! The panel of one endpoint: what it is, how to open it, why it is as it is, and what Kubernetes
//! says of it.

use leptos::prelude::*;
use skyports_model::time::age_in_words;
use skyports_model::{Cluster, Code, Copies, Endpoint, EndpointState, Owner, Timestamp};

use super::app_tile::app_tile;
use super::described::described;
use super::endpoint_facts::endpoint_facts;
use super::endpoint_reasons::{endpoint_reasons, not_there};
use super::endpoint_url::endpoint_url;
use super::icon::icon;
use super::make_permanent::make_permanent;
use super::port_dialog::{close_port, open_again};
use super::share_dialog::share;
use super::status_badge::status_badge;
use crate::board::Board;
use crate::node::{Element, el};
use crate::panel::{Described, NOT_OPEN, Shown, State};
use crate::words;

/// The id of the panel.
pub(crate) const DRAWER: &str = "endpoint";
/// The id of its title, which has the focus when it opens.
pub(crate) const TITLE: &str = "endpoint-title";
/// The id of what scrolls in it.
pub(crate) const BODY: &str = "endpoint-body";

/// The panel, empty while no endpoint is asked for. The page that was asked for with a panel has
/// it open from the start; later, `panel` opens and closes the dialog.
pub(crate) fn endpoint_drawer(state: &State, open_at_first: bool, board: Board) -> Element {
    let dialog = el("dialog")
        .class("drawer")
        .attr("id", DRAWER)
        .attr("aria-labelledby", TITLE)
        .flag("open", open_at_first);
    match &state.shown {
        None => dialog,
        Some(shown) => {
            let now = time_for(shown, board);
            let back = board.query.with(skyports_model::Query::path);
            dialog
                .attr("data-endpoint", shown.id.to_string())
                .with(head(shown, now, back))
                .with(body(shown, &state.described, now))
        }
    }
}

/// The time as the panel needs it: each second only while something waits.
fn time_for(shown: &Shown, board: Board) -> Timestamp {
    match shown.endpoint.as_ref().map(|endpoint| &endpoint.state) {
        Some(EndpointState::Pending { .. }) if shown.is_there => board.second.get(),
        _ => board.minute.get(),
    }
}

fn head(shown: &Shown, now: Timestamp, back: String) -> Element {
    let links = match &shown.endpoint {
        Some(endpoint) if shown.is_there => {
            let lines = endpoint_url(endpoint, shown.cluster_name());
            Some((url_box(lines, shown), actions(endpoint)))
        }
        Some(_) | None => None,
    };
    let close = el("a")
        .class("icon-btn")
        .attr("href", back)
        .attr("role", "button")
        .attr("data-panel-close", "")
        .attr("aria-label", "Close details")
        .attr("title", "Close details")
        .with(icon("x"));
    let title = el("div").with(title(shown, now)).with(standing(shown, now));
    el("div")
        .class("drawer-head")
        .with(el("div").class("drawer-title").with(title).with(close))
        .with(links)
}

/// `8888 JupyterLab` with its state.
fn title(shown: &Shown, now: Timestamp) -> Element {
    let app = shown.endpoint.as_ref().and_then(|endpoint| endpoint.app.as_ref());
    let state = match &shown.endpoint {
        Some(endpoint) if shown.is_there => status_badge(&endpoint.state, now),
        Some(_) | None => el("span")
            .class("status")
            .attr("data-state", "closed")
            .with(super::icon::icon("closed"))
            .with(NOT_OPEN),
    };
    el("h2")
        .attr("id", TITLE)
        .attr("tabindex", "-1")
        .attr("autofocus", "")
        .with(el("span").class("port").with(shown.id.port.to_string()))
        .with(" ")
        .with(app_tile(app))
        .with(" ")
        .with(state)
}

/// `train · LoadBalancer · open for 3 h`.
fn standing(shown: &Shown, now: Timestamp) -> Element {
    let cluster =
        el("a").attr("href", shown.id.cluster.path()).with(shown.cluster_name().to_owned());
    let opened = shown.endpoint.as_ref().filter(|_| shown.is_there).and_then(opened);
    let age = opened.map(|opened| {
        let (exact, told) = words::moment(opened);
        let time = el("time").attr("datetime", exact).attr("title", told);
        el("span").with(" · open for ").with(time.with(age_in_words(opened.age(now))))
    });
    el("p").with(cluster).with(format!(" · {}", shown.id.mode.label())).with(age)
}

/// Since when it has been open; nothing before there is something to open.
fn opened(endpoint: &Endpoint) -> Option<Timestamp> {
    let is_reachable = !endpoint.addresses.is_empty() || !endpoint.urls.is_empty();
    endpoint.opened.filter(|_| is_reachable)
}

/// The links, each with its copy button, and the menu of everything else to copy.
fn url_box(lines: Vec<Element>, shown: &Shown) -> Element {
    let label = format!("Copy port {} of {} as…", shown.id.port, shown.cluster_name());
    let more = el("button")
        .class("icon-btn slim")
        .attr("type", "button")
        .attr("data-copies", "")
        .attr("popovertarget", super::copy_menu::MENU)
        .attr("aria-haspopup", "menu")
        .attr("aria-label", label)
        .with(icon("chevron-down"));
    el("div").class("url-box").with(el("div").class("url-lines").with(lines)).with(more)
}

/// What can be done with it.
fn actions(endpoint: &Endpoint) -> Element {
    let is_doubted =
        matches!(endpoint.state, EndpointState::Attention { .. } | EndpointState::Failed { .. })
            || endpoint.warnings.iter().any(|warning| warning.code == Code::SubpathBreaksApp);
    let (class, word) =
        if is_doubted { ("btn small", "Open anyway") } else { ("btn primary small", "Open") };
    let open = endpoint.links().first().map(|url| {
        el("a")
            .class(class)
            .attr("href", url.to_string())
            .attr("target", "_blank")
            .attr("rel", "noopener noreferrer")
            .with(word)
            .with(icon("external"))
            .with(el("span").class("visually-hidden").with(" (opens in a new tab)"))
    });
    let is_pending = matches!(endpoint.state, EndpointState::Pending { .. });
    let check = (!is_pending && endpoint.copy_text().is_some()).then(|| {
        let check = el("button")
            .class("btn small")
            .attr("type", "button")
            .attr("data-describe", "")
            .attr("data-check", "");
        check.with(icon("refresh")).with("Check now")
    });
    let is_dropped =
        endpoint.state.reason().is_some_and(|reason| reason.code == Code::DroppedBySkyPilot);
    let last = if is_dropped { Some(open_again(&endpoint.id)) } else { close_port(endpoint) };
    el("div").class("drawer-actions").with(open).with(check).with(share(&endpoint.id)).with(last)
}

/// The parts in the same places for every endpoint, so that what the reader unfolded stays so.
fn body(shown: &Shown, said: &Described, now: Timestamp) -> Element {
    let body = el("div").class("drawer-body").attr("id", BODY);
    let (Some(cluster), Some(endpoint)) = (&shown.cluster, &shown.endpoint) else {
        return body.with(not_there(shown));
    };
    let reasons = if shown.is_there { endpoint_reasons(endpoint, now) } else { not_there(shown) };
    let said = described(said, cluster, endpoint);
    body.with(reasons)
        .with(permanent(cluster, endpoint))
        .with(endpoint_facts(cluster, endpoint, now))
        .with(said)
}

/// How to keep a port that SkyPilot does not know.
fn permanent(cluster: &Cluster, endpoint: &Endpoint) -> Element {
    if endpoint.owner == Owner::Skyports {
        make_permanent(&Copies::of(cluster, endpoint).permanent)
    } else {
        el("section").attr("hidden", "")
    }
}
