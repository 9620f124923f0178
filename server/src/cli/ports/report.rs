//! Plans and outcomes as a terminal or a script reads them.

use std::fmt::Write as _;

use serde_json::{Value, json};
use skyports_model::finding::shown;
use skyports_model::outcome::Preflight;
use skyports_model::plan::{Direction, Place, PlannedStep, PlannedUrl, Preview, Subject};
use skyports_model::{Finding, FutureUrl, Outcome, Port, PortSet};

use super::super::exit::{Exit, hint, note, tell};
use crate::config::args::PlanOutput;

/// What would happen.
pub(super) fn preflight(
    preflight: &Preflight,
    output: PlanOutput,
    is_all: bool,
) -> Result<String, Exit> {
    let Preflight { preview, obstacles } = preflight;
    for finding in obstacles {
        tell_finding(finding);
    }
    match output {
        PlanOutput::Yaml => Ok(yaml(preview)),
        PlanOutput::Json if is_all => json_text(&json!({
            "direction": direction(preview.direction),
            "mode": preview.mode.to_string(),
            "changed": preview.changed,
            "unchanged": preview.unchanged,
            "steps": preview.steps.iter().map(step).collect::<Vec<_>>(),
            "urls": preview.urls.iter().map(url).collect::<Vec<_>>(),
            "warnings": preview.warnings.iter().map(finding).collect::<Vec<_>>(),
            "must_confirm": preview.must_confirm.iter().map(|it| it.port).collect::<Vec<_>>(),
            "obstacles": obstacles.iter().map(finding).collect::<Vec<_>>(),
        })),
        PlanOutput::Json => Ok(String::new()),
        PlanOutput::Table => Ok(lines(preview)),
    }
}

/// What came of it.
pub(super) fn outcome(outcome: &Outcome, output: PlanOutput) -> Result<String, Exit> {
    let Outcome { direction: way, subject, mode, changed, unchanged, done, stopped, urls } =
        outcome;
    if let Some(stopped) = stopped {
        tell_finding(&stopped.reason);
        for object in &stopped.left {
            note(format!("not tried: {object}"));
        }
        if !done.is_empty() {
            note("the same command again completes it");
        }
    }
    if output == PlanOutput::Json {
        return json_text(&json!({
            "direction": direction(*way),
            "mode": mode.to_string(),
            "changed": changed,
            "unchanged": unchanged,
            "done": done.iter().map(|done| json!({
                "object": object(&done.object), "verb": done.verb.label(),
            })).collect::<Vec<_>>(),
            "stopped": stopped.as_ref().map(|stopped| json!({
                "object": stopped.object.as_ref().map(object),
                "reason": finding(&stopped.reason),
                "left": stopped.left.iter().map(object).collect::<Vec<_>>(),
            })),
            "urls": urls.iter().map(url).collect::<Vec<_>>(),
        }));
    }
    let mut text = String::new();
    if output == PlanOutput::Yaml {
        return Ok(text);
    }
    for done in done {
        let _ = writeln!(text, "{} {}", done.verb.label(), done.object);
    }
    if stopped.is_none() {
        text += &standing((*subject, *way), changed, unchanged);
        text += &url_lines(urls);
    }
    Ok(text)
}

fn lines(preview: &Preview) -> String {
    let Preview {
        direction: way,
        subject,
        changed,
        unchanged,
        steps,
        urls,
        warnings,
        must_confirm,
        ..
    } = preview;
    let mut text = String::new();
    for PlannedStep { sentence, diff, kubectl, .. } in steps {
        let _ = writeln!(text, "{sentence}");
        for line in diff {
            let _ = writeln!(text, "  {} {}", line.change.sign(), shown_line(&line.text));
        }
        let _ = writeln!(text, "  $ {}", kubectl.replace('\n', "\n    "));
    }
    if steps.is_empty() {
        text += &standing((*subject, *way), changed, unchanged);
    }
    text += &url_lines(urls);
    for finding in warnings.iter().chain(must_confirm.iter().map(|it| &it.reason)) {
        note(format!("{} [{}]", finding.message(), finding.code));
    }
    text
}

