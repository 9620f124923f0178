//! The dialog that opens or closes ports of a cluster: what is asked for, and what will come of it.
//!
//! Only ever drawn on the server; the page's program shows what it is sent (`behaviour::ports`).

mod extras;

use skyports_model::plan::Direction;
use skyports_model::{
    Cluster, Endpoint, EndpointId, Extent, Form, Mode, OpenMode, Outcome, WhyMode,
};

use self::extras::{more_field, path_field};
use super::finding::prose;
use super::icon::icon;
use super::no_open_ports::USUAL;
use super::note::failure;
use super::plan_preview::{plan_preview, stopped};
use crate::dashboard::DashboardError;
use crate::node::{Element, el};
use crate::ports::{PortForm, Wrong, words};
use skyports_model::outcome::Preflight;

/// The id of its title.
pub(crate) const TITLE: &str = "ports-title";

/// The id of the dialog.
pub(crate) const DIALOG: &str = "ports-dialog";

/// The dialog on the page, empty until somebody opens it.
pub(crate) fn frame() -> Element {
    el("dialog").class("dialog wide").attr("id", DIALOG).attr("aria-labelledby", TITLE)
}

/// The link to the dialog that opens a port of a cluster.
pub(crate) fn open_port(cluster: &Cluster, class: &'static str) -> Element {
    el("a")
        .class(class)
        .attr("href", [&cluster.id.path(), "/open"].concat())
        .attr("data-ports", "")
        .with(icon("plus"))
        .with("Open port")
        .with(el("span").class("visually-hidden").with([" of ", &cluster.name].concat()))
}

/// The link to the dialog that opens a port again.
pub(crate) fn open_again(id: &EndpointId) -> Element {
    change_port(id, "btn primary small", "/open", "undo", "Open again")
}

/// The link to the dialog of a form that is filled in.
pub(crate) fn filled_in(Form { label, address }: &Form) -> Element {
    el("a")
        .class("btn small")
        .attr("href", address.clone())
        .attr("data-ports", "")
        .with(label.clone())
}

/// The link to the dialog that closes a port; none where skyports cannot.
pub(crate) fn close_port(endpoint: &Endpoint) -> Option<Element> {
    let is_possible = matches!(endpoint.mode(), Mode::LoadBalancer | Mode::Ingress);
    is_possible.then(|| change_port(&endpoint.id, "btn small", "/close", "close", "Close port"))
}

fn change_port(
    EndpointId { cluster, port, mode }: &EndpointId,
    class: &'static str,
    action: &'static str,
    sign: &'static str,
    word: &'static str,
) -> Element {
    let port = port.to_string();
    let href = [&cluster.path(), action, "?ports=", &port, "&mode=", mode.as_str()].concat();
    el("a").class(class).attr("href", href).attr("data-ports", "").with(icon(sign)).with(word)
}

/// What the dialog shows.
pub(crate) struct PortDialog<'a> {
    /// The cluster.
    pub(crate) cluster: &'a Cluster,
    /// Whether ports open or close.
    pub(crate) direction: Direction,
    /// The form as it is filled in.
    pub(crate) form: &'a PortForm,
    /// The mode that is chosen.
    pub(crate) mode: OpenMode,
    /// Why it is the one that is offered, if it is.
    pub(crate) why: Option<WhyMode>,
    /// The field that cannot be understood.
    pub(crate) wrong: Option<&'a Wrong>,
    /// What will come of it.
    pub(crate) pane: Pane<'a>,
}

