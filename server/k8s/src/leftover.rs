//! Objects of clusters that are gone: which of them may be deleted, and how.
//!
//! Pure, and strict: what is deleted has SkyPilot’s name or ours and the label that goes with it, or, as
//! an Ingress, which SkyPilot does not label, holds what SkyPilot writes and nothing else. It leads to
//! nobody else’s pods, and of its cluster somebody has just looked for pods and found none.

use std::collections::BTreeMap;

use k8s_openapi::Metadata;
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::Ingress;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;
use skyports_model::leftover::LeftId;
use skyports_model::plan::PlannedStep;
use skyports_model::{ContextName, ObjectKind, ObjectRef};

use crate::names::{self, CLUSTER_LABELS};
use crate::plan::{self, Write};

const UNLABELLED: &str = "it has neither SkyPilot’s label `parent=skypilot` nor one of skyports";

/// An object as it was read just now.
#[derive(Debug, Clone, PartialEq)]
pub enum Left {
    /// A Service.
    Service(Box<Service>),
    /// An Ingress.
    Ingress(Box<Ingress>),
}

/// Whether a cluster is there, as far as somebody who has just looked can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// None of its pods is there, nor what would make them.
    Gone,
    /// There is a pod, or a Deployment that makes one.
    There,
}

/// A deletion that may be carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Deletion {
    /// The object as it was read.
    pub id: LeftId,
    /// The write: with that identity and that version alone.
    pub write: Write,
}

impl Deletion {
    /// The deletion as it is shown.
    pub fn step(&self, context: &ContextName) -> PlannedStep {
        plan::step(context, &self.write)
    }
}

/// The cluster that an object belongs to by its name.
pub fn cluster_of(object: &ObjectRef) -> Option<&str> {
    match object.kind {
        ObjectKind::Service => names::service(&object.name).map(|named| named.cluster),
        ObjectKind::Ingress => names::ingress(&object.name),
        ObjectKind::Pod | ObjectKind::IngressClass => None,
    }
}

/// Selectors of which each finds pods of a cluster, whichever release made them.
pub fn selectors(cluster: &str) -> impl Iterator<Item = String> {
    CLUSTER_LABELS.into_iter().map(move |label| format!("{label}={cluster}"))
}

/// The Deployment that makes a cluster’s pod, where it has one (`get_deployment_name` of SkyPilot
/// 0.14.1): only controllers with high availability do.
pub fn deployment(cluster: &str) -> String {
    format!("{cluster}-deployment")
}

/// Whether a cluster may be one of those that have a Deployment.
pub fn is_controller(cluster: &str) -> bool {
    ["sky-jobs-controller-", "sky-serve-controller-"].iter().any(|it| cluster.starts_with(it))
}

/// How an object is deleted; why it is not, as a clause.
///
/// # Errors
/// Where anything speaks for leaving it.
pub fn deletion(object: &ObjectRef, left: &Left, presence: Presence) -> Result<Deletion, String> {
    let Some(cluster) = cluster_of(object) else {
        return Err("its name is not one that SkyPilot or skyports gives".to_owned());
    };
    if presence == Presence::There {
        return Err(format!("the cluster {cluster} is there"));
    }
    match left {
        Left::Service(service) => {
            let spec = service.spec.as_ref();
            let selector = spec.and_then(|spec| spec.selector.clone()).unwrap_or_default();
            if !is_made_here(&service.metadata) {
                return Err(UNLABELLED.to_owned());
            }
            leads_to_nobody_else(cluster, &selector)?;
            let kind = spec.and_then(|spec| spec.type_.as_deref()).unwrap_or("ClusterIP");
            let what = match kind {
                "LoadBalancer" => "the load balancer",
                _ => "the Service",
            };
            deleted(object, &**service, what, cluster)
        }
        Left::Ingress(ingress) => {
            if !is_made_here(&ingress.metadata) && !is_skypilots(object, ingress, cluster) {
                return Err("it has paths or backends that SkyPilot does not write".to_owned());
            }
            deleted(object, &**ingress, "the Ingress", cluster)
        }
    }
}

fn deleted<T: Serialize + Metadata<Ty = ObjectMeta>>(
    object: &ObjectRef,
    left: &T,
    what: &str,
    cluster: &str,
) -> Result<Deletion, String> {
    let meta = left.metadata();
    if meta.deletion_timestamp.is_some() {
        return Err("it is being deleted already".to_owned());
    }
    let sentence = format!("Deletes {what} `{}` of {cluster}, which is gone", object.name);
    let write = plan::delete(object.clone(), left, sentence);
    let write = write.map_err(|_| "the API server gave it no identity".to_owned())?;
    let uid = meta.uid.clone().unwrap_or_default();
    Ok(Deletion { id: LeftId { object: object.clone(), uid }, write })
}

/// Whether SkyPilot or skyports made it, by its labels.
fn is_made_here(meta: &ObjectMeta) -> bool {
    let says = |key: &str, value: &str| {
        meta.labels.as_ref().and_then(|labels| labels.get(key)).is_some_and(|it| it == value)
    };
    says("parent", "skypilot") || says("app.kubernetes.io/managed-by", "skyports")
}

