//! What is kept of an Ingress and of an `IngressClass`: the class, the paths, and where they lead.

use skyports_model::{ExternalUrl, Host, Port, Scheme};

use super::service::{Address, addresses};
use super::writers::Writer;
use super::{Identity, annotation, label, text};
use crate::{names, wire};

/// An Ingress that leads to a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct IngressFacts {
    pub(crate) identity: Identity,
    /// Who wrote it last.
    pub(crate) writer: Option<Writer>,
    /// The class that shall serve it.
    pub(crate) class: Option<Box<str>>,
    /// The class is named by the annotation of old, for which no `IngressClass` is needed.
    pub(crate) annotated_class: bool,
    /// The cluster that its labels name.
    pub(crate) labelled: Option<Box<str>>,
    /// The path is taken off before the app sees the request (`rewrite-target`).
    pub(crate) strips_path: bool,
    /// It only redirects, to itself with a slash for one: nothing is exposed by it.
    pub(crate) only_redirects: bool,
    pub(crate) routes: Vec<Route>,
    pub(crate) addresses: Vec<Address>,
}

/// One path of an Ingress.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    pub(crate) host: RouteHost,
    /// The Ingress has a certificate for the host.
    pub(crate) tls: bool,
    /// The part of the path that is no pattern, from its first slash to its last, both included;
    /// `None` where a link may not hold it.
    pub(crate) path: Option<Box<str>>,
    /// The port of the app.
    pub(crate) port: Port,
    /// The Service that it leads to.
    pub(crate) backend: Option<Box<str>>,
}

/// The host of a rule.
#[derive(Clone, Debug, PartialEq)]
pub enum RouteHost {
    /// Every host.
    Any,
    /// This one.
    Named(Host),
    /// A wildcard, or nothing that a link may name.
    Unlinkable,
}

/// An `IngressClass`.
#[derive(Clone, Debug, PartialEq)]
pub struct IngressClassFacts {
    pub(crate) is_default: bool,
}

impl IngressFacts {
    pub(crate) fn of(ingress: wire::Ingress) -> Option<Self> {
        let meta = &ingress.metadata;
        let name = names::plain(meta)?;
        let spec = ingress.spec.unwrap_or_default();
        let routes = routes(&spec);
        let leads_to_a_cluster = routes
            .iter()
            .filter_map(|route| route.backend.as_deref())
            .any(|name| names::service(name).is_some());
        if names::ingress(name).is_none() && !leads_to_a_cluster {
            return None;
        }
        let annotated = annotation(meta, "kubernetes.io/ingress.class");
        let class = spec.ingress_class_name.as_ref().or(annotated);
        Some(Self {
            identity: Identity::of(meta),
            writer: Writer::last(meta),
            class: text(class.map(String::as_str), 120),
            annotated_class: spec.ingress_class_name.is_none() && annotated.is_some(),
            labelled: names::labelled(|key| label(meta, key)).map(Into::into),
            strips_path: annotation(meta, "nginx.ingress.kubernetes.io/rewrite-target").is_some(),
            only_redirects: annotation(meta, "nginx.ingress.kubernetes.io/permanent-redirect")
                .is_some(),
            routes,
            addresses: addresses(ingress.status.and_then(|status| status.load_balancer)),
        })
    }
}

impl IngressClassFacts {
    pub(super) fn of(class: wire::IngressClass) -> Option<Self> {
        names::plain(&class.metadata)?;
        let is_default = annotation(&class.metadata, "ingressclass.kubernetes.io/is-default-class");
        Some(Self { is_default: is_default.is_some_and(|value| value == "true") })
    }
}

fn routes(spec: &wire::IngressSpec) -> Vec<Route> {
    let mut routes = Vec::new();
    for rule in spec.rules.iter().flatten() {
        let host = rule_host(rule.host.as_deref());
        let tls = has_certificate(spec, rule.host.as_deref());
        for path in rule.http.iter().flat_map(|http| http.paths.iter().flatten()) {
            let service = path.backend.as_ref().and_then(|backend| backend.service.as_ref());
            let backend =
                service.and_then(|service| service.name.as_deref()).filter(|name| !name.is_empty());
            let literal = literal_path(path.path.as_deref().unwrap_or("/"));
            let number = service.and_then(|service| Port::new(service.port.as_ref()?.number?));
            let Some(port) = last_number(&literal).or_else(|| named_port(backend)).or(number)
            else {
                continue;
            };
            routes.push(Route {
                host: host.clone(),
                tls,
                path: is_linkable(&literal).then(|| literal.into()),
                port,
                backend: backend.and_then(|name| text(Some(name), 253)),
            });
        }
    }
    routes
}

fn rule_host(host: Option<&str>) -> RouteHost {
    match host {
        None | Some("") => RouteHost::Any,
        Some(host) => Host::parse(host).map_or(RouteHost::Unlinkable, RouteHost::Named),
    }
}

fn has_certificate(spec: &wire::IngressSpec, host: Option<&str>) -> bool {
    spec.tls.iter().flatten().any(|tls| match tls.hosts.as_deref() {
        None | Some([]) => true,
        Some(hosts) => host.is_some_and(|host| hosts.iter().any(|covered| covered == host)),
    })
}

fn named_port(backend: Option<&str>) -> Option<Port> {
    match names::service(backend?)?.role {
        names::Role::Backend(port) => Some(port),
        names::Role::LoadBalancer | names::Role::Own => None,
    }
}

/// The part of a path that every request under it has, with a slash at both ends: without the last
/// one every app that was tried breaks behind SkyPilot's Ingress.
pub(crate) fn literal_path(pattern: &str) -> String {
    let cut =
        pattern.find(['(', '[', '{', '\\', '^', '$', '*', '+', '?', '|']).unwrap_or(pattern.len());
    let (mut literal, rest) = pattern.split_at_checked(cut).unwrap_or((pattern, ""));
    // A quantifier makes the character before it optional.
    if rest.starts_with(['*', '?', '{']) {
        literal = literal
            .char_indices()
            .next_back()
            .and_then(|(at, _)| literal.get(..at))
            .unwrap_or_default();
    }
    let bare = literal.trim_matches('/');
    if bare.is_empty() { "/".to_owned() } else { format!("/{bare}/") }
}

fn is_linkable(path: &str) -> bool {
    ExternalUrl::new(Scheme::Http, Host::localhost(), None, path).is_ok()
}

/// The last segment of a path that is a port's number.
fn last_number(path: &str) -> Option<Port> {
    path.rsplit('/').find_map(|segment| segment.parse().ok())
}
