//! Whether ports can be exposed in a context: the verdict for both modes, then the facts by part.
//!
//! Drawn on the server only, after the page itself: what it needs is asked of Kubernetes.

use skyports_model::check::Documentation;
use skyports_model::time::clock_time;
use skyports_model::{CheckLine, CheckPart, ContextCheck, ContextName, Step, Verdict};

use super::code_block::code_block;
use super::finding::prose;
use super::icon::icon;
use crate::node::{Element, el};

/// The section of all contexts; `None` for one that has not answered yet.
pub(crate) fn check_section(checks: &[(ContextName, Option<ContextCheck>)]) -> Element {
    let title = el("div")
        .with(el("h2").attr("id", "checks-title").with("How a port can get out"))
        .with(el("p").class("page-sub").with("Of each context: what works, and what is missing"));
    let again = el("a")
        .class("btn")
        .attr("href", "/contexts?again")
        .with(icon("refresh"))
        .with("Check again");
    let head = el("div").class("page-head check-head").with(title).with(again);
    let cards: Vec<_> = checks
        .iter()
        .map(|(name, check)| check.as_ref().map_or_else(|| asking(name), check_card))
        .collect();
    el("section")
        .class("page check-page")
        .attr("aria-labelledby", "checks-title")
        .with(head)
        .with(el("div").class("contexts").with(cards))
}

/// A context that takes its time.
fn asking(name: &ContextName) -> Element {
    let more = el("p")
        .with("Still asking. ")
        .with(el("a").attr("href", "/contexts").with("Show what came since"));
    card(name).with(el("div").class("context-head").with(el("div").with(title(name)).with(more)))
}

fn check_card(check: &ContextCheck) -> Element {
    let ContextCheck { context, provider, version, load_balancer, ingress, as_of, .. } = check;
    let provider = provider.clone().unwrap_or_else(|| "Provider not recognised".to_owned());
    let version =
        version.as_ref().map(|version| el("span").with(["Kubernetes ", version].concat()));
    let about = el("p")
        .with(el("span").with(provider))
        .with(version)
        .with(el("span").with(["checked ", &clock_time(*as_of)].concat()));
    let verdicts = el("dl")
        .class("verdicts")
        .with(verdict(CheckPart::LoadBalancer, *load_balancer))
        .with(verdict(CheckPart::Ingress, *ingress));
    let head = el("div").with(title(context)).with(about);
    let parts: Vec<_> = CheckPart::ALL.iter().filter_map(|part| part_of(check, *part)).collect();
    card(context).with(el("div").class("context-head").with(head).with(verdicts)).with(parts)
}

fn card(name: &ContextName) -> Element {
    el("article").class("check-card").attr("id", ["check-", &name.slug()].concat())
}

fn title(name: &ContextName) -> Element {
    el("h3").with(name.to_string())
}

fn verdict(part: CheckPart, verdict: Verdict) -> Element {
    let word = verdict.state().word();
    let status =
        el("span").class("status").attr("data-state", word).with(icon(word)).with(verdict.label());
    el("div").with(el("dt").with(part.label())).with(el("dd").with(status))
}

fn part_of(check: &ContextCheck, part: CheckPart) -> Option<Element> {
    let lines: Vec<_> = check.of(part).map(line).collect();
    let head = el("h4").with(part.label());
    (!lines.is_empty()).then(|| {
        el("div").class("check-part").with(head).with(el("ul").class("check-lines").with(lines))
    })
}

fn line(line: &CheckLine) -> Element {
    let CheckLine { part: _, state, name, evidence, next, documentation } = line;
    let sign = if state.word() == "note" { "info" } else { state.word() };
    let spoken = state.spoken().map(|text| el("span").class("visually-hidden").with(text));
    let evidence = evidence.as_ref().map(|text| prose(el("p").class("evidence"), text));
    let said = el("div").with(prose(el("p").class("check-name").with(spoken), name)).with(evidence);
    let has_next = !next.is_empty() || documentation.is_some();
    let next = has_next.then(|| {
        let steps: Vec<_> = next.iter().map(step).collect();
        el("div").class("next").with(steps).with(documentation.as_ref().map(page))
    });
    el("li")
        .class("check-line")
        .attr("data-state", state.word())
        .with(icon(sign))
        .with(said)
        .with(next)
}

fn step(step: &Step) -> Element {
    let Step { title, command, form: _ } = step;
    let command = command
        .as_ref()
        .map(|command| code_block(command, &["what it takes to: ", title].concat()));
    el("div").class("next-step").with(prose(el("p"), title)).with(command)
}

fn page(page: &Documentation) -> Element {
    let Documentation { title, url } = page;
    el("a")
        .class("doc")
        .attr("href", url.clone())
        .attr("target", "_blank")
        .attr("rel", "noopener noreferrer")
        .with(title.clone())
        .with(el("i").class("icon small i-external"))
        .with(el("span").class("visually-hidden").with(" (opens in a new tab)"))
}
