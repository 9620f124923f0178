//! Leaves an Event on the head pod for what was opened or closed: who, which ports, which mode. Best
//! effort, after the answer has left: a missing right to write Events keeps nobody from working.

use std::sync::Arc;
use std::time::Duration;

use kube::Client;
use serde_json::{Value, json};
use skyports_k8s::plan::Head;
use skyports_model::plan::Direction;
use skyports_model::{Namespace, Outcome, PortSet, Timestamp};
use tokio::time::Instant;

use super::actor::Actor;
use super::context::Context;
use super::request::{MANAGER, post};
use crate::config::clock;

/// Nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

const WHO_AM_I: &str = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

/// Leaves a note of what came of a plan, aside.
pub(super) fn leave(
    (context, actor): (&Context, &Actor),
    client: Client,
    namespace: Namespace,
    head: Head,
    outcome: &Outcome,
) {
    let Some((reason, what)) = told(outcome) else { return };
    let known = Arc::clone(&context.who);
    let reader = actor.name().map(str::to_owned);
    context.aside(async move {
        let deadline = Instant::now() + PATIENCE;
        let who = match reader {
            Some(reader) => Some(reader),
            None => known.get_or_init(|| who(&client, deadline)).await.clone(),
        };
        let message = match who {
            Some(who) => format!("{what} by {who}"),
            None => what,
        };
        let event = event(&namespace, &head, reason, &message, clock::now());
        let path = format!("/api/v1/namespaces/{namespace}/events");
        if let Err(error) = post(&client, &path, &event, deadline).await {
            tracing::debug!(error = error.told(), "no note was left on the head pod");
        }
    });
}

/// `PortOpened` and `Port 8888 opened in the mode ingress`; none where nothing changed.
fn told(outcome: &Outcome) -> Option<(&'static str, String)> {
    let Outcome { direction, subject, mode, changed, .. } = outcome;
    let ports = PortSet::try_from(changed.clone()).ok()?;
    let (reason, word) = match (subject.words(*direction), direction) {
        (Some((word, _)), _) => ("PortChanged", word),
        (None, Direction::Open) => ("PortOpened", "opened"),
        (None, Direction::Close) => ("PortClosed", "closed"),
    };
    let noun = if changed.len() == 1 { "Port" } else { "Ports" };
    Some((reason, format!("{noun} {ports} {word} in the mode {mode}")))
}

/// Who it is that acts: the reader, or whom the API server of a context knows us as.
pub(super) async fn whom(
    (context, actor): (&Context, &Actor),
    client: &Client,
    deadline: Instant,
) -> Option<String> {
    if let Some(reader) = actor.name() {
        return Some(reader.to_owned());
    }
    context.who.get_or_init(|| who(client, deadline)).await.clone()
}

/// As whom the API server knows us; a Kubernetes before 1.28 does not say.
async fn who(client: &Client, deadline: Instant) -> Option<String> {
    let review = json!({ "apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview" });
    let answer = post(client, WHO_AM_I, &review, deadline).await.ok()?;
    let name = answer.pointer("/status/userInfo/username").and_then(Value::as_str)?;
    Some(skyports_model::finding::shown(name, 200))
}

fn event(namespace: &Namespace, head: &Head, reason: &str, message: &str, now: Timestamp) -> Value {
    let now = jiff::Timestamp::from_second(now.0).map(|now| now.to_string()).ok();
    json!({
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": { "generateName": format!("{}.", head.name), "namespace": namespace.as_str() },
        "involvedObject": {
            "apiVersion": head.kind.version(), "kind": head.kind.as_str(),
            "namespace": namespace.as_str(), "name": head.name, "uid": head.uid,
        },
        "reason": reason,
        "message": message,
        "type": "Normal",
        "source": { "component": MANAGER },
        "reportingComponent": MANAGER,
        "reportingInstance": MANAGER,
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    })
}
