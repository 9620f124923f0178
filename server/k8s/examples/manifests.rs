//! What skyports would make for ports of a cluster of which nothing is open, for
//! `end2end/cluster/tests/test_parity.py`, which compares it with what SkyPilot's templates make.
//!
//! Answers each JSON line on standard input with one:
//! `{"cluster", "namespace", "ports", "mode", "labels", "annotations"}` with
//! `{"objects": […], "manifests": […]}`, or with `{"refused": CODE}`. Ends with its standard input.
#![expect(clippy::print_stdout, reason = "standard output is how it speaks to the test")]

use std::collections::BTreeMap;
use std::io::BufRead as _;

use serde::Deserialize;
use serde_json::{Value, json};
use skyports_k8s::plan::{self, CustomMetadata, Environment, Existing, Head, HeadKind};
use skyports_model::{
    ClusterId, ContextName, NameOnCloud, Namespace, OpenMode, OpenRequest, PortSet, Reach,
};

#[derive(Deserialize)]
struct Question {
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
    let Question { cluster, namespace, ports, mode, labels, annotations } = question;
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
        internal_annotations: None,
    };
    let cluster = ClusterId { context: ContextName::in_cluster(), namespace, name: cluster };
    let mode: OpenMode = mode.parse()?;
    let request = OpenRequest { cluster, ports, mode, reach: Reach::Shared };
    let plan = match plan::open(&request, &existing, &environment) {
        Ok(plan) => plan,
        Err(refusal) => return Ok(json!({ "refused": refusal.code().as_str() })),
    };
    let objects: Vec<_> = plan.writes.iter().map(|write| &write.after).collect();
    let manifests: Vec<_> = plan.writes.iter().map(|write| &write.manifest).collect();
    Ok(json!({ "objects": objects, "manifests": manifests }))
}
