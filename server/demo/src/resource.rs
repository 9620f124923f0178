//! The kinds of objects that there are, with their names in paths and documents.

use serde_json::Value;

/// A kind of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// `v1`.
    ConfigMaps,
    /// `v1`. A real server shows them as `events.k8s.io/v1` too.
    Events,
    /// `v1`.
    Namespaces,
    /// `v1`.
    Nodes,
    /// `v1`.
    Pods,
    /// `v1`.
    Secrets,
    /// `v1`.
    Services,
    /// `apps/v1`.
    Deployments,
    /// `discovery.k8s.io/v1`.
    EndpointSlices,
    /// `networking.k8s.io/v1`.
    IngressClasses,
    /// `networking.k8s.io/v1`.
    Ingresses,
}

impl Resource {
    /// All of them, in the order in which discovery tells them.
    pub const ALL: [Self; 11] = [
        Self::ConfigMaps,
        Self::Events,
        Self::Namespaces,
        Self::Nodes,
        Self::Pods,
        Self::Secrets,
        Self::Services,
        Self::Deployments,
        Self::EndpointSlices,
        Self::IngressClasses,
        Self::Ingresses,
    ];

    /// The kind that a document says it is.
    pub fn of(object: &Value) -> Option<Self> {
        let text = |name| object.get(name).and_then(Value::as_str);
        let (api_version, kind) = (text("apiVersion")?, text("kind")?);
        Self::ALL.into_iter().find(|it| it.kind() == kind && it.api_version() == api_version)
    }

    /// The kind of a path's words; the core group is empty.
    pub fn at(group: &str, version: &str, plural: &str) -> Option<Self> {
        let fits = |it: &Self| (it.group(), it.version(), it.plural()) == (group, version, plural);
        Self::ALL.into_iter().find(fits)
    }

    /// Its API group; the core's is empty.
    pub const fn group(self) -> &'static str {
        match self {
            Self::ConfigMaps
            | Self::Events
            | Self::Namespaces
            | Self::Nodes
            | Self::Pods
            | Self::Secrets
            | Self::Services => "",
            Self::Deployments => "apps",
            Self::EndpointSlices => "discovery.k8s.io",
            Self::IngressClasses | Self::Ingresses => "networking.k8s.io",
        }
    }

    /// The version within the group.
    pub const fn version(self) -> &'static str {
        "v1"
    }

    /// As documents name group and version.
    pub fn api_version(self) -> String {
        match self.group() {
            "" => self.version().to_owned(),
            group => format!("{group}/{}", self.version()),
        }
    }

    /// As documents name it.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::ConfigMaps => "ConfigMap",
            Self::Events => "Event",
            Self::Namespaces => "Namespace",
            Self::Nodes => "Node",
            Self::Pods => "Pod",
            Self::Secrets => "Secret",
            Self::Services => "Service",
            Self::Deployments => "Deployment",
            Self::EndpointSlices => "EndpointSlice",
            Self::IngressClasses => "IngressClass",
            Self::Ingresses => "Ingress",
        }
    }

    /// As paths name it.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::ConfigMaps => "configmaps",
            Self::Events => "events",
            Self::Namespaces => "namespaces",
            Self::Nodes => "nodes",
            Self::Pods => "pods",
            Self::Secrets => "secrets",
            Self::Services => "services",
            Self::Deployments => "deployments",
            Self::EndpointSlices => "endpointslices",
            Self::IngressClasses => "ingressclasses",
            Self::Ingresses => "ingresses",
        }
    }

    /// What else one may call it on a command line.
    pub const fn short_names(self) -> &'static [&'static str] {
        match self {
            Self::ConfigMaps => &["cm"],
            Self::Events => &["ev"],
            Self::Namespaces => &["ns"],
            Self::Nodes => &["no"],
            Self::Pods => &["po"],
            Self::Services => &["svc"],
            Self::Deployments => &["deploy"],
            Self::Ingresses => &["ing"],
            Self::Secrets | Self::EndpointSlices | Self::IngressClasses => &[],
        }
    }

    /// Whether its objects live in a namespace.
    pub const fn namespaced(self) -> bool {
        !matches!(self, Self::Namespaces | Self::Nodes | Self::IngressClasses)
    }

    /// Whether its objects count in `metadata.generation` how often what is wanted has changed.
    pub const fn counts_generations(self) -> bool {
        matches!(
            self,
            Self::Pods
                | Self::Deployments
                | Self::EndpointSlices
                | Self::IngressClasses
                | Self::Ingresses
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_and_a_path_name_the_same_kind() {
        for resource in Resource::ALL {
            let document = json!({"apiVersion": resource.api_version(), "kind": resource.kind()});
            assert_eq!(Resource::of(&document), Some(resource));
            let (group, version) = (resource.group(), resource.version());
            assert_eq!(Resource::at(group, version, resource.plural()), Some(resource));
        }
        assert_eq!(Resource::of(&json!({"apiVersion": "v1", "kind": "Ingress"})), None);
    }
}
