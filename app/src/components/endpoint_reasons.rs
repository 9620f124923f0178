//! Why an endpoint is as it is, in its panel: the claim, what it rests on, what to do.

use skyports_model::time::clock_time;
use skyports_model::{Checked, Endpoint, EndpointState, Finding, Step, Timestamp};

use super::code_block::titled_code;
use super::finding::claim;
use super::fix_list::fix_list;
use super::icon::icon;
use super::note::framed;
use crate::node::{Element, el};
use crate::panel::Shown;
use crate::words;

/// The reason of the endpoint's state, then its warnings; where there is neither, what `open` means.
pub(crate) fn endpoint_reasons(endpoint: &Endpoint, now: Timestamp) -> Element {
    let section = el("section").class("reasons").attr("aria-label", "Reason");
    let of_state = match &endpoint.state {
        EndpointState::Open if endpoint.warnings.is_empty() => vec![not_checked()],
        EndpointState::Open => vec![],
        EndpointState::Ready { checked } => vec![ready(checked)],
        EndpointState::Failed { reason } => told(reason, "failed"),
        EndpointState::Pending { since, reason } => pending(reason, since.age(now)),
        EndpointState::Attention { reason } => told(reason, "attention"),
        EndpointState::Unknown { reason } => told(reason, "unknown"),
    };
    let warnings: Vec<_> =
        endpoint.warnings.iter().flat_map(|warning| told(warning, "attention")).collect();
    section.with(of_state).with(warnings)
}

/// What is to be said where there is no such endpoint, or none any more.
pub(crate) fn not_there(shown: &Shown) -> Element {
    let Shown { id, cluster, endpoint, .. } = shown;
    let (lead, detail) = match (endpoint, cluster) {
        (Some(_), _) => (
            format!("Port {} is not open any more.", id.port),
            "What exposed it was deleted or leads elsewhere now. Below is how it was.".to_owned(),
        ),
        (None, Some(cluster)) => (
            format!("Port {} of {} is not open.", id.port, cluster.name),
            format!("Nothing exposes it by {} now.", id.mode.label()),
        ),
        (None, None) => (
            format!("There is no cluster {} in {}.", id.cluster.name, id.cluster.namespace),
            "It may be down since, or in a context that is not shown.".to_owned(),
        ),
    };
    let said = el("p").with(el("b").with(lead)).with(" ").with(detail);
    let link = cluster.as_ref().map(|cluster| {
        let link = el("a").attr("href", cluster.id.path());
        el("p").with(link.with(format!("All ports of {}", cluster.name)))
    });
    let note = framed("closed", icon("closed"), el("div").with(said).with(link));
    el("section").class("reasons").attr("aria-label", "Reason").with(note)
}

/// An open endpoint is no more than that.
fn not_checked() -> Element {
    let said = el("p").with(el("b").with("Open, not checked.")).with(
        " Kubernetes has an address and a route. Nobody has asked the app yet, so skyports does not say Ready.",
    );
    framed("open", icon("open"), el("div").with(said))
}

/// The app answered; how, and when.
fn ready(Checked { at, told }: &Checked) -> Element {
    let said = ["It answered at ", &clock_time(*at), ": ", told].concat();
    let said = el("p").with(el("b").with("Ready.")).with(" ").with(said);
    framed("ready", icon("ready"), el("div").with(said))
}

/// Something is on its way: for how long, and what was heard last.
fn pending(reason: &Finding, seconds: u64) -> Vec<Element> {
    let so_far = el("p")
        .class("so-far")
        .with(el("time").attr("datetime", format!("PT{seconds}S")).with(words::clock(seconds)))
        .with(" so far. This page updates by itself.");
    let said = el("div").with(claim(reason)).with(so_far);
    let note = framed("pending", icon("clock"), said).attr("data-code", reason.code.as_str());
    with_grounds(note, reason, "Last heard")
}

/// A finding that asks for a person.
fn told(finding: &Finding, state: &'static str) -> Vec<Element> {
    let said = el("div").with(claim(finding));
    let note = framed(state, icon(state), said).attr("data-code", finding.code.as_str());
    with_grounds(note, finding, "Evidence")
}

fn with_grounds(note: Element, finding: &Finding, title: &'static str) -> Vec<Element> {
    let evidence = finding.evidence.as_deref().map(|evidence| {
        let code = el("code").with(evidence.to_owned());
        titled_code(title.to_owned(), code, "the evidence")
    });
    let fixes = fixes(&finding.steps);
    [Some(note), evidence, fixes].into_iter().flatten().collect()
}

fn fixes(steps: &[Step]) -> Option<Element> {
    match steps {
        [] => None,
        [_] => Some(fix_list("Next step", None, steps)),
        _ => Some(fix_list("What to do", Some("best first"), steps)),
    }
}
