//! Names and identities: contexts, namespaces, clusters, endpoints, Kubernetes objects.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::endpoint::Mode;
use crate::net::Port;

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NameError {
    /// The name has no characters.
    #[error("the name is empty")]
    Empty,
    /// The name is longer than Kubernetes allows for its kind.
    #[error("the name has {0} characters, at most {1} are allowed")]
    TooLong(usize, usize),
    /// A character that such a name cannot hold.
    #[error("the name holds `{}`", .0.escape_default())]
    Character(char),
}

/// Why a text was refused as an endpoint's identity.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not CONTEXT/NAMESPACE/NAME/PORT/MODE")]
pub struct NotAnEndpointId;

/// The name of a kubeconfig context: any text without control characters, at most 512 characters.
///
/// Context names hold `:` and `/` (EKS writes ARNs), so URLs use [`ContextName::slug`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ContextName(String);

impl ContextName {
    /// The context that a Pod's own service account gives.
    pub fn in_cluster() -> Self {
        Self("in-cluster".to_owned())
    }

    /// Parses a context's name.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        check(name, 512, |c| !c.is_control())?;
        Ok(Self(name.to_owned()))
    }

    /// The name as it stands in the kubeconfig.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A stable, readable form for URLs: letters, digits, `.`, `_` and `-` stay, every other
    /// character becomes `-`; a name that was changed gets eight hex digits of its FNV-1a hash, so
    /// that two names never share a slug by accident.
    pub fn slug(&self) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let mut slug: String = self.0.chars().map(|c| if plain(c) { c } else { '-' }).collect();
        // `.` and `..` would be resolved away by browsers.
        if slug != self.0 || slug.chars().all(|c| c == '.') {
            slug = format!("{slug}-{:08x}", fnv1a(self.0.as_bytes()));
        }
        slug
    }
}

/// FNV-1a, 32 bits (public domain): readable slugs need no cryptographic hash.
fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// A Kubernetes namespace: a DNS-1123 label, at most 63 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Namespace(String);

impl Namespace {
    /// Parses a namespace.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        check(name, 63, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')?;
        Ok(Self(name.to_owned()))
    }

    /// The namespace as Kubernetes writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A SkyPilot cluster's name on the cloud: the value of its pods' `skypilot-cluster-name` label,
/// so at most 63 characters of letters, digits, `-`, `_` and `.` (SkyPilot 0.14.1 makes at most 42).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NameOnCloud(String);

impl NameOnCloud {
    /// Parses a name on the cloud.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        check(name, 63, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))?;
        Ok(Self(name.to_owned()))
    }

    /// The name as SkyPilot wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(name: &str, longest: usize, allowed: impl Fn(char) -> bool) -> Result<(), NameError> {
    let length = name.chars().count();
    match name.chars().find(|c| !allowed(*c)) {
        _ if length == 0 => Err(NameError::Empty),
        _ if length > longest => Err(NameError::TooLong(length, longest)),
        Some(c) => Err(NameError::Character(c)),
        None => Ok(()),
    }
}

macro_rules! text_name {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(name: String) -> Result<Self, NameError> {
                Self::parse(&name)
            }
        }
        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
    )*};
}
text_name!(ContextName, Namespace, NameOnCloud);

/// Which SkyPilot cluster: a context, a namespace and a name on the cloud.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClusterId {
    /// The kubeconfig context it was seen through.
    pub context: ContextName,
    /// The namespace of its pods.
    pub namespace: Namespace,
    /// Its name on the cloud.
    pub name: NameOnCloud,
}

impl ClusterId {
    /// The path of the cluster's page: `/c/CONTEXT/NAMESPACE/NAME`.
    pub fn path(&self) -> String {
        format!("/c/{}/{}/{}", self.context.slug(), self.namespace, self.name)
    }
}

impl fmt::Display for ClusterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.context, self.namespace, self.name)
    }
}

/// Which endpoint: a port of a cluster in a mode. Unique within an overview.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EndpointId {
    /// The cluster whose port it is.
    pub cluster: ClusterId,
    /// The port that the app listens on.
    pub port: Port,
    /// The way it is exposed.
    pub mode: Mode,
}

impl EndpointId {
    /// The path of the endpoint's panel: `/c/CONTEXT/NAMESPACE/NAME/PORT?mode=MODE`.
    pub fn path(&self) -> String {
        format!("{}/{}?mode={}", self.cluster.path(), self.port, self.mode)
    }
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.cluster, self.port, self.mode)
    }
}

