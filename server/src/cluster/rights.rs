//! What the API server would say to the writes of a plan: rights, policies and validation, asked
//! before anything is changed.

use std::collections::BTreeSet;

use futures::future::{join, join_all};
use kube::Client;
use serde_json::{Value, json};
use skyports_k8s::plan::{Action, Write};
use skyports_model::{Namespace, WriteFailure};
use tokio::time::Instant;

use super::request::{Run, failure, plural, post, verb, write};

const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// A right: verb, resource, namespace.
type Right = (&'static str, &'static str, Namespace);

/// What stands in the way of the writes; nothing when all of them would be taken.
pub(super) async fn obstacles(
    client: &Client,
    writes: &[Write],
    deadline: Instant,
) -> Vec<WriteFailure> {
    let (missing, refused) =
        join(missing_rights(client, writes, deadline), refused(client, writes, deadline)).await;
    // A right that is missing is told once, with its role; the dry run only says so again.
    let is_told = |failure: &WriteFailure| matches!(failure, WriteFailure::Forbidden { .. });
    let rest = refused.into_iter().filter(|failure| missing.is_empty() || !is_told(failure));
    let mut all = missing.clone();
    all.extend(rest);
    all
}

async fn missing_rights(client: &Client, writes: &[Write], deadline: Instant) -> Vec<WriteFailure> {
    let rights: BTreeSet<Right> = writes.iter().flat_map(rights).collect();
    let asked = rights.into_iter().map(|right| async move {
        let (verb, resource, namespace) = right;
        let group = if resource == "ingresses" { "networking.k8s.io" } else { "" };
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": {
                "verb": verb, "group": group, "resource": resource, "namespace": namespace.as_str(),
            }},
        });
        // Who may not even ask finds out by the dry run.
        let answer = post(client, REVIEWS, &review, deadline).await.ok()?;
        let status = answer.get("status")?;
        if status.get("allowed").and_then(Value::as_bool) == Some(true) {
            return None;
        }
        let said = status.get("reason").and_then(Value::as_str).filter(|it| !it.is_empty());
        let error = match said {
            Some(said) => skyports_model::finding::shown(said, 300),
            None => format!("the access review says no to {verb} {resource} in {namespace}"),
        };
        Some(WriteFailure::Forbidden { verb, resource, namespace, error })
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// What a write needs. Applying may make the object, so it needs that right too.
fn rights(write: &Write) -> Vec<Right> {
    let right = |verb| (verb, plural(write.object.kind), write.object.namespace.clone());
    match &write.action {
        Action::Apply(_) => vec![right("patch"), right("create")],
        action => vec![right(verb(action))],
    }
}

async fn refused(client: &Client, writes: &[Write], deadline: Instant) -> Vec<WriteFailure> {
    let tried = writes.iter().map(|it| async move {
        write(client, it, Run::Dry, deadline).await.err().map(|error| failure(it, &error))
    });
    join_all(tried).await.into_iter().flatten().collect()
}
