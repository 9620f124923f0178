//! What was read of a context, cut down to what a check looks at.
//!
//! What could not be read is told apart: not there, not allowed, not answered. Everything that a
//! cluster wrote is made fit to show here.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

use serde_json::Value;
use skyports_model::finding::shown;
use skyports_model::{Host, Namespace, Timestamp};

use crate::objects::{ServiceFacts, seconds};
use crate::wire;

/// What looking gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked<T> {
    /// This.
    Seen(T),
    /// There is no such thing.
    Absent,
    /// The reader may not look; the API server's words.
    Forbidden(String),
    /// Nobody answered, or with something else; the words.
    Failed(String),
}

impl<T> Looked<T> {
    /// What was seen.
    pub fn seen(&self) -> Option<&T> {
        match self {
            Self::Seen(seen) => Some(seen),
            Self::Absent | Self::Forbidden(_) | Self::Failed(_) => None,
        }
    }

    /// Why nothing is known; `None` where it is.
    pub(super) fn hidden(&self) -> Option<String> {
        match self {
            Self::Seen(_) | Self::Absent => None,
            Self::Forbidden(error) => Some(format!("Not allowed to look: {error}")),
            Self::Failed(error) => Some(format!("No answer: {error}")),
        }
    }

    fn map<U>(self, map: impl FnOnce(T) -> U) -> Looked<U> {
        match self {
            Self::Seen(seen) => Looked::Seen(map(seen)),
            Self::Absent => Looked::Absent,
            Self::Forbidden(error) => Looked::Forbidden(error),
            Self::Failed(error) => Looked::Failed(error),
        }
    }
}

/// The answers as the API server gave them.
#[derive(Debug, Clone)]
pub struct Answers {
    /// `/version`.
    pub version: Looked<Value>,
    /// `/apis`.
    pub groups: Looked<Value>,
    /// The `IngressClass`es.
    pub classes: Looked<Value>,
    /// Some of the nodes.
    pub nodes: Looked<Value>,
    /// The Services of type `LoadBalancer`, of all namespaces that may be listed.
    pub services: Looked<Value>,
    /// `MetalLB`'s `IPAddressPool`s.
    pub pools: Looked<Value>,
    /// The Service of the ingress controller.
    pub controller: Looked<Value>,
    /// The `GatewayClass`es.
    pub gateways: Looked<Value>,
    /// What the reader may do.
    pub rights: Vec<Right>,
    /// When they were given.
    pub as_of: Timestamp,
}

/// What was read of a context.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// The version of Kubernetes.
    pub version: Looked<String>,
    /// The API's groups.
    pub groups: Looked<BTreeSet<String>>,
    /// The `IngressClass`es.
    pub classes: Looked<Vec<Class>>,
    /// Some of the nodes.
    pub nodes: Looked<Vec<Node>>,
    /// The Services of type `LoadBalancer` that may be seen.
    pub services: Looked<Vec<Balanced>>,
    /// `MetalLB`'s pools.
    pub pools: Looked<Vec<Pool>>,
    /// The Service of the ingress controller.
    pub controller: Looked<Option<ServiceFacts>>,
    /// The names of the `GatewayClass`es.
    pub gateways: Looked<Vec<String>>,
    /// What the reader may do.
    pub rights: Vec<Right>,
    /// When it was read.
    pub as_of: Timestamp,
}

/// An `IngressClass`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// Who serves it.
    pub controller: Option<String>,
}

/// A node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Which machine of which provider it is.
    pub provider_id: Option<String>,
    /// The keys of its labels.
    pub labels: BTreeSet<String>,
}

/// A Service of type `LoadBalancer`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balanced {
    /// `NAMESPACE/NAME`.
    pub name: String,
    /// Its `loadBalancerClass`.
    pub class: Option<String>,
    /// What holds its deletion.
    pub finalizers: Vec<String>,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// When it was made.
    pub created: Option<Timestamp>,
}

/// A pool of `MetalLB`'s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Its ranges, as they are written.
    pub ranges: Vec<String>,
    /// Whether a Service gets an address of it without asking for the pool.
    pub automatic: bool,
}

/// Something that the reader may do, or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    /// The verb as RBAC names it.
    pub verb: &'static str,
    /// The resource as RBAC names it.
    pub resource: &'static str,
    /// Where; `None` means everywhere.
    pub namespace: Option<Namespace>,
    /// Whether it is granted.
    pub granted: Looked<bool>,
}

impl Facts {
    /// What the answers say.
    pub fn of(answers: Answers) -> Self {
        let Answers {
            version,
            groups,
            classes,
            nodes,
            services,
            pools,
            controller,
            gateways,
            rights,
            as_of,
        } = answers;
        Self {
            version: version.map(|it| text(&it, "/gitVersion").unwrap_or_default()),
            groups: groups.map(|it| {
                let groups = it.get("groups").and_then(Value::as_array).cloned();
                groups.iter().flatten().filter_map(|it| text(it, "/name")).collect()
            }),
            classes: classes.map(|it| items(it).iter().filter_map(class).collect()),
            nodes: nodes.map(|it| items(it).iter().map(node).collect()),
            services: services.map(|it| items(it).into_iter().filter_map(balanced).collect()),
            pools: pools.map(|it| items(it).iter().filter_map(pool).collect()),
            controller: controller.map(|it| ServiceFacts::of(serde_json::from_value(it).ok()?)),
            gateways: gateways
                .map(|it| items(it).iter().filter_map(|it| text(it, "/metadata/name")).collect()),
            rights,
            as_of,
        }
    }