impl FromStr for EndpointId {
    type Err = NotAnEndpointId;

    /// Reads what `Display` writes. The context comes first and may hold `/`; nothing after it may.
    fn from_str(text: &str) -> Result<Self, NotAnEndpointId> {
        let mut parts = text.rsplitn(5, '/');
        let mut next = || parts.next().ok_or(NotAnEndpointId);
        let mode = Mode::parse(next()?).ok_or(NotAnEndpointId)?;
        let port = next()?.parse().map_err(|_| NotAnEndpointId)?;
        let name = NameOnCloud::parse(next()?).map_err(|_| NotAnEndpointId)?;
        let namespace = Namespace::parse(next()?).map_err(|_| NotAnEndpointId)?;
        let context = ContextName::parse(next()?).map_err(|_| NotAnEndpointId)?;
        Ok(Self { cluster: ClusterId { context, namespace, name }, port, mode })
    }
}

/// The kinds of objects that an endpoint can rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ObjectKind {
    /// A core/v1 Pod.
    Pod,
    /// A core/v1 Service.
    Service,
    /// A networking.k8s.io/v1 Ingress.
    Ingress,
    /// A networking.k8s.io/v1 `IngressClass`.
    IngressClass,
}

impl ObjectKind {
    /// The kind as Kubernetes spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pod => "Pod",
            Self::Service => "Service",
            Self::Ingress => "Ingress",
            Self::IngressClass => "IngressClass",
        }
    }
}

/// A Kubernetes object by kind, namespace and name, as the server gave them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ObjectRef {
    /// The object's kind.
    pub kind: ObjectKind,
    /// Its namespace.
    pub namespace: Namespace,
    /// Its name.
    pub name: String,
}

impl ObjectRef {
    /// The object as kubectl takes it in one word: `service/train--skypilot-lb`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.kind.as_str().to_ascii_lowercase(), self.name)
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind.as_str(), self.namespace, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slugs_of_plain_names_are_the_names() {
        let slug = |name: &str| ContextName::parse(name).unwrap().slug();
        assert_eq!(slug("gke_acme-ml_us-central1_train"), "gke_acme-ml_us-central1_train");
        assert_eq!(slug("in-cluster"), "in-cluster");
        let arn = slug("arn:aws:eks:eu-west-1:123456789012:cluster/serve");
        assert!(arn.starts_with("arn-aws-eks-eu-west-1-123456789012-cluster-serve-"), "{arn}");
    }

    #[test]
    fn names_that_kubernetes_would_refuse_are_refused() {
        assert_eq!(Namespace::parse(""), Err(NameError::Empty));
        assert_eq!(Namespace::parse("ml/../x"), Err(NameError::Character('/')));
        assert!(matches!(Namespace::parse(&"a".repeat(64)), Err(NameError::TooLong(64, 63))));
        assert!(NameOnCloud::parse("a b").is_err());
        assert!(ContextName::parse("a\nb").is_err());
    }

    proptest! {
        #[test]
        fn slugs_are_safe_in_a_path(name in "[^\\p{Cc}]{1,40}") {
            let slug = ContextName::parse(&name).unwrap().slug();
            prop_assert!(slug.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)));
            prop_assert!(slug != "." && slug != "..");
        }

        #[test]
        fn names_that_differ_have_slugs_that_differ(a in "[a-c:/]{1,4}", b in "[a-c:/]{1,4}") {
            let slug = |name: &str| ContextName::parse(name).unwrap().slug();
            prop_assert_eq!(a == b, slug(&a) == slug(&b));
        }

        #[test]
        fn identities_are_read_as_they_were_written(
            context in "[^\\p{Cc}]{1,40}|[/a:]{1,9}", name in "[a-z.-]{1,9}", port in 1i64..65_536, mode in 0..Mode::ALL.len()
        ) {
            let cluster = ClusterId {
                context: ContextName::parse(&context).unwrap(),
                namespace: Namespace::parse("ml-team").unwrap(),
                name: NameOnCloud::parse(&name).unwrap(),
            };
            let id = EndpointId { cluster, port: Port::new(port).unwrap(), mode: Mode::ALL[mode] };
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }

        #[test]
        fn parsing_never_panics(name in "\\PC{0,80}") {
            let _ = (ContextName::parse(&name), Namespace::parse(&name), NameOnCloud::parse(&name));
            let _ = name.parse::<EndpointId>();
        }
    }
}
