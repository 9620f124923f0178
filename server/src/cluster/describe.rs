//! Reads the objects behind one endpoint and their events, at the moment when somebody asks.
//!
//! Only Services and Ingresses, by names that the API server gave: never what a reader names, and
//! never a Secret. Looking cannot fail: what could not be read is told beside what could.

use std::time::Duration;

use futures::future::join;
use kube::api::{Api, ApiResource, DynamicObject, ListParams};
use skyports_k8s::describe::{Balancer, backend, balancer, event_line, newest, object_text};
use skyports_k8s::wire;
use skyports_model::{
    ContextName, Endpoint, EventLine, Finding, ObjectKind, ObjectRef, ObjectText, Port, Reason,
};
use tokio::time::{Instant, timeout_at};

use super::contexts::Target;
use super::guard::Guarded;
use super::watch::told;

/// Everything together must be there by then: a person waits for it.
const PATIENCE: Duration = Duration::from_secs(5);
/// The API gives events in no useful order, so more are read than shown.
const MOST_EVENTS: u32 = 500;

/// What lies behind an endpoint.
#[derive(Debug, Default)]
pub(crate) struct Behind {
    /// The objects, the one that exposes it first.
    pub(crate) objects: Vec<ObjectText>,
    /// Their events, newest first.
    pub(crate) events: Vec<EventLine>,
    /// What could not be read.
    pub(crate) problems: Vec<Finding>,
    /// The object that exposes it, where that is a load balancer.
    pub(crate) balancer: Option<Balancer>,
}

impl Behind {
    fn and(mut self, other: Self) -> Self {
        let Self { objects, events, problems, balancer: _ } = other;
        self.objects.extend(objects);
        self.events.extend(events);
        // One missing right concerns every object of a kind alike.
        for problem in problems {
            if !self.problems.contains(&problem) {
                self.problems.push(problem);
            }
        }
        self
    }
}

/// Reads what lies behind an endpoint of the overview.
pub(crate) async fn behind(target: &Target, endpoint: &Endpoint) -> Behind {
    let (context, object) = (&endpoint.id.cluster.context, &endpoint.object);
    let deadline = Instant::now() + PATIENCE;
    let client = match timeout_at(deadline, target.connect()).await {
        Ok(Ok(client)) => client,
        Ok(Err(error)) => return failed(object.to_string(), error, context),
        Err(_) => return failed(object.to_string(), silence(), context),
    };
    let reader = Reader { client, context, deadline };
    let behind = match object.kind {
        ObjectKind::Ingress => reader.ingress(object, endpoint.port()).await,
        ObjectKind::Service | ObjectKind::Pod | ObjectKind::IngressClass => {
            reader.object(object).await
        }
    };
    Behind { events: newest(behind.events), ..behind }
}

fn failed(what: String, error: String, context: &ContextName) -> Behind {
    let problems = vec![Reason::ReadFailed { what, error }.finding(context)];
    Behind { problems, ..Behind::default() }
}

fn silence() -> String {
    format!("no answer in {} s", PATIENCE.as_secs())
}

/// How an object is asked for; `None` for kinds that stand behind no endpoint: a pod's text holds
/// the environment of whoever runs it.
fn resource(kind: ObjectKind) -> Option<ApiResource> {
    match kind {
        ObjectKind::Service => Some(ApiResource::erase::<wire::Service>(&())),
        ObjectKind::Ingress => Some(ApiResource::erase::<wire::Ingress>(&())),
        ObjectKind::Pod | ObjectKind::IngressClass => None,
    }
}

struct Reader<'a> {
    client: kube::Client,
    context: &'a ContextName,
    deadline: Instant,
}

