//! Reads the objects that a plan looks at, just before it is made.

use std::collections::BTreeMap;

use futures::future::{join, join_all};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::Ingress;
use kube::Client;
use kube::core::{ObjectList, PartialObjectMeta};
use serde::de::DeserializeOwned;
use skyports_k8s::ground::{Ground, GroundHead};
use skyports_k8s::plan::{Existing, Head, HeadKind, Reads};
use skyports_model::{ClusterId, Finding, Namespace, ObjectKind, ObjectRef, Port, Reason};
use tokio::time::Instant;

use super::request::{RequestError, get, path, plural};

/// How much is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// What the watches have told is there. Enough to make something: what is there all the same is
    /// found out by the write.
    Known,
    /// Every object that may be written, told of or not. Who takes something away, or was overtaken,
    /// must not rest on what the watches have yet to tell.
    Own,
    /// And what a reader wants to know before.
    Everything,
}

/// Reads what a plan for `reads` starts from.
pub(super) async fn existing(
    client: &Client,
    cluster: &ClusterId,
    ground: &Ground,
    reads: &Reads,
    depth: Depth,
    deadline: Instant,
) -> Result<Existing, Finding> {
    let reader = Reader { client, cluster, ground, depth, deadline };
    let Reads { load_balancer, own_load_balancers, ingress, backends, kept_routes, kept_services } =
        reads;
    let services = join(
        reader.one::<Service>(load_balancer.as_ref()),
        join(reader.each(own_load_balancers), reader.each(backends)),
    );
    let kept = join(reader.each(kept_routes), reader.each(kept_services));
    let around = join(reader.controller(), reader.other_ingresses(ingress.as_ref()));
    let ingress = join(reader.one::<Ingress>(ingress.as_ref()), around);
    let ((head, (routes, behind)), ((load_balancer, (own, backends)), (ingress, around))) =
        join(join(reader.head(), kept), join(services, ingress)).await;
    let (controller, others) = around;
    Ok(Existing {
        display_name: ground.display_name.clone(),
        head: head?,
        nodes: ground.nodes,
        load_balancer: load_balancer?,
        own_load_balancers: own?,
        ingress: ingress?,
        backends: backends?,
        kept_routes: routes?,
        kept_services: behind?,
        other_ingresses: others,
        controller,
    })
}

/// What answers on a cluster's ports and owns what is made for it.
pub(super) async fn head(
    client: &Client,
    cluster: &ClusterId,
    ground: &Ground,
    deadline: Instant,
) -> Result<Option<Head>, Finding> {
    Reader { client, cluster, ground, depth: Depth::Known, deadline }.head().await
}

struct Reader<'a> {
    client: &'a Client,
    cluster: &'a ClusterId,
    ground: &'a Ground,
    depth: Depth,
    deadline: Instant,
}

impl Reader<'_> {
    async fn one<T: DeserializeOwned>(
        &self,
        object: Option<&ObjectRef>,
    ) -> Result<Option<T>, Finding> {
        let asked = |object: &&ObjectRef| self.depth != Depth::Known || self.ground.has(object);
        let Some(object) = object.filter(asked) else { return Ok(None) };
        let found = get(self.client, &path(object), self.deadline).await;
        found.map_err(|error| self.failed(&error, plural(object.kind), object.to_string()))
    }

    async fn each<T: DeserializeOwned>(
        &self,
        objects: &[(Port, ObjectRef)],
    ) -> Result<BTreeMap<Port, T>, Finding> {
        let found = objects.iter().map(|(port, object)| async move {
            self.one::<T>(Some(object)).await.map(|found| Some((*port, found?)))
        });
        let found: Result<Vec<_>, _> = join_all(found).await.into_iter().collect();
        Ok(found?.into_iter().flatten().collect())
    }

    /// The head; a Deployment's identity is read, since none is watched.
    async fn head(&self) -> Result<Option<Head>, Finding> {
        let name = match &self.ground.head {
            None => return Ok(None),
            Some(GroundHead::Pod(head)) => return Ok(Some(head.clone())),
            Some(GroundHead::Deployment(name)) => name.clone(),
        };
        let namespace = &self.cluster.namespace;
        let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/{name}");
        let found: Result<Option<PartialObjectMeta>, _> =
            get(self.client, &path, self.deadline).await;
        let found = found.map_err(|error| {
            self.failed(&error, "deployments", format!("Deployment {namespace}/{name}"))
        })?;
        let uid = found.and_then(|found| found.metadata.uid);
        Ok(uid.map(|uid| Head { kind: HeadKind::Deployment, name, uid }))
    }

    /// The Service of the ingress controller. Without the right to look, its address is not known.
    async fn controller(&self) -> Option<Service> {
        if self.depth != Depth::Everything {
            return None;
        }
        let (namespace, name) = Reads::controller();
        let namespace = Namespace::parse(namespace).ok()?;
        let object = ObjectRef { kind: ObjectKind::Service, namespace, name: name.to_owned() };
        get(self.client, &path(&object), self.deadline).await.ok().flatten()
    }

    /// The Ingresses that share the controller with `own`, as far as they may be listed.
    async fn other_ingresses(&self, own: Option<&ObjectRef>) -> Vec<Ingress> {
        let Some(own) = own.filter(|_| self.depth == Depth::Everything) else { return vec![] };
        let everywhere = "/apis/networking.k8s.io/v1/ingresses".to_owned();
        let here = format!("/apis/networking.k8s.io/v1/namespaces/{}/ingresses", own.namespace);
        for path in [everywhere, here] {
            let list: Result<Option<ObjectList<Ingress>>, _> =
                get(self.client, &path, self.deadline).await;
            if let Ok(Some(list)) = list {
                let is_own = |it: &Ingress| {
                    it.metadata.name.as_ref() == Some(&own.name)
                        && it.metadata.namespace.as_deref() == Some(own.namespace.as_str())
                };
                return list.items.into_iter().filter(|it| !is_own(it)).collect();
            }
        }
        vec![]
    }

    fn failed(&self, error: &RequestError, resource: &'static str, what: String) -> Finding {
        let namespace = self.cluster.namespace.clone();
        let reason = if error.code() == 403 {
            Reason::ReadForbidden { verb: "get", resource, namespace, error: error.told() }
        } else {
            Reason::ReadFailed { what, error: error.told() }
        };
        reason.finding(&self.cluster.context)
    }
}
