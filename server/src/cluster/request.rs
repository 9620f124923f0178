//! Single requests about the objects of a plan, and what their failures mean.
//!
//! kube's typed calls leave `fieldValidation` out of all but server-side apply, so requests are made
//! here, in one form for all verbs.

use http::{Method, Request};
use kube::Client;
use serde_json::Value;
use skyports_k8s::plan::{Action, Precondition, Write};
use skyports_model::{ObjectKind, ObjectRef, WriteFailure};
use tokio::time::{Instant, timeout_at};

use super::watch::told;

/// Under which name the API server keeps what we wrote.
pub(crate) const MANAGER: &str = "skyports";

/// Why a request gave nothing.
#[derive(Debug)]
pub(super) enum RequestError {
    /// The API server said no.
    Status(Box<kube::core::Status>),
    /// Nobody said anything that counts: no connection, no answer in time, no JSON.
    Silent(String),
}

impl RequestError {
    /// The API server's code; 0 when it gave none.
    pub(super) fn code(&self) -> u16 {
        match self {
            Self::Status(status) => status.code,
            Self::Silent(_) => 0,
        }
    }

    /// The sentence for people.
    pub(super) fn told(&self) -> String {
        match self {
            Self::Status(status) => skyports_model::finding::shown(&status.message, 600),
            Self::Silent(error) => error.clone(),
        }
    }
}

/// Whether a write is tried or done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Run {
    /// The API server only says what it would do.
    Dry,
    /// It does it.
    Real,
}

/// The object as it is; `None` when it is not there.
pub(super) async fn get<T: serde::de::DeserializeOwned>(
    client: &Client,
    path: &str,
    deadline: Instant,
) -> Result<Option<T>, RequestError> {
    let request = Request::get(path).body(vec![]);
    match send(client, request, deadline).await {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code() == 404 => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes something by a POST: a review, an event.
pub(super) async fn post(
    client: &Client,
    path: &str,
    body: &Value,
    deadline: Instant,
) -> Result<Value, RequestError> {
    let request = Request::post(path).header("content-type", "application/json").body(text(body));
    send(client, request, deadline).await
}

/// Changes something by a merge patch.
pub(super) async fn merge(
    client: &Client,
    path: &str,
    body: &Value,
    deadline: Instant,
) -> Result<Value, RequestError> {
    let request = Request::patch(format!("{path}?fieldManager={MANAGER}&fieldValidation=Strict"))
        .header("content-type", "application/merge-patch+json")
        .body(text(body));
    send(client, request, deadline).await
}

/// Sends one write of a plan.
pub(super) async fn write(
    client: &Client,
    write: &Write,
    run: Run,
    deadline: Instant,
) -> Result<(), RequestError> {
    let dry = match run {
        Run::Dry => "&dryRun=All",
        Run::Real => "",
    };
    let query = format!("?fieldManager={MANAGER}&fieldValidation=Strict{dry}");
    let named = path(&write.object);
    let (method, path, kind, body) = match &write.action {
        Action::Create(object) => {
            (Method::POST, collection(&write.object), "application/json", text(object))
        }
        Action::JsonPatch(patch) => {
            let body = serde_json::to_vec(patch).unwrap_or_default();
            (Method::PATCH, named, "application/json-patch+json", body)
        }
        Action::StrategicMerge(patch) => {
            (Method::PATCH, named, "application/strategic-merge-patch+json", text(patch))
        }
        Action::Apply(object) => {
            (Method::PATCH, named, "application/apply-patch+yaml", text(object))
        }
        Action::Delete(precondition) => {
            let body = text(&delete_options(precondition, run));
            (Method::DELETE, named, "application/json", body)
        }
    };
    let query = if method == Method::DELETE { String::new() } else { query };
    let request = Request::builder()
        .method(method)
        .uri(format!("{path}{query}"))
        .header("content-type", kind)
        .body(body);
    send::<Value>(client, request, deadline).await.map(drop)
}

fn delete_options(precondition: &Precondition, run: Run) -> Value {
    let Precondition { uid, resource_version } = precondition;
    let mut options = serde_json::json!({
        "kind": "DeleteOptions",
        "apiVersion": "v1",
        "preconditions": { "uid": uid, "resourceVersion": resource_version },
    });
    if run == Run::Dry
        && let Some(options) = options.as_object_mut()
    {
        options.insert("dryRun".to_owned(), serde_json::json!(["All"]));
    }
    options
}

async fn send<T: serde::de::DeserializeOwned>(
    client: &Client,
    request: http::Result<Request<Vec<u8>>>,
    deadline: Instant,
) -> Result<T, RequestError> {
    let request = request.map_err(|error| RequestError::Silent(error.to_string()))?;
    match timeout_at(deadline, client.request(request)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(kube::Error::Api(status))) => Err(RequestError::Status(status)),
        Ok(Err(error)) => Err(RequestError::Silent(told(&error))),
        Err(_) => Err(RequestError::Silent("no answer in time".to_owned())),
    }
}

fn text(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// The path of an object.
pub(super) fn path(object: &ObjectRef) -> String {
    format!("{}/{}", collection(object), object.name)
}

/// The path of all objects of its kind in its namespace.
fn collection(object: &ObjectRef) -> String {
    let group = match object.kind {
        ObjectKind::Service | ObjectKind::Pod => "/api/v1",
        ObjectKind::Ingress | ObjectKind::IngressClass => "/apis/networking.k8s.io/v1",
    };
    format!("{group}/namespaces/{}/{}", object.namespace, plural(object.kind))
}

/// The resource as RBAC names it.
pub(super) fn plural(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Service => "services",
        ObjectKind::Ingress => "ingresses",
        ObjectKind::Pod => "pods",
        ObjectKind::IngressClass => "ingressclasses",
    }
}

/// The verb of a write as RBAC names it.
pub(super) fn verb(action: &Action) -> &'static str {
    match action {
        Action::Create(_) => "create",
        Action::JsonPatch(_) | Action::StrategicMerge(_) | Action::Apply(_) => "patch",
        Action::Delete(_) => "delete",
    }
}

/// What a write's failure means for people.
pub(super) fn failure(write: &Write, error: &RequestError) -> WriteFailure {
    let object = write.object.clone();
    let words = error.told();
    match (error.code(), &write.action) {
        (403, action) if is_by_rbac(&words) => WriteFailure::Forbidden {
            verb: verb(action),
            resource: plural(object.kind),
            namespace: object.namespace,
            error: words,
        },
        (409, Action::Apply(_)) => WriteFailure::Owned { object, error: words },
        (0, _) => WriteFailure::Unanswered { object, error: words },
        _ => WriteFailure::Refused { object, error: words },
    }
}

/// Whether a 403 comes from RBAC: policies, quotas and webhooks use the same code.
fn is_by_rbac(words: &str) -> bool {
    words.contains(" cannot ")
}
