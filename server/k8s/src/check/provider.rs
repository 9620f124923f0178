//! Providers of addresses: the facts of `data/providers.toml`, and how each is recognised.
//!
//! What tells them apart are marks that their makers write: the version, the nodes' `providerID`,
//! names of classes and groups of the API. Where none of them is seen, nobody is named, and then
//! nothing is said of cost or reach.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::facts::Facts;

/// One provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Stable, for scripts: `gke`.
    pub id: String,
    /// As its makers write it.
    pub name: String,
    /// Whether it gives addresses wherever it is found.
    pub gives: Gives,
    /// What an address looks like.
    pub address: AddressKind,
    /// Who reaches it.
    pub reach: Option<ReachFact>,
    /// What it costs.
    pub cost: Option<Cost>,
    /// How it finds out whether a port lives.
    pub health: Option<Health>,
}

/// Whether a provider gives addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gives {
    /// Whoever runs the cluster gives every Service one.
    Always,
    /// It does where its controller runs.
    IfPresent,
}

/// What an address looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressKind {
    /// An IP address.
    Ip,
    /// A name.
    Hostname,
    /// The addresses of all nodes.
    NodeIps,
}

/// Who reaches an address that was asked for without any annotation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReachFact {
    /// Who.
    pub is: Audience,
    /// What makes it internal.
    #[serde(default)]
    pub internal: BTreeMap<String, String>,
    /// What makes it public.
    #[serde(default)]
    pub public: BTreeMap<String, String>,
    /// Where that was read.
    pub source: String,
    /// When that was read.
    pub read: String,
}

/// Who reaches an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The internet.
    Public,
    /// The cloud's or the site's own network.
    Internal,
}

/// What a load balancer costs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Whether it is billed.
    pub class: CostClass,
    /// The published list price.
    pub price: Option<String>,
    /// Where that was read.
    pub source: String,
    /// When that was read.
    pub read: String,
}

/// Whether a load balancer is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CostClass {
    /// Beside the nodes.
    Extra,
    /// Not at all.
    Free,
}

/// How a load balancer finds out whether a port lives.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Health {
    /// One port of the list is asked for all of them: the first.
    pub first_port_only: bool,
    /// The annotations that end that.
    #[serde(default)]
    pub fix: BTreeMap<String, String>,
    /// Where that was read.
    pub source: String,
    /// When that was read.
    pub read: String,
}

/// A provider, and the mark by which it was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// Who.
    pub provider: &'static Provider,
    /// The mark, a clause for people.
    pub mark: String,
}

impl Recognised {
    /// Who gives addresses here, if anything tells.
    pub(super) fn of(facts: &Facts) -> Option<Self> {
        let (id, mark) = mark(facts)?;
        let provider = providers().iter().find(|provider| provider.id == id)?;
        Some(Self { provider, mark })
    }
}

/// What is installed stands before what the nodes run on.
fn mark(facts: &Facts) -> Option<(&'static str, String)> {
    if facts.has_group("metallb.io") {
        return Some(("metallb", "API group `metallb.io`".to_owned()));
    }
    let found = on_nodes_or_version(facts);
    if found.as_ref().is_none_or(|(id, _)| *id == "aws") {
        // What is special of AWS; each of these also tells that it is AWS.
        if let Some(mark) = of_load_balancer_controller(facts) {
            return Some(("aws-lbc", mark));
        }
        if let Some(mark) = of_auto_mode(facts) {
            return Some(("eks-auto", mark));
        }
        // Without its IngressClass nobody knows which of them it is: nothing more is said.
        if found.is_some() && facts.classes.seen().is_none() {
            return found.map(|(_, mark)| ("aws-any", mark));
        }
    }
    found.or_else(|| {
        let is_elb = |host: &str| host.ends_with(".elb.amazonaws.com");
        let host = facts.addresses().find(|host| is_elb(host))?;
        Some(("aws", format!("a Service has the address `{host}`")))
    })
}

fn on_nodes_or_version(facts: &Facts) -> Option<(&'static str, String)> {
    const VERSIONS: [(&str, &str); 3] = [("-gke.", "gke"), ("-eks-", "aws"), ("+k3s", "k3s")];
    const PREFIXES: [(&str, &str); 8] = [
        ("gce://", "gke"),
        ("aws://", "aws"),
        ("azure://", "aks"),
        ("oci://", "oke"),
        ("ocid1.", "oke"),
        ("digitalocean://", "doks"),
        ("k3s://", "k3s"),
        ("kind://", "kind"),
    ];
    const LABELS: [(&str, &str); 2] =
        [("gpu.nvidia.com/class", "coreweave"), ("nebius.com/gpu-name", "nebius")];
    let version = facts.version.seen().map(String::as_str).unwrap_or_default();
    if let Some((_, id)) = VERSIONS.iter().find(|(mark, _)| version.contains(mark)) {
        return Some((id, format!("version `{version}`")));
    }
    let nodes = facts.nodes.seen()?;
    let by_id = nodes.iter().find_map(|node| {
        let text = node.provider_id.as_deref()?;
        let (prefix, id) = PREFIXES.iter().find(|(prefix, _)| text.starts_with(prefix))?;
        Some((*id, format!("Nodes have `providerID: {prefix}…`")))
    });
    let by_label = || {
        let (label, id) =
            LABELS.iter().find(|(label, _)| nodes.iter().any(|n| n.labels.contains(*label)))?;
        Some((*id, format!("Nodes have the label `{label}`")))
    };
    by_id.or_else(by_label)
}