    pub(super) fn has_group(&self, name: &str) -> bool {
        self.groups.seen().is_some_and(|groups| groups.contains(name))
    }

    /// The addresses of all Services that may be seen.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        let services = self.services.seen().into_iter().flatten();
        services.flat_map(|service| &service.addresses).map(String::as_str)
    }

    /// Whether the API server said anything at all.
    pub fn is_answered(&self) -> bool {
        !matches!(self.version, Looked::Failed(_)) || !matches!(self.groups, Looked::Failed(_))
    }
}

impl Pool {
    /// How many addresses it holds; `None` where more than can be counted, or nobody can tell.
    pub(super) fn size(&self) -> Option<u64> {
        self.ranges.iter().try_fold(0_u64, |sum, range| sum.checked_add(size(range)?))
    }

    /// Whether an address comes from it.
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| match (address, bounds(range)) {
            (IpAddr::V4(address), Some((first, last))) => (first..=last).contains(&address),
            _ => false,
        })
    }

    /// Its first address.
    pub(super) fn first(&self) -> Option<IpAddr> {
        let range = self.ranges.first()?;
        let first = range.split(['-', '/']).next()?.trim();
        first.parse().ok()
    }
}

/// The first and the last address of `A-B` or `A/N`, as `MetalLB` writes ranges; of IPv4 alone, since
/// no pool of IPv6 is ever full.
fn bounds(range: &str) -> Option<(Ipv4Addr, Ipv4Addr)> {
    if let Some((first, last)) = range.split_once('-') {
        return Some((first.trim().parse().ok()?, last.trim().parse().ok()?));
    }
    let net: ipnet::Ipv4Net = range.trim().parse().ok()?;
    Some((net.network(), net.broadcast()))
}

fn size(range: &str) -> Option<u64> {
    let (first, last) = bounds(range)?;
    let span = u64::from(u32::from(last)).checked_sub(u64::from(u32::from(first)))?;
    span.checked_add(1)
}

fn items(mut list: Value) -> Vec<Value> {
    match list.get_mut("items").map(Value::take) {
        Some(Value::Array(items)) => items,
        _ => vec![],
    }
}

/// A text of an object, fit to show.
fn text(object: &Value, pointer: &str) -> Option<String> {
    let text = object.pointer(pointer).and_then(Value::as_str)?;
    Some(shown(text, 120)).filter(|text| !text.is_empty())
}

fn class(object: &Value) -> Option<Class> {
    let name = text(object, "/metadata/name")?;
    Some(Class { name, controller: text(object, "/spec/controller") })
}

fn node(object: &Value) -> Node {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    Node {
        provider_id: text(object, "/spec/providerID"),
        labels: labels.into_iter().flat_map(|labels| labels.keys().cloned()).collect(),
    }
}

fn balanced(object: Value) -> Option<Balanced> {
    let wire::Service { metadata, spec, status } = serde_json::from_value(object).ok()?;
    let spec = spec.filter(|spec| spec.kind.as_deref() == Some("LoadBalancer"))?;
    let name = format!("{}/{}", metadata.namespace.as_deref()?, metadata.name.as_deref()?);
    let address = |entry: wire::LoadBalancerAddress| {
        let host = Host::parse(entry.ip.as_deref().or(entry.hostname.as_deref())?).ok()?;
        Some(host.ip().map_or_else(|| host.to_string(), |ip| ip.to_string()))
    };
    let entries = status.and_then(|status| status.load_balancer?.ingress).unwrap_or_default();
    Some(Balanced {
        name: shown(&name, 200),
        class: spec.load_balancer_class.map(|class| shown(&class, 120)),
        finalizers: metadata.finalizers.iter().flatten().map(|it| shown(it, 120)).collect(),
        addresses: entries.into_iter().filter_map(address).collect(),
        created: metadata.creation_timestamp.as_ref().map(seconds),
    })
}

fn pool(object: &Value) -> Option<Pool> {
    let ranges = object.pointer("/spec/addresses").and_then(Value::as_array);
    let ranges = ranges.into_iter().flatten().filter_map(Value::as_str);
    let automatic = object.pointer("/spec/autoAssign").and_then(Value::as_bool);
    Some(Pool {
        name: text(object, "/metadata/name")?,
        ranges: ranges.map(|range| shown(range, 100)).collect(),
        automatic: automatic.unwrap_or(true),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool_of(ranges: &[&str]) -> Pool {
        let ranges = ranges.iter().map(|&range| range.to_owned()).collect();
        Pool { name: "p".to_owned(), ranges, automatic: true }
    }

    #[test]
    fn a_pool_counts_its_addresses() {
        assert_eq!(pool_of(&["192.0.2.80-192.0.2.95", "198.51.100.0/30"]).size(), Some(20));
        assert_eq!(pool_of(&["192.0.2.7 - 192.0.2.7"]).size(), Some(1));
        assert_eq!(pool_of(&[]).size(), Some(0));
        for odd in ["2001:db8::/64", "192.0.2.9-192.0.2.1", "x", ""] {
            assert_eq!(pool_of(&[odd]).size(), None, "{odd}");
        }
        let pool = pool_of(&["192.0.2.80-192.0.2.95"]);
        assert!(pool.holds("192.0.2.95".parse().unwrap()));
        assert!(!pool.holds("192.0.2.96".parse().unwrap()));
    }

    #[test]
    fn what_a_cluster_wrote_is_one_line() {
        let class = serde_json::json!({"metadata": {"name": "a\nb\u{1b}[31m"}});
        assert_eq!(super::class(&class).unwrap().name, "a b [31m");
    }
}
