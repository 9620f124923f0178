//! As whom a context is written to: as ourselves, or as the reader who clicked.
//!
//! As a reader by impersonation, and only where the API server holds it to certain verbs on certain
//! resources (KEP-5284, beta and on by default since Kubernetes 1.36): unconstrained, whoever breaks
//! into this process could do whatever any user may.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderName, HeaderValue, Request};
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};
use tokio::time::Instant;
use tower::service_fn;

use super::context::Context;
use super::reader::Reader;
use super::request::{get, post};

const USER: HeaderName = HeaderName::from_static("impersonate-user");
const GROUP: HeaderName = HeaderName::from_static("impersonate-group");
/// The first release with constrained impersonation on by default: the minor version of 1.x.
const CONSTRAINED: u32 = 36;
const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
/// A person waits for it.
const PATIENCE: Duration = Duration::from_secs(4);

/// Who writes.
#[derive(Debug, Clone)]
pub(crate) enum Actor {
    /// Whoever the kubeconfig or the service account says that we are.
    Ourselves,
    /// A reader who signed in.
    Reader {
        /// Who it is.
        reader: Arc<Reader>,
        /// Those of their groups that are named with a write: the API server refuses all of it for one
        /// group that this account may not name, and tokens name many that have nothing to say here.
        groups: Vec<String>,
    },
}

impl Actor {
    /// That reader, with those of their groups that `named` names.
    pub(crate) fn reader(reader: Arc<Reader>, named: &[String]) -> Self {
        let groups = reader.groups().iter().filter(|it| named.contains(it)).cloned().collect();
        Self::Reader { reader, groups }
    }

    /// The client that writes: that one, in the actor's name.
    ///
    /// # Errors
    /// Where a name cannot be sent.
    pub(super) fn client(&self, client: &Client) -> Result<Client, String> {
        match self {
            Self::Ourselves => Ok(client.clone()),
            Self::Reader { reader, groups } => as_reader(client, reader, groups),
        }
    }

    /// The reader's name, where it is one.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Ourselves => None,
            Self::Reader { reader, .. } => Some(reader.user()),
        }
    }

    /// Why nobody may write as this one; nothing where they may.
    pub(crate) async fn obstacle(&self, context: &Context) -> Option<String> {
        match self {
            Self::Ourselves => None,
            Self::Reader { .. } => unconstrained(context).await.err(),
        }
    }
}

fn as_reader(client: &Client, reader: &Reader, groups: &[String]) -> Result<Client, String> {
    // Names that cannot be headers were refused at the door; Kubernetes takes bytes beyond ASCII.
    let value = |name: &str| HeaderValue::from_bytes(name.as_bytes()).map_err(|e| e.to_string());
    let user = value(reader.user())?;
    let groups = groups.iter().map(|it| value(it)).collect::<Result<Vec<_>, _>>()?;
    let namespace = client.default_namespace().to_owned();
    let client = client.clone();
    let send = move |mut request: Request<Body>| {
        let headers = request.headers_mut();
        headers.insert(USER, user.clone());
        for group in &groups {
            headers.append(GROUP, group.clone());
        }
        let client = client.clone();
        async move { client.send(request).await }
    };
    Ok(Client::new(service_fn(send), namespace))
}

/// Makes sure that impersonation is there, and that it is held to what we write.
async fn unconstrained(context: &Context) -> Result<(), String> {
    let deadline = Instant::now() + PATIENCE;
    let client = tokio::time::timeout_at(deadline, context.target.unpaced()).await;
    let client = client.map_err(|_| "no connection in time".to_owned())??;
    let version: Option<Value> =
        get(&client, "/version", deadline).await.map_err(|error| error.told())?;
    let minor = version.as_ref().and_then(|it| it.get("minor")?.as_str());
    let told = minor.unwrap_or("?");
    let minor = minor.map(|it| it.trim_end_matches(|c: char| !c.is_ascii_digit()));
    if minor.and_then(|it| it.parse().ok()).is_none_or(|minor: u32| minor < CONSTRAINED) {
        return Err(format!(
            "Kubernetes 1.{told} cannot hold impersonation to certain verbs; 1.{CONSTRAINED} and later can"
        ));
    }
    let may = |group, verb, resource| {
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": { "verb": verb, "group": group, "resource": resource } },
        });
        let client = client.clone();
        async move {
            let answer = post(&client, REVIEWS, &review, deadline).await;
            let answer = answer.map_err(|error| error.told())?;
            Ok::<_, String>(
                answer.pointer("/status/allowed").and_then(Value::as_bool) == Some(true),
            )
        }
    };
    for resource in ["users", "groups"] {
        if may("", "impersonate", resource).await? {
            return Err(format!(
                "this skyports may impersonate any of the {resource} for anything (the verb `impersonate`), which is more than it must"
            ));
        }
    }
    if !may("authentication.k8s.io", "impersonate:user-info", "users").await? {
        return Err(
            "this skyports may impersonate nobody (the verb `impersonate:user-info` on users)"
                .to_owned(),
        );
    }
    Ok(())
}
