//! What a plan starts from: the objects as the API gave them, and where they are.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::Ingress;
use skyports_model::{ContextName, ObjectRef, Port};

use crate::check::Surroundings;

/// What there is of a cluster, as the API gave it just now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Existing {
    /// The cluster's display name, by which `ssh` knows it.
    pub display_name: String,
    /// What answers, and owns what is made; `None` when there is neither.
    pub head: Option<Head>,
    /// How many pods the cluster has.
    pub nodes: u32,
    /// SkyPilot's Service for all ports, `C--skypilot-lb`.
    pub load_balancer: Option<Service>,
    /// Our Services for one restricted port each, `C-skyports-lb-PORT`.
    pub own_load_balancers: BTreeMap<Port, Service>,
    /// SkyPilot's Ingress for all ports, `C-skypilot-ingress`.
    pub ingress: Option<Ingress>,
    /// SkyPilot's Services for one port each, `C--skypilot-svc--PORT`.
    pub backends: BTreeMap<Port, Service>,
    /// Our Ingresses for ports whose path is kept, `C-skyports-PORT`.
    pub kept_routes: BTreeMap<Port, Ingress>,
    /// Our Services behind them, of the same names.
    pub kept_services: BTreeMap<Port, Service>,
    /// Every other Ingress of all namespaces that may be listed: their paths share one server.
    pub other_ingresses: Vec<Ingress>,
    /// The Service `ingress-nginx/ingress-nginx-controller`.
    pub controller: Option<Service>,
}

/// What answers on the cluster's ports and owns what is made for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// A pod, or a controller's Deployment.
    pub kind: HeadKind,
    /// Its name.
    pub name: String,
    /// Its identity.
    pub uid: String,
}

/// The kinds of owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadKind {
    /// The head pod.
    Pod,
    /// The Deployment of a controller with high availability.
    Deployment,
}

impl HeadKind {
    /// The kind as Kubernetes spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pod => "Pod",
            Self::Deployment => "Deployment",
        }
    }

    /// The kind's API version.
    pub fn version(self) -> &'static str {
        match self {
            Self::Pod => "v1",
            Self::Deployment => "apps/v1",
        }
    }
}

/// Where the cluster is.
#[derive(Clone, Debug, PartialEq)]
pub struct Environment {
    /// The context.
    pub context: ContextName,
    /// The names of the `IngressClass`es; `None` where they may not be listed.
    pub ingress_classes: Option<Vec<String>>,
    /// `kubernetes.custom_metadata` of SkyPilot's config for this context.
    pub custom_metadata: CustomMetadata,
    /// What is known of a load balancer here.
    pub surroundings: Surroundings,
    /// Load balancers of strangers, which expose ports of the cluster already.
    pub strangers: BTreeMap<Port, ObjectRef>,
}

/// What SkyPilot's config merges into every object. Where both name a key, the config wins, as in
/// `merge_custom_metadata` of SkyPilot 0.14.1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomMetadata {
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
}

impl Environment {
    /// Whether `sky local up` made the context: it has no load balancers.
    pub(super) fn is_sky_local(&self) -> bool {
        self.context.as_str() == "kind-skypilot"
    }
}
