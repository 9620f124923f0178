//! What SkyPilot would do here: the mode that it takes and where that was read, what it adds to
//! objects, and the Gateway API, which it does not use.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use skyports_model::finding::shown;
use skyports_model::{
    CheckLine, CheckPart, ContextName, LineState, OpenMode, Step, Verdict, WhyMode,
};

use super::facts::Looked;
use super::{Site, SkyPilotSays};

const CONFIG: &str = "https://docs.skypilot.co/en/latest/reference/config.html";

/// The lines; the verdicts are those of the modes.
pub(super) fn lines(site: &Site<'_>, load_balancer: Verdict, ingress: Verdict) -> Vec<CheckLine> {
    let problems = site.skypilot.problems.iter().map(|problem| {
        line(LineState::Attention, "SkyPilot’s config cannot be read")
            .because(shown(problem, 400))
            .then(Step::advice("Mend the file: SkyPilot itself ends there"))
            .see("SkyPilot: config", CONFIG)
    });
    let metadata = custom_metadata(site.skypilot);
    let mode = mode(site, load_balancer, ingress);
    problems.chain([mode]).chain(metadata).chain([gateway(site)]).collect()
}

fn line(state: LineState, name: impl Into<String>) -> CheckLine {
    CheckLine::new(CheckPart::SkyPilot, state, name)
}

fn mode(site: &Site<'_>, load_balancer: Verdict, ingress: Verdict) -> CheckLine {
    let SkyPilotSays { mode, files, .. } = site.skypilot;
    let (verdict, other, other_verdict) = match mode.mode {
        OpenMode::LoadBalancer => (load_balancer, OpenMode::Ingress, ingress),
        OpenMode::Ingress => (ingress, OpenMode::LoadBalancer, load_balancer),
    };
    let (state, but) = match verdict {
        Verdict::Works => (LineState::Ready, ""),
        Verdict::DoesNot => (LineState::Attention, ", which cannot work here"),
        Verdict::Unknown => (LineState::Note, ""),
    };
    let line = line(state, format!("Opens ports as `{}`{but}", mode.mode))
        .because(format!("{} {}", mode.why.sentence(), where_read(files)))
        .see("SkyPilot: config, kubernetes.ports", CONFIG);
    // Where `sky local up` decides, the config does not.
    if mode.why == WhyMode::SkyLocal {
        return line;
    }
    let title = match (verdict, other_verdict) {
        (Verdict::DoesNot, Verdict::Works) => {
            format!("Switch this context to {other}, in ~/.sky/config.yaml")
        }
        (Verdict::DoesNot, _) => {
            format!("Once {other} is set up, switch this context to it, in ~/.sky/config.yaml")
        }
        (_, Verdict::Works) => {
            format!("If you would rather have {other}, put this into ~/.sky/config.yaml")
        }
        (_, Verdict::DoesNot | Verdict::Unknown) => return line,
    };
    let ports = json!({ "ports": other.to_string() });
    line.then(Step::command(title, of_context(site.context, ports)))
}

fn where_read(files: &[String]) -> String {
    match files {
        [] => "There is no file of SkyPilot’s config here.".to_owned(),
        [one] => format!("Read in `{}`.", shown(one, 200)),
        several => {
            let last = several.last().map(|file| shown(file, 200)).unwrap_or_default();
            format!("Read in {} files; `{last}` wins.", several.len())
        }
    }
}

fn custom_metadata(says: &SkyPilotSays) -> Option<CheckLine> {
    let all = says.labels.iter().chain(&says.annotations);
    let pairs: Vec<_> =
        all.map(|(key, value)| format!("`{}: {}`", shown(key, 80), shown(value, 80))).collect();
    if pairs.is_empty() {
        return None;
    }
    let line = line(LineState::Note, "Adds labels or annotations to every object")
        .because(format!("`custom_metadata`: {}. skyports adds them, too.", pairs.join(", ")));
    Some(line)
}

fn gateway(site: &Site<'_>) -> CheckLine {
    let unused = "Neither SkyPilot nor skyports uses it yet.";
    let line = match &site.facts.gateways {
        Looked::Seen(classes) if classes.is_empty() => {
            line(LineState::Note, "Gateway API is present, without a GatewayClass").because(unused)
        }
        Looked::Seen(classes) => {
            let names: Vec<_> = classes.iter().map(|class| format!("`{class}`")).collect();
            line(LineState::Note, "Gateway API is present")
                .because(format!("GatewayClass {}. {unused}", names.join(", ")))
        }
        Looked::Absent => line(LineState::Note, "Gateway API is not present")
            .because(format!("No resources of `gateway.networking.k8s.io`. {unused}")),
        hidden if site.facts.has_group("gateway.networking.k8s.io") => {
            line(LineState::Note, "Gateway API is present")
                .because(format!("{} {unused}", hidden.hidden().unwrap_or_default()))
        }
        hidden => line(LineState::Unknown, "Whether Gateway API is present is not known")
            .because(hidden.hidden().unwrap_or_default()),
    };
    line.see("Gateway API", "https://gateway-api.sigs.k8s.io/")
}

/// The config that gives every object of a context these annotations.
pub(crate) fn annotations_snippet(
    context: &ContextName,
    annotations: &BTreeMap<String, String>,
) -> String {
    of_context(context, json!({ "custom_metadata": { "annotations": annotations } }))
}

/// SkyPilot's config with that for one context.
fn of_context(context: &ContextName, what: Value) -> String {
    let config = json!({ "kubernetes": { "context_configs": { context.as_str(): what } } });
    // Maps of texts always have a YAML.
    serde_yaml_ng::to_string(&config).unwrap_or_default().trim_end().to_owned()
}
