//! The names and labels by which SkyPilot's objects, and ours, are recognised.
//!
//! Sources: `sky/provision/kubernetes/network.py` and `sky/templates/kubernetes-*.yml.j2` of
//! SkyPilot 0.5.0, 0.8.0, 0.11.0 and 0.14.1; `C` stands for a cluster's name on the cloud.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use skyports_model::Port;

/// Labels of which each alone says that a pod belongs to a cluster. All releases set
/// `ray-cluster-name` and `skypilot-cluster-name`; 0.5 to 0.8 select by `skypilot-cluster`.
pub(crate) const CLUSTER_LABELS: [&str; 3] =
    ["skypilot-cluster-name", "skypilot-cluster", "ray-cluster-name"];

/// The namespace and the name of the Service where SkyPilot looks for the ingress controller.
pub(crate) const CONTROLLER: (&str, &str) = ("ingress-nginx", "ingress-nginx-controller");

/// What a Service's name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named<'a> {
    /// The cluster's name on the cloud.
    pub(crate) cluster: &'a str,
    /// What the Service is for.
    pub(crate) role: Role,
}

/// What a Service is for, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// SkyPilot's Service for all ports in the mode `loadbalancer`.
    LoadBalancer,
    /// SkyPilot's Service for one port in the mode `ingress`.
    Backend(Port),
    /// A Service of ours.
    Own,
}

/// Reads a Service's name: `C--skypilot-lb`, `C--skypilot-svc--PORT`, `C-skyports-…`, and
/// 0.5's `C-skypilot-loadbalancer` and `C-skypilot-service--PORT`.
pub(crate) fn service(name: &str) -> Option<Named<'_>> {
    let found = if let Some(cluster) =
        name.strip_suffix("--skypilot-lb").or_else(|| name.strip_suffix("-skypilot-loadbalancer"))
    {
        Named { cluster, role: Role::LoadBalancer }
    } else if let Some((cluster, port)) =
        name.rsplit_once("--skypilot-svc--").or_else(|| name.rsplit_once("-skypilot-service--"))
    {
        Named { cluster, role: Role::Backend(port.parse().ok()?) }
    } else {
        Named { cluster: own(name)?, role: Role::Own }
    };
    (!found.cluster.is_empty()).then_some(found)
}

/// Reads an Ingress' name: `C-skypilot-ingress`, 0.5's `C-skypilot-ingress--PORT`, `C-skyports-…`.
pub(crate) fn ingress(name: &str) -> Option<&str> {
    let older =
        || name.rsplit_once("-skypilot-ingress--").filter(|(_, port)| port.parse::<Port>().is_ok());
    let cluster = name
        .strip_suffix("-skypilot-ingress")
        .or_else(|| Some(older()?.0))
        .or_else(|| own(name))?;
    (!cluster.is_empty()).then_some(cluster)
}

/// The Ingress that SkyPilot writes together with a [`Role::Backend`] Service of that name: one for
/// all ports, and in 0.5 one a port.
pub(crate) fn ingress_of_backend(service: &str, cluster: &str, port: Port) -> String {
    if service.ends_with(&format!("-skypilot-service--{port}")) {
        format!("{cluster}-skypilot-ingress--{port}")
    } else {
        format!("{cluster}-skypilot-ingress")
    }
}

/// The cluster in the name of an object of ours.
fn own(name: &str) -> Option<&str> {
    name.rsplit_once("-skyports-")
        .filter(|(cluster, _)| !cluster.is_empty())
        .map(|(cluster, _)| cluster)
}

/// Whether a pod's name looks like one of SkyPilot's: `C-head`, `C-workerN`, a pod of
/// `C-deployment`, and 0.5's workers `C-XXXX-worker`.
pub(crate) fn is_pod(name: &str) -> bool {
    let worker = |n: &str| n.rsplit_once("-worker").is_some_and(|(c, _)| !c.is_empty());
    name.ends_with("-head") || worker(name) || name.contains("-deployment-")
}

/// The cluster that labels or a selector name.
pub(crate) fn labelled<'a>(label: impl Fn(&str) -> Option<&'a String>) -> Option<&'a str> {
    CLUSTER_LABELS.into_iter().find_map(label).map(String::as_str).filter(|name| !name.is_empty())
}

/// The cluster whose pods a selector matches: by a cluster's label, or by the head alone.
pub(crate) fn selected(selector: &BTreeMap<String, String>) -> Option<&str> {
    let head = || selector.get("component")?.strip_suffix("-head").filter(|name| !name.is_empty());
    labelled(|key| selector.get(key)).or_else(head)
}