impl Reader<'_> {
    /// One object and its events.
    async fn object(&self, object: &ObjectRef) -> Behind {
        let (found, events) = join(self.get(object), self.list_events(object)).await;
        told_of(object, found, events)
    }

    /// An Ingress, and the Service to which it leads for that port.
    async fn ingress(&self, object: &ObjectRef, port: Port) -> Behind {
        let with_backend = async {
            let found = self.get(object).await;
            let service = found.as_ref().ok().and_then(|found| {
                let ingress = serde_json::to_value(found).and_then(serde_json::from_value);
                let (kind, namespace) = (ObjectKind::Service, object.namespace.clone());
                Some(ObjectRef { kind, namespace, name: backend(ingress.ok()?, port)? })
            });
            match service {
                Some(service) => (found, self.object(&service).await),
                None => (found, Behind::default()),
            }
        };
        let ((found, backend), events) = join(with_backend, self.list_events(object)).await;
        told_of(object, found, events).and(backend)
    }

    async fn get(&self, object: &ObjectRef) -> Result<DynamicObject, Finding> {
        let nothing = || Reason::ObjectGone { object: object.clone() }.finding(self.context);
        let resource = resource(object.kind).ok_or_else(nothing)?;
        let (client, namespace) = (self.client.clone(), object.namespace.as_str());
        let api = Api::<DynamicObject>::namespaced_with(client, namespace, &resource);
        match timeout_at(self.deadline, api.get(&object.name)).await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(kube::Error::Api(status))) if status.code == 404 => Err(nothing()),
            Ok(Err(error)) => {
                let asked = Asked { verb: "get", resource: plural(object.kind), object };
                Err(asked.refused(&error, object.to_string(), self.context))
            }
            Err(_) => {
                let (what, error) = (object.to_string(), silence());
                Err(Reason::ReadFailed { what, error }.finding(self.context))
            }
        }
    }

    async fn list_events(&self, object: &ObjectRef) -> Result<Vec<wire::Event>, Finding> {
        let what = || format!("the events of {object}");
        let namespace = object.namespace.as_str();
        let api = Api::<Guarded<wire::Event>>::namespaced(self.client.clone(), namespace);
        let (kind, name) = (object.kind.as_str(), &object.name);
        let about = format!("involvedObject.kind={kind},involvedObject.name={name}");
        let params = ListParams::default().fields(&about).limit(MOST_EVENTS);
        match timeout_at(self.deadline, api.list(&params)).await {
            Ok(Ok(list)) => Ok(list.items.into_iter().filter_map(readable).collect()),
            Ok(Err(error)) => {
                let asked = Asked { verb: "list", resource: "events", object };
                Err(asked.refused(&error, what(), self.context))
            }
            Err(_) => {
                let (what, error) = (what(), silence());
                Err(Reason::ReadFailed { what, error }.finding(self.context))
            }
        }
    }
}

/// The resource as RBAC names it.
fn plural(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Service => "services",
        ObjectKind::Ingress => "ingresses",
        ObjectKind::Pod => "pods",
        ObjectKind::IngressClass => "ingressclasses",
    }
}

fn readable(event: Guarded<wire::Event>) -> Option<wire::Event> {
    match event {
        Guarded::Readable(event) => Some(event),
        Guarded::Unreadable { .. } => None,
    }
}

/// A question to the API, in the words of RBAC.
struct Asked<'a> {
    verb: &'static str,
    resource: &'static str,
    object: &'a ObjectRef,
}

impl Asked<'_> {
    fn refused(&self, error: &kube::Error, what: String, context: &ContextName) -> Finding {
        let Self { verb, resource, object } = *self;
        let reason = match error {
            kube::Error::Api(status) if status.code == 403 => Reason::ReadForbidden {
                verb,
                resource,
                namespace: object.namespace.clone(),
                error: told(error),
            },
            error => Reason::ReadFailed { what, error: told(error) },
        };
        reason.finding(context)
    }
}

fn told_of(
    object: &ObjectRef,
    found: Result<DynamicObject, Finding>,
    events: Result<Vec<wire::Event>, Finding>,
) -> Behind {
    let mut behind = Behind::default();
    let uid = found.as_ref().ok().and_then(|found| found.metadata.uid.clone());
    match found {
        Ok(found) => {
            behind.balancer = balancer(&found);
            behind.objects.push(object_text(object.clone(), found));
        }
        Err(problem) => behind.problems.push(problem),
    }
    match events {
        Ok(events) => {
            let lines = events.iter().filter_map(|event| event_line(event, object, uid.as_deref()));
            behind.events.extend(lines);
        }
        Err(problem) => behind.problems.push(problem),
    }
    behind
}