/// Its `IngressClass`, and what it writes on Services (its guide on Services, 2.5 and later).
fn of_load_balancer_controller(facts: &Facts) -> Option<String> {
    let class = facts.classes.seen().into_iter().flatten().find(|class| {
        class.controller.as_deref() == Some("ingress.k8s.aws/alb") || class.name == "alb"
    });
    let class = class.filter(|class| class.controller.as_deref() != Some("eks.amazonaws.com/alb"));
    if let Some(class) = class {
        return Some(format!("IngressClass `{}`", class.name));
    }
    let service = facts.services.seen().into_iter().flatten().find(|service| {
        let its = |text: &String| text.starts_with("service.k8s.aws/");
        service.class.as_ref().is_some_and(its) || service.finalizers.iter().any(its)
    })?;
    Some(format!("Service `{}` has its class or finalizer `service.k8s.aws/…`", service.name))
}

/// The class that EKS Auto Mode sets (Amazon EKS user guide, "auto-configure-nlb").
fn of_auto_mode(facts: &Facts) -> Option<String> {
    let group = "eks.amazonaws.com";
    if facts.has_group(group) {
        return Some(format!("API group `{group}`"));
    }
    let is_its = |class: &String| class.starts_with("eks.amazonaws.com/");
    let mut services = facts.services.seen().into_iter().flatten();
    let service = services.find(|service| service.class.as_ref().is_some_and(is_its))?;
    Some(format!("Service `{}` has the class `eks.amazonaws.com/…`", service.name))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    provider: Vec<Provider>,
}

fn parse(text: &str) -> Result<Vec<Provider>, toml::de::Error> {
    toml::from_str::<File>(text).map(|file| file.provider)
}

const DATA: &str = include_str!("../../data/providers.toml");

fn providers() -> &'static [Provider] {
    // A test reads the same text, so that it never is empty here.
    static ALL: LazyLock<Vec<Provider>> = LazyLock::new(|| parse(DATA).unwrap_or_default());
    &ALL
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_keeps_the_schema() {
        let rows = parse(DATA).unwrap();
        assert_eq!(rows, providers());
        let mut ids = BTreeSet::new();
        for Provider { id, name, gives: _, address: _, reach, cost, health } in &rows {
            assert!(ids.insert(id), "{id} twice");
            assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b.is_ascii_digit()));
            assert!(!name.is_empty(), "{id}");
            if let Some(ReachFact { is, internal, public, source, read }) = reach {
                sourced(id, source, read);
                // What is so by default needs no annotation; the other way must be known.
                let other = if *is == Audience::Public { internal } else { public };
                assert!(!other.is_empty(), "{id}: reach");
            }
            if let Some(Cost { class, price, source, read }) = cost {
                sourced(id, source, read);
                let has_price = price.as_ref().is_some_and(|it| it.starts_with('$'));
                assert!(has_price || price.is_none(), "{id}: price");
                assert!(*class == CostClass::Extra || price.is_none(), "{id}: free at a price");
            }
            if let Some(Health { first_port_only, fix, source, read }) = health {
                sourced(id, source, read);
                assert!(*first_port_only && !fix.is_empty(), "{id}: health");
            }
        }
    }

    fn sourced(id: &str, source: &str, read: &str) {
        assert!(source.len() > 10, "{id}: source");
        let parts: Vec<_> = read.split('-').map(str::len).collect();
        assert_eq!(parts, [4, 2, 2], "{id}: read on {read}");
        assert!(read.bytes().all(|b| b.is_ascii_digit() || b == b'-'), "{id}: read on {read}");
    }

    #[test]
    fn odd_rows_are_refused() {
        let row = "[[provider]]\nid='a'\nname='A'\ngives='always'\naddress='ip'\n";
        assert!(parse(row).is_ok());
        assert!(parse(&format!("{row}colour='red'")).is_err());
        assert!(parse(&row.replace("always", "maybe")).is_err());
        // A fact without its source is none.
        assert!(parse(&format!("{row}[provider.cost]\nclass='free'\nread='2026-01-01'")).is_err());
    }
}
