//! A plan before it is carried out: the URLs to come, what stands in the way, what is written.

use skyports_model::outcome::{Preflight, Stopped};
use skyports_model::plan::{
    Confirmation, Direction, LineChange, Place, PlannedStep, PlannedUrl, Preview, Verb,
};
use skyports_model::{Cluster, EndpointId, Outcome};

use super::code_block::{code_block, titled_code};
use super::endpoint_url::future_url;
use super::finding::{finding, prose};
use super::fold::{fold, summary};
use super::icon::icon;
use super::note::{framed, note};
use crate::node::{Element, el};
use crate::ports::{PortForm, words};

/// The plan.
pub(crate) fn plan_preview(preflight: &Preflight, cluster: &Cluster, form: &PortForm) -> Element {
    let Preflight { preview, obstacles } = preflight;
    let Preview { direction, urls, warnings, must_confirm, steps, .. } = preview;
    let obstacles: Vec<_> = obstacles.iter().map(|obstacle| note(obstacle, true)).collect();
    let warnings: Vec<_> = warnings.iter().map(|warning| note(warning, false)).collect();
    let confirm: Vec<_> = must_confirm.iter().map(|it| confirmation(it, form)).collect();
    let will_get = (*direction == Direction::Open).then(|| {
        let lines: Vec<_> = urls.iter().map(url).collect();
        part("What you will get").with(el("div").class("url-lines").with(lines))
    });
    el("div")
        .class("stack")
        .with(will_get)
        .with(standing(preview, cluster))
        .with(el("div").class("notes").with(obstacles).with(confirm).with(warnings))
        .with((!steps.is_empty()).then(|| self::steps(steps, preflight.obstacles.is_empty())))
}

fn part(title: &'static str) -> Element {
    el("div").class("stack tight").with(el("h3").with(title))
}

/// A URL to come is no link: nothing answers there yet.
fn url(PlannedUrl { place, .. }: &PlannedUrl) -> Element {
    let text =
        |text: String| el("span").class("url future").with(el("span").class("cut").with(text));
    let shown = match place {
        Place::Known(links) => text(links.first().map(ToString::to_string).unwrap_or_default()),
        Place::Address(address) => text(address.clone()),
        Place::Future(future) => future_url(Some(future)),
        Place::FutureAddress => future_url(None),
    };
    el("div").class("url-line").with(shown)
}

/// What is so already.
fn standing(preview: &Preview, cluster: &Cluster) -> Option<Element> {
    let Preview { direction, subject, unchanged, mode, .. } = preview;
    if unchanged.is_empty() {
        return None;
    }
    let verb = if unchanged.len() == 1 { "is" } else { "are" };
    let said = match (subject.words(*direction), direction) {
        (Some((_, already)), _) => format!("{} {already}.", words(unchanged)),
        (None, Direction::Open) => format!("{} {verb} already open.", words(unchanged)),
        (None, Direction::Close) => format!("{} {verb} not open.", words(unchanged)),
    };
    let show = unchanged.first().filter(|_| *direction == Direction::Open).map(|port| {
        let id = EndpointId { cluster: cluster.id.clone(), port: *port, mode: (*mode).into() };
        el("a")
            .attr("href", id.path())
            .attr("data-endpoint", id.to_string())
            .attr("data-panel", "")
            .attr("data-ports-close", "")
            .with("Show it")
    });
    Some(el("p").class("hint").with(said).with(" ").with(show))
}

/// Why a port must be confirmed, and where.
fn confirmation(Confirmation { port, reason }: &Confirmation, form: &PortForm) -> Element {
    let input = el("input")
        .class("input port-input")
        .attr("name", "confirm")
        .attr("inputmode", "numeric")
        .attr("autocomplete", "off")
        .attr("aria-label", format!("Type {port} to open it all the same"))
        .attr("value", form.confirm.clone());
    let ask = el("label")
        .class("confirm")
        .with(format!("Type {port} to open it all the same"))
        .with(input);
    framed("attention", icon("attention"), el("div").with(finding(reason, true)).with(ask))
}

/// What is written, by sentence, as YAML and as commands.
pub(crate) fn steps(steps: &[PlannedStep], is_accepted: bool) -> Element {
    let accepted = is_accepted.then(|| {
        let line = |text: &'static str| {
            el("li").attr("data-state", "ready").with(icon("ready")).with(el("span").with(text))
        };
        el("ul")
            .class("checks")
            .with(line("You have the rights it needs"))
            .with(line("The API server accepts it (dry run)"))
    });
    let lines: Vec<_> = steps.iter().map(step).collect();
    let commands: Vec<&str> = steps.iter().map(|step| step.kubectl.as_str()).collect();
    let texts: Vec<_> = steps.iter().filter_map(text).collect();
    part("Plan")
        .with(el("ul").class("plan").with(lines))
        .with(accepted)
        .with(fold(summary("YAML".to_owned(), Some(texts.len())), false, el("div").with(texts)))
        .with(fold(
            summary("kubectl".to_owned(), None),
            false,
            code_block(&commands.join("\n"), "the commands"),
        ))
}

fn step(PlannedStep { object, verb, sentence, .. }: &PlannedStep) -> Element {
    let (op, sign) = match verb {
        Verb::Create | Verb::Apply => ("create", "+"),
        Verb::AddPorts | Verb::AddPaths | Verb::RemovePorts | Verb::RemovePaths | Verb::Select => {
            ("change", "~")
        }
        Verb::Delete => ("delete", "−"),
    };
    el("li")
        .attr("data-op", op)
        .with(el("span").class("sign").attr("aria-hidden", "true").with(sign))
        .with(prose(el("span").class("obj").attr("title", object.to_string()), sentence))
}

/// The object as it will be, or what changes in it.
fn text(step: &PlannedStep) -> Option<Element> {
    let PlannedStep { object, yaml, before, diff, .. } = step;
    let title = format!("{} {}", step.verb.label(), object.name);
    let code = if before.is_some() {
        diff.iter().fold(el("code"), |code, line| {
            let class = match line.change {
                LineChange::Added => "added",
                LineChange::Removed => "removed",
                LineChange::Kept | LineChange::Skipped => "kept",
            };
            let text = format!("{} {}\n", line.change.sign(), line.text);
            code.with(el("span").class(class).with(text))
        })
    } else {
        el("code").with(yaml.as_ref()?.trim_end().to_owned())
    };
    Some(titled_code(title, code, &format!("the YAML of the {}", object.kind.as_str())))
}

/// What was written, what was not, and why.
pub(crate) fn stopped(outcome: &Outcome) -> Element {
    let Outcome { done, stopped, .. } = outcome;
    let Some(Stopped { object, reason, left }) = stopped else { return el("div") };
    let line = |op: &'static str, sign: &'static str, text: String| {
        let sign = el("span").class("sign").attr("aria-hidden", "true").with(sign);
        el("li").attr("data-op", op).with(sign).with(el("span").class("obj").with(text))
    };
    let written: Vec<_> = done
        .iter()
        .map(|done| line("create", "✓", format!("{}: {}", done.verb.label(), done.object)))
        .collect();
    let refused = object.iter().map(|object| line("delete", "×", format!("Not written: {object}")));
    let left = left.iter().map(|object| line("change", "·", format!("Not tried: {object}")));
    let rest: Vec<_> = refused.chain(left).collect();
    let title = if done.is_empty() { "Nothing was changed" } else { "Done in part" };
    part(title)
        .attr("role", "alert")
        .with(el("ul").class("plan").with(written).with(rest))
        .with(note(reason, true))
}
