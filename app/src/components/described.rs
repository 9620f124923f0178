//! What is asked when the panel opens: the chain of checks, and what Kubernetes says of the objects.

use leptos::prelude::use_context;
use skyports_model::kubectl::Kubectl;
use skyports_model::time::clock_time;
use skyports_model::{
    AppGuess, Cluster, Description, Endpoint, ObjectRef, ObjectText, Owner, Repair, Route,
};

use super::app_select::app_select;
use super::chain::chain;
use super::code_block::{code_block, titled_code};
use super::event_list::event_list;
use super::fix_list::fix_list;
use super::fold::{fold, summary};
use super::icon::icon;
use super::note::{failure, note};
use crate::dashboard::DashboardError;
use crate::node::{Element, el};
use crate::panel::Described;

/// The section; where nothing was asked yet, and without JavaScript, the commands that tell.
pub(crate) fn described(said: &Described, cluster: &Cluster, endpoint: &Endpoint) -> Element {
    let Described { asking, answer } = said;
    let wait = || el("p").class("hint wait").with("Reading events and YAML…");
    let content = answer.clone().unwrap_or_else(wait);
    el("div")
        .class("described")
        .attr("aria-busy", if *asking { "true" } else { "false" })
        .with(content)
        .with(in_a_terminal(cluster, &endpoint.object))
        .with(without_scripts())
}

/// What the reader can say and do there without JavaScript. The browser's program knows nothing of it, so it
/// stands last: the program counts an element's children from the first.
#[derive(Debug, Clone)]
pub(crate) struct WithoutScripts(Element);

impl WithoutScripts {
    /// For `endpoint`; `apps` are those that can be named.
    pub(crate) fn of(endpoint: &Endpoint, apps: &[AppGuess]) -> Self {
        let said = el("div").with(app_select(endpoint, apps)).with(kept_route(endpoint));
        Self(el("noscript").class("same").with(said))
    }
}

fn without_scripts() -> Option<Element> {
    let given = if cfg!(feature = "ssr") { use_context::<WithoutScripts>() } else { None };
    given.map(|WithoutScripts(element)| element)
}

/// The section of the objects, with the time of the answer.
fn in_kubernetes(as_of: Option<String>) -> Element {
    el("section").attr("aria-labelledby", "kubernetes-title").with(head(as_of))
}

/// The title, with the time of the answer.
fn head(as_of: Option<String>) -> Element {
    let refresh = el("button")
        .class("icon-btn")
        .attr("type", "button")
        .attr("data-describe", "")
        .attr("aria-label", "Read events and YAML again")
        .attr("title", "Read again")
        .with(icon("refresh"));
    let title = el("h3").attr("id", "kubernetes-title").with("In Kubernetes");
    el("div")
        .class("described-head")
        .with(title.with(as_of.map(|as_of| (" ", el("small").with(as_of)))))
        .with(refresh)
}

/// What was found and read. Drawn on the server (`crate::draw`): ages are those of that moment.
pub(crate) fn told(description: &Description, endpoint: &Endpoint, apps: &[AppGuess]) -> Element {
    let Description { objects, chain: links, events, problems, as_of, .. } = description;
    let problems: Vec<_> = problems.iter().map(|problem| note(problem, true)).collect();
    let event_list = event_list(events, *as_of);
    let summary = summary("Events".to_owned(), Some(events.len()));
    let events = fold(summary, true, event_list);
    let objects: Vec<_> = objects.iter().map(yaml).collect();
    let told = el("div").class("told").with(el("div").class("notes").with(problems));
    let kubernetes = in_kubernetes(Some(format!("as of {}", clock_time(*as_of))));
    el("div")
        .class("answer")
        .with(app_select(endpoint, apps))
        .with(chain(links, endpoint))
        .with(kept_route(endpoint))
        .with(kubernetes.with(told.with(events).with(objects)))
}

/// What takes a route of ours away again, where no finding offers it: the app works by it.
fn kept_route(endpoint: &Endpoint) -> Option<Element> {
    let step = Repair::DropKeptPath.step(
        "A route of skyports keeps this port’s path. Without it SkyPilot’s route takes the path off again",
        &endpoint.id,
    );
    let found = endpoint.state.reason().into_iter().chain(&endpoint.warnings);
    let is_offered = found.flat_map(|finding| &finding.steps).any(|it| it.form == step.form);
    let is_ours = endpoint.route == Route::Kept && endpoint.owner == Owner::Skyports;
    (is_ours && !is_offered).then(|| el("section").with(fix_list("Its route", None, &[step])))
}

/// That nothing could be read.
pub(crate) fn untold(error: &DashboardError) -> Element {
    el("div").class("answer").with(in_kubernetes(None).with(failure(error)))
}

fn yaml(text: &ObjectText) -> Element {
    let ObjectText { object, yaml, is_cut } = text;
    let kind = object.kind.as_str();
    let lines = yaml.trim_end().split('\n').fold(el("code"), |code, line| {
        let (before, key, after) = parts(line);
        let key = (!key.is_empty()).then(|| el("span").class("key").with(key.to_owned()));
        code.with(before.to_owned()).with(key).with([after, "\n"].concat())
    });
    let head = format!("{}, managedFields left out", object.name);
    let block = titled_code(head, lines, &format!("the YAML of the {kind}"));
    let cut = is_cut.then(|| {
        el("p").class("hint").with("The text is longer; the command below shows all of it.")
    });
    // A key unfolds it (`behaviour::keys`).
    let summary = summary(format!("YAML of the {kind}"), None).attr("data-yaml", "");
    fold(summary, false, el("div").with(block).with(cut))
}

/// A line of YAML as what stands before its key, the key, and the rest.
fn parts(line: &str) -> (&str, &str, &str) {
    let start = line.find(|c| c != ' ' && c != '-').unwrap_or(line.len());
    let (before, rest) = line.split_at_checked(start).unwrap_or((line, ""));
    let is_key = |key: &str| key.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c));
    match rest.find(": ").or_else(|| rest.strip_suffix(':').map(str::len)) {
        Some(end) => match rest.split_at_checked(end) {
            Some((key, after)) if is_key(key) => (before, key, after),
            Some(_) | None => (line, "", ""),
        },
        None => (line, "", ""),
    }
}

/// What tells the same without skyports.
fn in_a_terminal(cluster: &Cluster, object: &ObjectRef) -> Element {
    let kubectl = Kubectl::of(&cluster.id.context);
    let get = kubectl.within(&object.namespace).command(["get", &object.path(), "-o", "yaml"]);
    let commands = format!("{}\n{get}", kubectl.describe(object));
    el("div")
        .class("same")
        .with(el("h3").with("Same in a terminal"))
        .with(code_block(&commands, "the commands"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_yaml_are_found_and_nothing_else() {
        assert_eq!(parts("kind: Service"), ("", "kind", ": Service"));
        assert_eq!(parts("  - name: a: b"), ("  - ", "name", ": a: b"));
        assert_eq!(parts("spec:"), ("", "spec", ":"));
        assert_eq!(parts("    a.b/c-d: x"), ("    ", "a.b/c-d", ": x"));
        assert_eq!(parts("  some text <b>: no key"), ("  some text <b>: no key", "", ""));
        assert_eq!(parts("- http://x"), ("- http://x", "", ""));
        assert_eq!(parts(""), ("", "", ""));
    }
}