/// What will come of it.
pub(crate) enum Pane<'a> {
    /// Nothing is known yet: a field is empty or wrong.
    Nothing,
    /// This.
    Plan(&'a Preflight),
    /// Nothing can come of it.
    Failed(&'a DashboardError),
    /// It was begun, and stopped half-way.
    Stopped(&'a Outcome),
}

/// The dialog's content: one form.
pub(crate) fn port_dialog(dialog: &PortDialog<'_>) -> Element {
    let PortDialog { cluster, direction, form, pane, .. } = dialog;
    let (verb, action) = match direction {
        Direction::Open => ("Open", "open"),
        Direction::Close if form.extent(dialog.mode) == Extent::KeptRoute => ("Remove", "close"),
        Direction::Close => ("Close", "close"),
    };
    let fields = match direction {
        Direction::Open => el("div")
            .class("pane")
            .with(ports_field(dialog))
            .with(mode_field(dialog))
            .with(path_field(dialog))
            .with(reach_field(dialog))
            .with(more_field(dialog)),
        Direction::Close => el("div")
            .attr("hidden", "")
            .with(hidden("ports", &form.ports))
            .with(hidden("mode", Mode::from(dialog.mode).as_str()))
            .with(hidden("path", &form.path)),
    };
    let preview = el("div").class("pane preview").attr("aria-live", "polite").with(match pane {
        Pane::Nothing => nothing(dialog),
        Pane::Plan(preflight) => plan_preview(preflight, cluster, form),
        Pane::Failed(error) => failure(error),
        Pane::Stopped(outcome) => stopped(outcome),
    });
    let panes = match direction {
        Direction::Open => "two-pane",
        Direction::Close => "one-pane",
    };
    el("form")
        .class("port-form")
        .attr("method", "get")
        .attr("action", [&cluster.id.path(), "/", action].concat())
        .with(head(dialog, verb))
        .with(el("div").class(panes).with(fields).with(preview))
        .with(foot(dialog, verb))
}

fn hidden(name: &'static str, value: &str) -> Element {
    el("input").attr("type", "hidden").attr("name", name).attr("value", value.to_owned())
}

fn head(
    PortDialog { cluster, form, mode, direction, .. }: &PortDialog<'_>,
    verb: &'static str,
) -> Element {
    let title = match direction {
        Direction::Open => format!("Open a port of {}", cluster.name),
        Direction::Close if form.extent(*mode) == Extent::KeptRoute => {
            format!("Remove the route of port {} of {}?", form.ports, cluster.name)
        }
        Direction::Close => {
            let noun = if form.ports.contains([',', '-']) { "ports" } else { "port" };
            format!("{verb} {noun} {} of {}?", form.ports, cluster.name)
        }
    };
    let place = format!("{} / {}", cluster.id.context, cluster.id.namespace);
    let close = el("a")
        .class("icon-btn")
        .attr("href", cluster.id.path())
        .attr("role", "button")
        .attr("data-ports-close", "")
        .attr("aria-label", "Close")
        .with(icon("x"));
    let title = el("h2").attr("id", TITLE).attr("tabindex", "-1").with(title);
    el("div").class("dialog-head").with(el("div").with(title).with(el("p").with(place))).with(close)
}

fn foot(dialog: &PortDialog<'_>, verb: &'static str) -> Element {
    let PortDialog { cluster, direction, form, pane, .. } = dialog;
    let (label, ready) = match pane {
        Pane::Plan(preflight) if preflight.preview.steps.is_empty() => (verb.to_owned(), false),
        Pane::Plan(preflight) => {
            let ports = words(&preflight.preview.changed).to_lowercase();
            let confirmed = form.confirmed();
            let is_confirmed =
                preflight.preview.must_confirm.iter().all(|it| confirmed.contains(&it.port));
            ([verb, " ", &ports].concat(), preflight.obstacles.is_empty() && is_confirmed)
        }
        Pane::Stopped(_) => ("Complete it".to_owned(), true),
        Pane::Nothing | Pane::Failed(_) if form.ports.is_empty() => (verb.to_owned(), false),
        Pane::Nothing | Pane::Failed(_) => ([verb, " ", &form.ports].concat(), false),
    };
    let class = match direction {
        Direction::Open => "btn primary",
        Direction::Close => "btn danger",
    };
    let promise = ["Nothing is written until you press ", verb, "."].concat();
    let cancel = el("a")
        .class("btn quiet")
        .attr("href", cluster.id.path())
        .attr("data-ports-close", "")
        .with("Cancel");
    // Without JavaScript the plan is asked for; with it, it comes by itself.
    let preview = el("button").class("btn ask").attr("type", "submit").with("Preview");
    let submit = el("button")
        .class(class)
        .attr("type", "submit")
        .attr("formmethod", "post")
        .attr("data-submit", "")
        .attr("aria-disabled", if ready { "false" } else { "true" })
        .with(label);
    let asks = matches!(direction, Direction::Open).then_some(preview);
    el("div").class("dialog-foot").with(el("p").with(promise)).with(cancel).with(asks).with(submit)
}

fn ports_field(dialog: &PortDialog<'_>) -> Element {
    let PortDialog { cluster, form, mode, .. } = dialog;
    let open = |port: &str| {
        cluster.endpoints.iter().any(|endpoint| {
            endpoint.mode() == Mode::from(*mode) && endpoint.port().to_string() == port
        })
    };
    let chips: Vec<_> = USUAL
        .into_iter()
        .filter(|(port, _)| !open(port))
        .map(|(port, app)| {
            let pressed = if form.ports.trim() == port { "true" } else { "false" };
            el("button")
                .class("chip")
                .attr("type", "button")
                .attr("data-port", port)
                .attr("aria-pressed", pressed)
                .with(el("b").with(port))
                .with(" ")
                .with(app)
        })
        .collect();
    let input = el("input")
        .class("input port-input")
        .attr("id", "op-ports")
        .attr("name", "ports")
        .attr("inputmode", "numeric")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("maxlength", "200")
        .attr("value", form.ports.clone())
        .flag("autofocus", true)
        .attr("aria-describedby", "op-ports-hint")
        .maybe("aria-invalid", wrong_in(dialog, "ports").map(|_| "true"));
    let hint = match wrong_in(dialog, "ports") {
        Some(message) => mistake("op-ports-hint", message),
        None => el("p")
            .class("hint")
            .attr("id", "op-ports-hint")
            .with("A number from 1 to 65535, a range such as 6006-6008, or several with commas."),
    };
    let label = el("label").attr("for", "op-ports").with("Port");
    let chips = el("div")
        .class("chips")
        .attr("role", "group")
        .attr("aria-label", "Usual ports")
        .with(chips);
    el("div").class("field").with(label).with(input).with(hint).with(chips)
}

fn mistake(id: &'static str, message: &str) -> Element {
    let hint = el("p").class("hint bad").attr("id", id).attr("role", "alert").with(icon("failed"));
    hint.with(prose(el("span"), message))
}

fn wrong_in<'a>(dialog: &'a PortDialog<'_>, field: &str) -> Option<&'a str> {
    dialog.wrong.filter(|wrong| wrong.field == field).map(|wrong| wrong.message.as_str())
}

fn mode_field(dialog: &PortDialog<'_>) -> Element {
    let choice = |mode: OpenMode, text: &'static str| {
        let is = dialog.mode == mode;
        radio("mode", Mode::from(mode).as_str(), is, Mode::from(mode).label(), text)
    };
    let choices = el("div")
        .class("choices")
        .with(choice(
            OpenMode::LoadBalancer,
            "An address of the cluster’s own. Works with every app and any TCP protocol.",
        ))
        .with(choice(
            OpenMode::Ingress,
            "A path on an address that all clusters share. Web apps only, and only those that can live under a path.",
        ));
    let why = dialog.why.map(|why| el("p").class("hint").with(prose(el("span"), why.sentence())));
    el("fieldset").class("field").with(el("legend").with("How")).with(choices).with(why)
}

fn reach_field(dialog: &PortDialog<'_>) -> Element {
    let PortDialog { form, mode, .. } = dialog;
    let field = el("fieldset").class("field");
    if *mode == OpenMode::Ingress {
        return field.attr("hidden", "");
    }
    let reach = match form.reach.as_str() {
        known @ ("ranges" | "internal") => known,
        _ => "shared",
    };
    let choices = el("div")
        .class("choices across")
        .with(radio(
            "reach",
            "shared",
            reach == "shared",
            "As SkyPilot’s ports",
            "The load balancer that the cluster’s ports share",
        ))
        .with(radio("reach", "ranges", reach == "ranges", "IP ranges", "Only those you list"))
        .with(radio(
            "reach",
            "internal",
            reach == "internal",
            "Private network",
            "The cloud’s own network",
        ));
    let allow = (reach == "ranges").then(|| {
        let input = el("input")
            .class("input")
            .attr("id", "op-allow")
            .attr("name", "allow")
            .attr("autocomplete", "off")
            .attr("spellcheck", "false")
            .attr("placeholder", "203.0.113.0/24, 198.51.100.7")
            .attr("value", form.allow.clone())
            .maybe("aria-invalid", wrong_in(dialog, "allow").map(|_| "true"));
        let wrong = wrong_in(dialog, "allow").map(|message| mistake("op-allow-hint", message));
        let label = el("label").attr("for", "op-allow").with("Networks that may reach it");
        el("div").class("field").with(label).with(input).with(wrong)
    });
    let hint = (reach != "shared").then(|| {
        let said = "A limit needs a load balancer of its own: the next `sky launch` that changes ports replaces SkyPilot’s shared one and would drop it.";
        prose(el("p").class("hint"), said)
    });
    field.with(el("legend").with("Who can reach it")).with(choices).with(allow).with(hint)
}

fn radio(
    name: &'static str,
    value: &'static str,
    is: bool,
    title: &'static str,
    text: &'static str,
) -> Element {
    let input = el("input").attr("type", "radio").attr("name", name).attr("value", value);
    el("label")
        .class("choice")
        .with(input.flag("checked", is))
        .with(el("span").class("choice-name").with(title))
        .with(el("span").class("choice-text").with(text))
}

fn nothing(dialog: &PortDialog<'_>) -> Element {
    let said = match (dialog.direction, dialog.wrong) {
        (Direction::Open, None) if !dialog.form.ports.trim().is_empty() => {
            "List the networks that may reach it, and the plan stands here."
        }
        (Direction::Open, None) => {
            "Name a port, and its plan stands here: what will be written, which URL will come."
        }
        (Direction::Open, Some(_)) => "The plan stands here once the form can be understood.",
        (Direction::Close, _) => "No port is named.",
    };
    el("div")
        .class("stack tight")
        .with(el("h3").with("What you will get"))
        .with(el("p").class("hint").with(said))
}
