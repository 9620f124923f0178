//! What skyports would make for ports of a cluster of which nothing is open, and in which mode, for
//! `end2end/cluster/tests/test_parity.py`, which compares it with what SkyPilot would do.
//!
//! Answers each JSON line on standard input with one:
//! `{"cluster", "namespace", "ports", "mode", "labels", "annotations"}` with
//! `{"objects": […], "manifests": […]}`, or with `{"refused": CODE}`;
//! `{"config", "current_context"}` with `{"mode"}`. Ends with its standard input.
#![expect(clippy::print_stdout, reason = "standard output is how it speaks to the test")]

use std::collections::BTreeMap;
use std::io::BufRead as _;

use serde::Deserialize;
use serde_json::{Value, json};
use skyports_k8s::check::Surroundings;
use skyports_k8s::plan::{self, CustomMetadata, Environment, Existing, Head, HeadKind};
use skyports_model::{
    ClusterId, ContextName, DefaultMode, Extras, Mode, NameOnCloud, Namespace, OpenMode,
    OpenRequest, PortSet, Reach,
};

#[derive(Deserialize)]
#[serde(untagged)]
enum Question {
    Ports(Asked),
    Mode { config: Option<String>, current_context: String },
}

#[derive(Deserialize)]
struct Asked {
    cluster: NameOnCloud,
    namespace: Namespace,
    ports: PortSet,
    mode: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in std::io::stdin().lock().lines() {
        println!("{}", answer(serde_json::from_str(&line?)?)?);
    }
    Ok(())
}

fn answer(question: Question) -> Result<Value, Box<dyn std::error::Error>> {
    match question {
        Question::Ports(asked) => made(asked),
        Question::Mode { config, current_context } => {
            let config = config.as_deref().and_then(Mode::parse);
            let found = DefaultMode::of([], config, current_context == "kind-skypilot");
            Ok(json!({ "mode": found.mode.to_string() }))
        }
    }
}

fn made(asked: Asked) -> Result<Value, Box<dyn std::error::Error>> {
    let Asked { cluster, namespace, ports, mode, labels, annotations } = asked;
    let head = Head {
        kind: HeadKind::Pod,
        name: format!("{cluster}-head"),
        uid: "00000000-0000-4000-8000-000000000000".to_owned(),
    };
    let existing = Existing { head: Some(head), nodes: 1, ..Existing::default() };
    let environment = Environment {
        context: ContextName::in_cluster(),
        ingress_classes: None,
        custom_metadata: CustomMetadata { labels, annotations },
        surroundings: Surroundings::default(),
        strangers: BTreeMap::new(),
    };
    let cluster = ClusterId { context: ContextName::in_cluster(), namespace, name: cluster };
    let mode: OpenMode = mode.parse()?;
    let request =
        OpenRequest { cluster, ports, mode, reach: Reach::Shared, extras: Extras::default() };
    let plan = match plan::open(&request, &existing, &environment) {
        Ok(plan) => plan,
        Err(refusal) => return Ok(json!({ "refused": refusal.code().as_str() })),
    };
    let objects: Vec<_> = plan.writes.iter().map(|write| &write.after).collect();
    let manifests: Vec<_> = plan.writes.iter().map(|write| &write.manifest).collect();
    Ok(json!({ "objects": objects, "manifests": manifests }))
}