/// The object's name, if it is one that Kubernetes would accept. Anything else can only come from
/// an API that is none, and is not kept: names are written into commands to copy.
pub(crate) fn plain(meta: &ObjectMeta) -> Option<&str> {
    let good = |name: &&str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
        !name.is_empty() && name.len() <= 253 && !name.starts_with('-') && name.chars().all(allowed)
    };
    meta.name.as_deref().filter(good)
}

/// A cluster's name without the user hash that SkyPilot appends (4 hex digits in older releases, 8
/// in 0.14.1): how the display name is told where no annotation holds it.
pub(crate) fn without_hash(name: &str) -> &str {
    let hash =
        |tail: &str| (4..=8).contains(&tail.len()) && tail.bytes().all(|b| b.is_ascii_hexdigit());
    match name.rsplit_once('-') {
        Some((head, tail)) if hash(tail) && !head.is_empty() => head,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(name: &str) -> Option<(&str, String)> {
        service(name).map(|named| (named.cluster, format!("{:?}", named.role)))
    }

    #[test]
    fn services_of_every_release_are_recognised() {
        let backend = |port: i64| format!("{:?}", Role::Backend(Port::new(port).unwrap()));
        assert_eq!(
            read("demo-fcd1e5cf--skypilot-lb"),
            Some(("demo-fcd1e5cf", "LoadBalancer".into()))
        );
        assert_eq!(
            read("demo-2ea4-skypilot-loadbalancer"),
            Some(("demo-2ea4", "LoadBalancer".into()))
        );
        assert_eq!(
            read("demo-fcd1e5cf--skypilot-svc--8888"),
            Some(("demo-fcd1e5cf", backend(8888)))
        );
        assert_eq!(read("demo-2ea4-skypilot-service--8888"), Some(("demo-2ea4", backend(8888))));
        assert_eq!(read("demo-2ea4-skyports-lb-8888"), Some(("demo-2ea4", "Own".into())));
    }

    #[test]
    fn skypilots_own_services_are_no_endpoints() {
        for name in [
            "demo-fcd1e5cf-head-ssh",
            "demo-fcd1e5cf-head",
            "demo-fcd1e5cf-worker1",
            "--skypilot-lb",
            "",
        ] {
            assert_eq!(service(name), None, "{name}");
        }
        assert_eq!(service("demo--skypilot-svc--0"), None);
        assert_eq!(service("demo--skypilot-svc--x"), None);
    }

    #[test]
    fn ingresses_of_every_release_are_recognised() {
        assert_eq!(ingress("demo-fcd1e5cf-skypilot-ingress"), Some("demo-fcd1e5cf"));
        assert_eq!(ingress("demo-2ea4-skypilot-ingress--8888"), Some("demo-2ea4"));
        assert_eq!(ingress("demo-2ea4-skyports-8888"), Some("demo-2ea4"));
        let port = Port::new(8888).unwrap();
        assert_eq!(ingress_of_backend("c--skypilot-svc--8888", "c", port), "c-skypilot-ingress");
        assert_eq!(
            ingress_of_backend("c-skypilot-service--8888", "c", port),
            "c-skypilot-ingress--8888"
        );
        assert_eq!(ingress("-skypilot-ingress"), None);
        assert_eq!(ingress("grafana"), None);
    }

    proptest! {
        #[test]
        fn reading_a_name_never_panics(name in "\\PC{0,60}|[a-z0-9-]{0,30}") {
            let _ = (service(&name), ingress(&name), is_pod(&name));
            prop_assert!(name.starts_with(without_hash(&name)));
        }

        #[test]
        fn names_are_read_as_they_are_made(cluster in "[a-z][a-z0-9-]{0,30}[a-z0-9]", port in 1_i64..65_536) {
            let port = Port::new(port).unwrap();
            let cluster = cluster.as_str();
            let read = |name: String, role| {
                prop_assert_eq!(service(&name), Some(Named { cluster, role }));
                Ok(())
            };
            read(format!("{cluster}--skypilot-lb"), Role::LoadBalancer)?;
            read(format!("{cluster}--skypilot-svc--{port}"), Role::Backend(port))?;
            let name = format!("{cluster}-skypilot-ingress");
            prop_assert_eq!(ingress(&name), Some(cluster));
        }
    }

    #[test]
    fn the_hash_is_cut_and_nothing_else() {
        assert_eq!(without_hash("llama-train-2ea4"), "llama-train");
        assert_eq!(without_hash("demo-fcd1e5cf"), "demo");
        assert_eq!(without_hash("my-cluster"), "my-cluster");
        assert_eq!(without_hash("-2ea4"), "-2ea4");
    }
}