/// Whether an Ingress holds what SkyPilot writes and nothing else: it gives its Ingresses no label
/// (`kubernetes-ingress.yml.j2` of 0.14.1).
fn is_skypilots(object: &ObjectRef, ingress: &Ingress, cluster: &str) -> bool {
    let prefix = format!("/skypilot/{}/{cluster}/", object.namespace);
    let spec = ingress.spec.as_ref();
    if spec.is_none_or(|spec| spec.default_backend.is_some()) {
        return false;
    }
    let rules = spec.and_then(|spec| spec.rules.as_deref()).unwrap_or_default();
    let mut paths = rules.iter().flat_map(|rule| rule.http.iter().flat_map(|http| &http.paths));
    let is_own = |name: &str| names::service(name).is_some_and(|it| it.cluster == cluster);
    !rules.is_empty()
        && paths.all(|path| {
            let service = path.backend.service.as_ref();
            path.path.as_deref().is_some_and(|path| path.starts_with(&prefix))
                && service.is_some_and(|service| is_own(&service.name))
        })
}

/// A Service that somebody has pointed at their own pods is in use, whatever its name.
fn leads_to_nobody_else(cluster: &str, selector: &BTreeMap<String, String>) -> Result<(), String> {
    match names::selected(selector) {
        Some(selected) if selected == cluster => Ok(()),
        Some(other) => {
            Err(format!("it leads to pods of {}", skyports_model::finding::shown(other, 80)))
        }
        None => Err("it leads to other pods than a cluster’s".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::*;

    const C: &str = "gone-2ea4";

    fn object(kind: ObjectKind, name: &str) -> ObjectRef {
        let namespace = skyports_model::Namespace::parse("ml").unwrap();
        ObjectRef { kind, namespace, name: name.to_owned() }
    }

    fn service() -> Service {
        let mut service = backend(C, 8888).labelled("parent", "skypilot");
        service.metadata.uid = Some("u1".to_owned());
        service.metadata.resource_version = Some("7".to_owned());
        service
    }

    fn of(service: Service, presence: Presence) -> Result<Deletion, String> {
        let object = object(ObjectKind::Service, "gone-2ea4--skypilot-svc--8888");
        deletion(&object, &Left::Service(Box::new(service)), presence)
    }

    #[test]
    fn what_a_gone_cluster_left_is_deleted_as_it_was_read() {
        let done = of(service(), Presence::Gone).unwrap();
        let plan::Action::Delete(precondition) = &done.write.action else { panic!() };
        assert_eq!((&*precondition.uid, &*precondition.resource_version), ("u1", "7"));
        assert_eq!(done.id.uid, "u1");
        assert_eq!(
            done.write.sentence,
            "Deletes the Service `gone-2ea4--skypilot-svc--8888` of gone-2ea4, which is gone"
        );
        let mut ingress = ingress(C, &[8888]);
        ingress.metadata.uid = Some("u2".to_owned());
        ingress.metadata.resource_version = Some("8".to_owned());
        let object = object(ObjectKind::Ingress, "gone-2ea4-skypilot-ingress");
        let read =
            |it: &Ingress| deletion(&object, &Left::Ingress(Box::new(it.clone())), Presence::Gone);
        read(&ingress).unwrap();
        let mut other = ingress.clone();
        let rules = other.spec.as_mut().unwrap().rules.as_mut().unwrap();
        rules[0].http.as_mut().unwrap().paths[0].path = Some("/shop".to_owned());
        assert!(read(&other).unwrap_err().contains("paths"));
        ingress.spec.as_mut().unwrap().rules = None;
        assert!(read(&ingress).is_err(), "an Ingress without a path tells nothing");
    }

    #[test]
    fn what_may_be_anybody_elses_stays() {
        let refused = |change: fn(&mut Service), says: &str| {
            let mut service = service();
            change(&mut service);
            let why = of(service, Presence::Gone).unwrap_err();
            assert!(why.contains(says), "{why}");
        };
        refused(|it| it.metadata.labels = None, "label");
        refused(|it| it.spec.as_mut().unwrap().selector = None, "other pods");
        refused(
            |it| {
                let selector = [("skypilot-cluster-name".to_owned(), "other".to_owned())];
                it.spec.as_mut().unwrap().selector = Some(selector.into());
            },
            "pods of other",
        );
        refused(|it| it.metadata.uid = None, "identity");
        assert!(of(service(), Presence::There).unwrap_err().contains("is there"));
        let stranger = object(ObjectKind::Service, "grafana");
        let left = Left::Service(Box::new(service()));
        assert!(deletion(&stranger, &left, Presence::Gone).unwrap_err().contains("name"));
    }

    #[test]
    fn pods_are_looked_for_by_every_label() {
        assert_eq!(
            selectors("c").collect::<Vec<_>>(),
            ["skypilot-cluster-name=c", "skypilot-cluster=c", "ray-cluster-name=c"]
        );
        assert!(is_controller("sky-serve-controller-1a2b-1a2b") && !is_controller("train-2ea4"));
    }
}
