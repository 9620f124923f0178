//! The dialog that shares an endpoint.
//!
//! Only ever drawn on the server; the page's program shows what it is sent (`behaviour::ports`).

use skyports_model::share::{GuestLink, Lifetime, LinkHash};
use skyports_model::{Cluster, Endpoint, EndpointId, Timestamp};

use super::code_block::code_block;
use super::fold::{fold, summary};
use super::icon::icon;
use super::note::{failure, framed};
use super::port_dialog::TITLE;
use super::qr::qr;
use crate::dashboard::{DashboardError, NewLink, Place};
use crate::node::{Element, el};
use crate::share::{ShareForm, address, for_chat};
use crate::words;

/// What the dialog shows.
pub(crate) struct ShareDialog<'a> {
    /// The endpoint's cluster.
    pub(crate) cluster: &'a Cluster,
    /// The endpoint.
    pub(crate) endpoint: &'a Endpoint,
    /// The form as it is filled in.
    pub(crate) form: &'a ShareForm,
    /// Where this skyports is reached.
    pub(crate) place: &'a Place,
    /// The live links.
    pub(crate) links: &'a Result<Vec<GuestLink>, DashboardError>,
    /// What was asked for.
    pub(crate) pane: Pane<'a>,
}

/// What was asked for.
pub(crate) enum Pane<'a> {
    /// The form for a new link.
    Form,
    /// This was made.
    Made(&'a NewLink),
    /// Whether to revoke one link, or all.
    Revoking(Option<&'a LinkHash>),
    /// So many are revoked.
    Revoked(usize),
    /// It could not be had.
    Failed(&'a DashboardError),
}

/// The link to the dialog.
pub(crate) fn share(id: &EndpointId) -> Element {
    el("a")
        .class("btn small")
        .attr("href", address(id))
        .attr("data-ports", "")
        .with(icon("share"))
        .with("Share")
}

/// The dialog's content: one form.
pub(crate) fn share_dialog(dialog: &ShareDialog<'_>, now: Timestamp) -> Element {
    let ShareDialog { cluster, endpoint, pane, .. } = dialog;
    let (body, foot) = if let Pane::Revoking(which) = pane {
        (revoking(dialog, *which, now), revoke_foot(endpoint))
    } else {
        let body = el("div").class("share-body").with(team(dialog)).with(guests(dialog, now));
        (body, make_foot(dialog))
    };
    el("form")
        .class("port-form")
        .attr("method", "get")
        .attr("action", [&cluster.id.path(), "/share"].concat())
        .with(hidden("port", endpoint.port().to_string()))
        .with(hidden("mode", endpoint.mode().as_str().to_owned()))
        .with(head(dialog))
        .with(body)
        .with(foot)
}

fn hidden(name: &'static str, value: String) -> Element {
    el("input").attr("type", "hidden").attr("name", name).attr("value", value)
}

fn head(ShareDialog { cluster, endpoint, .. }: &ShareDialog<'_>) -> Element {
    let app = endpoint.app.as_ref().map(|app| format!(" {}", app.name)).unwrap_or_default();
    let title = el("h2")
        .attr("id", TITLE)
        .attr("tabindex", "-1")
        .with(format!("Share {}{app}", endpoint.port()));
    let place = format!("{} · {}", cluster.name, endpoint.mode().label());
    el("div")
        .class("dialog-head")
        .with(el("div").with(title).with(el("p").with(place)))
        .with(close(&endpoint.id, "icon-btn", icon("x")).attr("aria-label", "Close"))
}

fn close(id: &EndpointId, class: &'static str, content: Element) -> Element {
    el("a")
        .class(class)
        .attr("href", id.path())
        .attr("role", "button")
        .attr("data-ports-close", "")
        .with(content)
}

/// The link for who has access here.
fn team(ShareDialog { cluster, endpoint, place, .. }: &ShareDialog<'_>) -> Element {
    let url = format!("{}{}", place.origin, endpoint.id.path());
    let hint = if place.is_public {
        "Shows this endpoint with its state. Gives no new rights: whoever opens it logs in as ever."
    } else {
        "Works on this machine only: this skyports listens here. Start it with `--public-url` where the team has one dashboard."
    };
    let chat = for_chat(cluster, endpoint, &url, "Needs access to skyports.");
    let direct = endpoint.links().first().map(|link| {
        let (url, what) = (link.to_string(), "the app’s address");
        let chat = for_chat(cluster, endpoint, &url, "Whoever has the address reaches it.");
        let content = el("div")
            .class("share-part")
            .with(code_block(&url, what))
            .with(code_block(&chat, "the Markdown of the app’s address"))
            .with(qr(&url, what));
        fold(summary("The app’s own address".to_owned(), None), false, content)
    });
    let chat = code_block(&chat, "the Markdown");
    el("section")
        .class("share-part")
        .attr("aria-labelledby", "share-team")
        .with(el("h3").attr("id", "share-team").with("Teammates with access to skyports"))
        .with(code_block(&url, "the link to this endpoint"))
        .with(super::finding::prose(el("p").class("hint"), hint))
        .with(fold(summary("For a chat, as Markdown".to_owned(), None), false, chat))
        .with(direct)
}

/// Links for anybody else.
fn guests(dialog: &ShareDialog<'_>, now: Timestamp) -> Element {
    let ShareDialog { place, pane, .. } = dialog;
    let section = el("section")
        .class("share-part")
        .attr("aria-labelledby", "share-guest")
        .with(el("h3").attr("id", "share-guest").with("Anyone else: guest link"));
    let local = (!place.is_public).then(|| {
        let said = el("div").with(el("p").with(
            "A guest link works only where its reader can reach a skyports: this one listens on this machine alone. Any skyports that sees the cluster serves the link, so put your team’s in front of it, or send the app’s own address.",
        ));
        framed("unknown", icon("terminal"), said)
    });
    let asked = match pane {
        Pane::Made(made) => made_link(dialog, made),
        Pane::Revoked(0) => said("There was no such link any more."),
        Pane::Revoked(1) => said("Guest link revoked. It opens nothing from now on."),
        Pane::Revoked(count) => {
            said(&format!("{count} guest links revoked. They open nothing from now on."))
        }
        Pane::Failed(error) => el("div").with(failure(error)).with(fields(dialog)),
        Pane::Form | Pane::Revoking(_) => fields(dialog),
    };
    section
        .with(local)
        .with(asked)
        .with(
            el("p").class("hint").with(
                "A guest link does not guard the endpoint: who has opened it knows the address.",
            ),
        )
        .with(list(dialog, now))
}

fn said(text: &str) -> Element {
    let said = el("div").with(el("p").with(el("strong").with(text.to_owned())));
    framed("ready", icon("ready"), said).attr("role", "status")
}

/// For whom, and how long.
fn fields(ShareDialog { form, .. }: &ShareDialog<'_>) -> Element {
    let label = el("div")
        .class("field")
        .with(el("label").attr("for", "share-label").with("For whom (optional)"))
        .with(
            el("input")
                .class("input")
                .attr("id", "share-label")
                .attr("name", "label")
                .attr("autocomplete", "off")
                .attr("maxlength", "80")
                .attr("value", form.label.clone()),
        )
        .with(
            el("p")
                .class("hint")
                .with("The guest sees who shared; this is for your list of links."),
        );
    let chosen = form.lifetime().unwrap_or_default();
    let choices: Vec<_> = Lifetime::OFFERED
        .into_iter()
        .map(|lifetime| {
            let input = el("input")
                .attr("type", "radio")
                .attr("name", "hours")
                .attr("value", lifetime.hours().to_string())
                .flag("checked", lifetime == chosen);
            el("label").class("choice").with(input).with(el("span").with(lifetime.to_string()))
        })
        .collect();
    let lifetime = el("fieldset")
        .class("field")
        .with(el("legend").with("Works for"))
        .with(el("div").class("share-choices").with(choices));
    el("div").with(label).with(lifetime)
}

fn made_link(ShareDialog { place, .. }: &ShareDialog<'_>, made: &NewLink) -> Element {
    let url = format!("{}{}", place.origin, made.path);
    let (exact, told) = words::moment(made.link.expires);
    let until = el("p")
        .class("hint")
        .with("Works until ")
        .with(el("time").attr("datetime", exact).with(told))
        .with(". A chat’s preview does not count as a visit.");
    el("div")
        .class("share-made")
        .with(
            el("div")
                .with(said("Guest link made. Copy it now: it is shown once."))
                .with(code_block(&url, "the guest link"))
                .with(until),
        )
        .with(qr(&url, "the guest link"))
}

/// The live links, each with its way out.
fn list(ShareDialog { endpoint, links, .. }: &ShareDialog<'_>, now: Timestamp) -> Element {
    let links = match links {
        Ok(links) => links,
        Err(error) => return el("div").with(failure(error)),
    };
    if links.is_empty() {
        return el("p").class("hint").with("No guest link of this endpoint works now.");
    }
    let revoke = |which: &str, word: &'static str, of: String| {
        el("a")
            .class("btn small")
            .attr("href", format!("{}&revoke={which}", address(&endpoint.id)))
            .attr("data-ports", "")
            .with(word)
            .with(el("span").class("visually-hidden").with(of))
    };
    let items: Vec<_> = links
        .iter()
        .map(|link| {
            let line = el("li").with(named(link, now));
            line.with(revoke(link.hash.as_str(), "Revoke", format!(" {}", link.hash.short())))
        })
        .collect();
    let all = (links.len() > 1).then(|| revoke("all", "Revoke all", String::new()));
    el("div")
        .class("share-links")
        .with(el("h4").with("Links that work now"))
        .with(el("ul").with(items))
        .with(all)
}

/// `Ana (review) · by ada@example.com · ends in 6 d`.
fn named(link: &GuestLink, now: Timestamp) -> Element {
    let label =
        if link.label.as_str().is_empty() { link.hash.short() } else { link.label.as_str() };
    let maker =
        if link.maker.is_empty() { String::new() } else { format!(" · by {}", link.maker) };
    let (exact, told) = words::moment(link.expires);
    let ends = skyports_model::time::age_in_words(link.expires.until(now));
    let ends =
        el("time").attr("datetime", exact).attr("title", told).with(format!("ends in {ends}"));
    el("span").with(el("b").with(label.to_owned())).with(maker).with(" · ").with(ends)
}

fn revoking(dialog: &ShareDialog<'_>, which: Option<&LinkHash>, now: Timestamp) -> Element {
    let ShareDialog { links, .. } = dialog;
    let links = links.as_ref().map(Vec::as_slice).unwrap_or_default();
    let meant = links.iter().filter(|link| which.is_none_or(|hash| *hash == link.hash));
    let meant: Vec<_> = meant.map(|link| el("li").with(named(link, now))).collect();
    let hash = which.map_or("all", LinkHash::as_str).to_owned();
    let what = if which.is_some() {
        "Revoke this guest link?"
    } else {
        "Revoke all guest links of this endpoint?"
    };
    el("div")
        .class("share-body")
        .with(hidden("revoke", hash))
        .with(el("p").with(el("strong").with(what)))
        .with(el("ul").with(meant))
        .with(el("p").with("It opens nothing from then on, wherever it is served. Who has opened it knows the app’s address: to keep them out, close the port."))
}

fn make_foot(dialog: &ShareDialog<'_>) -> Element {
    let is_asked = matches!(dialog.pane, Pane::Form | Pane::Failed(_));
    let submit = is_asked.then(|| submit("btn primary", "Make guest link"));
    let again = (!is_asked).then(|| {
        el("a")
            .class("btn")
            .attr("href", address(&dialog.endpoint.id))
            .attr("data-ports", "")
            .with("Another link")
    });
    el("div")
        .class("dialog-foot")
        .with(el("p").with("Sharing writes one ConfigMap of the cluster, which ends with it."))
        .with(close(&dialog.endpoint.id, "btn quiet", el("span").with("Done")))
        .with(again)
        .with(submit)
}

fn revoke_foot(endpoint: &Endpoint) -> Element {
    let back = el("a")
        .class("btn quiet")
        .attr("href", address(&endpoint.id))
        .attr("data-ports", "")
        .with("Keep it");
    el("div").class("dialog-foot").with(el("p")).with(back).with(submit("btn danger", "Revoke"))
}

fn submit(class: &'static str, word: &'static str) -> Element {
    el("button")
        .class(class)
        .attr("type", "submit")
        .attr("formmethod", "post")
        .attr("data-submit", "")
        .attr("aria-disabled", "false")
        .with(word)
}