/// A line of YAML: what a cluster says cannot steer the terminal.
fn shown_line(text: &str) -> String {
    text.chars().map(|c| if skyports_model::finding::is_unseen(c) { '?' } else { c }).collect()
}

fn standing((subject, way): (Subject, Direction), changed: &[Port], unchanged: &[Port]) -> String {
    let (done, before) = subject.words(way).unwrap_or(match way {
        Direction::Open => ("open", "open already"),
        Direction::Close => ("closed", "closed already"),
    });
    let told = |ports: &[Port], how: &str| {
        let ports = PortSet::try_from(ports.to_vec()).ok()?;
        Some(format!("{ports} {how}\n"))
    };
    told(changed, done).into_iter().chain(told(unchanged, before)).collect()
}

/// A line a port: where it is reached, as far as that is known.
pub(super) fn url_lines(urls: &[PlannedUrl]) -> String {
    let line = |PlannedUrl { port, place }: &PlannedUrl| match place {
        Place::Known(links) => {
            format!("{port}  {}\n", links.first().map(ToString::to_string).unwrap_or_default())
        }
        Place::Address(address) => format!("{port}  {}\n", shown(address, 300)),
        Place::Future(future) => format!("{port}  {}\n", future_text(future)),
        Place::FutureAddress => format!("{port}  ADDRESS:{port}\n"),
    };
    urls.iter().map(line).collect()
}

/// The link with a word in the place of what is not known.
fn future_text(FutureUrl { scheme, port, path }: &FutureUrl) -> String {
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://ADDRESS{port}{path}", scheme.as_str())
}

/// What `kubectl apply` would take: the objects as they will be.
fn yaml(preview: &Preview) -> String {
    let manifests: Vec<&str> =
        preview.steps.iter().filter_map(|step| step.yaml.as_deref()).map(str::trim_end).collect();
    if manifests.is_empty() { String::new() } else { manifests.join("\n---\n") + "\n" }
}

fn step(step: &PlannedStep) -> Value {
    let PlannedStep { object: it, verb, sentence, yaml, before, diff: _, kubectl } = step;
    json!({
        "object": object(it), "verb": verb.label(), "sentence": sentence,
        "yaml": yaml, "before": before, "kubectl": kubectl,
    })
}

fn object(object: &skyports_model::ObjectRef) -> Value {
    json!({ "kind": object.kind.as_str(), "namespace": object.namespace.as_str(), "name": object.name })
}

fn url(PlannedUrl { port, place }: &PlannedUrl) -> Value {
    let (urls, address, future) = match place {
        Place::Known(links) => (links.iter().map(ToString::to_string).collect(), None, None),
        Place::Address(address) => (vec![], Some(address.clone()), None),
        Place::Future(future) => (vec![], None, Some(future_text(future))),
        Place::FutureAddress => (vec![], None, None),
    };
    json!({ "port": port, "urls": urls, "address": address, "future": future })
}

fn finding(finding: &Finding) -> Value {
    let Finding { code, evidence, steps, .. } = finding;
    let next: Vec<_> =
        steps.iter().map(|step| json!({ "title": step.title, "command": step.command })).collect();
    json!({ "code": code.as_str(), "message": finding.message(), "evidence": evidence, "next": next })
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Open => "open",
        Direction::Close => "close",
    }
}

fn json_text(value: &Value) -> Result<String, Exit> {
    serde_json::to_string_pretty(value).map(|json| json + "\n").map_err(|error| {
        tell(format!("cannot write JSON: {error}"), None);
        Exit::Usage
    })
}

fn tell_finding(finding: &Finding) {
    let evidence = finding.evidence.iter().map(|evidence| format!(" ({evidence})"));
    let message = finding.message() + &evidence.collect::<String>();
    tell(message, finding.steps.first().map(hint).as_deref());
}
