//! Reads, when somebody asks, what tells whether a context can expose ports.
//!
//! Every question is bounded, and all of them are asked at once. A refusal is an answer: what may
//! not be seen is told as such.

use std::time::Duration;

use futures::future::{join, join_all};
use kube::Client;
use serde_json::{Value, json};
use skyports_k8s::check::{Answers, Facts, Looked, Right};
use skyports_model::{Namespace, ObjectKind, ObjectRef};
use tokio::time::{Instant, timeout_at};

use super::contexts::{Namespaces, Target};
use super::request::{RequestError, get, path, post};
use crate::config::clock;

/// Everything together is there by then; the page and the command wait 10 s at most.
const PATIENCE: Duration = Duration::from_secs(9);

const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
const CLASSES: &str = "/apis/networking.k8s.io/v1/ingressclasses?limit=100";
/// A node is 10 kB and more; a few of them tell whose they are.
const NODES: &str = "/api/v1/nodes?limit=10";
/// Both fields are ones that an API server can select by.
const BALANCED: &str = "services?fieldSelector=spec.type%3DLoadBalancer&limit=1000";
const POOLS: &str = "/apis/metallb.io/v1beta1/ipaddresspools?limit=100";
const GATEWAYS: &str = "/apis/gateway.networking.k8s.io/v1/gatewayclasses?limit=50";

/// What opening, closing and showing ports needs, by `docs/rights.md`.
const RIGHTS: [(&str, &str); 9] = [
    ("list", "pods"),
    ("list", "services"),
    ("create", "services"),
    ("patch", "services"),
    ("delete", "services"),
    ("create", "ingresses"),
    ("patch", "ingresses"),
    ("delete", "ingresses"),
    ("create", "events"),
];

/// Reads the facts of a context.
pub(crate) async fn facts(target: &Target) -> Facts {
    let deadline = Instant::now() + PATIENCE;
    match timeout_at(deadline, target.connect()).await {
        Ok(Ok(client)) => Reader { client, target, deadline }.facts().await,
        Ok(Err(error)) => nothing(&error),
        Err(_) => nothing(&format!("no answer in {} s", PATIENCE.as_secs())),
    }
}

/// What is known where nobody could be asked.
pub(crate) fn nothing(error: &str) -> Facts {
    let failed = || Looked::Failed(error.to_owned());
    Facts::of(Answers {
        version: failed(),
        groups: failed(),
        classes: failed(),
        nodes: failed(),
        services: failed(),
        pools: failed(),
        controller: failed(),
        gateways: failed(),
        rights: vec![],
        as_of: clock::now(),
    })
}

struct Reader<'a> {
    client: Client,
    target: &'a Target,
    deadline: Instant,
}

impl Reader<'_> {
    async fn facts(&self) -> Facts {
        let read = join_all(
            ["/version", "/apis", CLASSES, NODES, POOLS, GATEWAYS].map(|path| self.read(path)),
        );
        let objects = join(self.services(), self.controller());
        let rights = join_all(RIGHTS.map(|(verb, resource)| self.right(verb, resource)));
        let (read, ((services, controller), rights)) = join(read, join(objects, rights)).await;
        let mut read = read.into_iter();
        let mut next = || read.next().unwrap_or(Looked::Absent);
        Facts::of(Answers {
            version: next(),
            groups: next(),
            classes: next(),
            nodes: next(),
            pools: next(),
            gateways: next(),
            services,
            controller,
            rights,
            as_of: clock::now(),
        })
    }

    async fn read(&self, path: &str) -> Looked<Value> {
        looked(get(&self.client, path, self.deadline).await)
    }

    /// The load balancers of all namespaces, else of the context's own.
    async fn services(&self) -> Looked<Value> {
        let here = |namespace: &Namespace| format!("/api/v1/namespaces/{namespace}/{BALANCED}");
        let own = match &self.target.namespaces {
            Namespaces::One(namespace) => return self.read(&here(namespace)).await,
            Namespaces::AllElse(namespace) => Some(namespace),
            Namespaces::All => None,
        };
        match (self.read(&format!("/api/v1/{BALANCED}")).await, own) {
            (Looked::Forbidden(_), Some(namespace)) => self.read(&here(namespace)).await,
            (answer, _) => answer,
        }
    }

    async fn controller(&self) -> Looked<Value> {
        let (namespace, name) = skyports_k8s::plan::Reads::controller();
        let Ok(namespace) = Namespace::parse(namespace) else { return Looked::Absent };
        let object = ObjectRef { kind: ObjectKind::Service, namespace, name: name.to_owned() };
        self.read(&path(&object)).await
    }

    /// Asks whether the reader may do that where SkyPilot's clusters are.
    async fn right(&self, verb: &'static str, resource: &'static str) -> Right {
        let namespace = match &self.target.namespaces {
            Namespaces::One(namespace) | Namespaces::AllElse(namespace) => Some(namespace.clone()),
            Namespaces::All => None,
        };
        let group = if resource == "ingresses" { "networking.k8s.io" } else { "" };
        let place = namespace.as_ref().map_or("", Namespace::as_str);
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": {
                "verb": verb, "group": group, "resource": resource, "namespace": place,
            }},
        });
        let answer = post(&self.client, REVIEWS, &review, self.deadline).await;
        let granted = match looked(answer.map(Some)) {
            Looked::Seen(answer) => Looked::Seen(
                answer.pointer("/status/allowed").and_then(Value::as_bool).unwrap_or(false),
            ),
            Looked::Absent => Looked::Absent,
            Looked::Forbidden(error) => Looked::Forbidden(error),
            Looked::Failed(error) => Looked::Failed(error),
        };
        Right { verb, resource, namespace, granted }
    }
}

fn looked(answer: Result<Option<Value>, RequestError>) -> Looked<Value> {
    match answer {
        Ok(Some(answer)) => Looked::Seen(answer),
        Ok(None) => Looked::Absent,
        Err(error) if error.code() == 403 => Looked::Forbidden(error.told()),
        Err(error) => Looked::Failed(error.told()),
    }
}
