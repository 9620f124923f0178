//! The routes of an ingress controller, worked out from Ingress objects as ingress-nginx does.
//!
//! It knows the rules: which Ingress counts, which path wins, what is rewritten. It opens no
//! connection. The rules were measured on ingress-nginx 1.11 with SkyPilot's own objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::bytes::{Captures, Regex, RegexBuilder};
use serde_json::Value;

use super::path;
use crate::document::{part, text};

const ANNOTATIONS: &str = "nginx.ingress.kubernetes.io/";
/// nginx's own default, `client_max_body_size 1m`.
const BODY_LIMIT: u64 = 1 << 20;
/// A pattern that somebody wrote must not cost more memory than this.
const PATTERN_LIMIT: usize = 1 << 20;

/// All routes of a controller: a server for each host, and one for all others.
#[derive(Debug, Default)]
pub(crate) struct Table {
    servers: BTreeMap<String, Vec<Location>>,
}

/// One path of a server.
#[derive(Debug)]
pub(super) struct Location {
    path: String,
    pattern: Regex,
    rewrite: Option<String>,
    redirect: Option<Redirect>,
    /// The longest body that is let through; `None` for any.
    pub(super) body_limit: Option<u64>,
    /// Where requests go.
    pub(super) backend: Option<Backend>,
}

/// A Service and which of its ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Backend {
    pub(super) namespace: String,
    pub(super) service: String,
    /// The port's number, or its name as a string.
    pub(super) port: Value,
}

#[derive(Debug)]
struct Redirect {
    status: u16,
    to: String,
    with_port: bool,
}

/// What is to be done with a request.
#[derive(Debug)]
pub(super) enum Routed<'a> {
    /// The path makes no sense.
    BadRequest,
    /// No path of the host: the default backend answers.
    NotFound,
    /// The browser is sent elsewhere.
    Redirect { status: u16, to: String },
    /// It is passed on with this path and query.
    Pass { location: &'a Location, target: String },
}

impl Table {
    /// The routes that the Ingresses of the class `nginx` make.
    pub(crate) fn of(ingresses: &[Arc<Value>]) -> Self {
        let mut served: Vec<&Value> =
            ingresses.iter().map(Arc::as_ref).filter(|it| is_served(it)).collect();
        // Where two have the same path, the older one keeps it.
        served.sort_by_key(|ingress| age(ingress));
        let mut paths = BTreeMap::<String, Vec<Path<'_>>>::new();
        for ingress in served {
            for rule in list(ingress, "/spec/rules") {
                let host = text(rule, "/host").unwrap_or_default().to_ascii_lowercase();
                let known = paths.entry(host).or_default();
                for path in list(rule, "/http/paths") {
                    let path = Path { ingress, path };
                    if !known.iter().any(|other| other.text() == path.text()) {
                        known.push(path);
                    }
                }
            }
        }
        let servers = paths.into_iter().map(|(host, paths)| (host, locations(&paths))).collect();
        Self { servers }
    }

    /// What a request is routed to; `target` is its path and query as they came.
    pub(super) fn route(&self, host: &str, target: &str) -> Routed<'_> {
        let (raw, query) = match target.split_once('?') {
            Some((raw, query)) => (raw, Some(query)),
            None => (target, None),
        };
        let Some(path) = path::normalised(raw) else { return Routed::BadRequest };
        let name = without_port(host);
        let locations = self.server(name).into_iter().flatten();
        let mut found = locations.filter_map(|it| Some((it, it.pattern.captures(&path)?)));
        let Some((location, captures)) = found.next() else { return Routed::NotFound };
        if let Some(redirect) = &location.redirect {
            return Routed::Redirect { status: redirect.status, to: redirect.location(host, name) };
        }
        let target = match &location.rewrite {
            // A path that is not changed goes on as it came, `%2f` and all.
            None => target.to_owned(),
            Some(rewrite) => {
                let path = path::escaped(&rewritten(rewrite, &captures));
                query.map_or(path.clone(), |query| format!("{path}?{query}"))
            }
        };
        Routed::Pass { location, target }
    }

    fn server(&self, name: &str) -> Option<&Vec<Location>> {
        let name = name.to_ascii_lowercase();
        let wildcard = || Some(format!("*.{}", name.split_once('.')?.1));
        self.servers
            .get(&name)
            .filter(|_| !name.is_empty())
            .or_else(|| self.servers.get(&wildcard()?))
            .or_else(|| self.servers.get(""))
    }
}

impl Redirect {
    /// nginx makes an address of a path, and ingress-nginx tells it to leave out the port
    /// (`port_in_redirect off`) unless an annotation says otherwise.
    fn location(&self, host: &str, name: &str) -> String {
        let authority = if self.with_port { host } else { name };
        if self.to.starts_with('/') {
            format!("http://{authority}{}", self.to)
        } else {
            self.to.clone()
        }
    }
}

/// One path of an Ingress.
struct Path<'a> {
    ingress: &'a Value,
    path: &'a Value,
}

impl<'a> Path<'a> {
    fn text(&self) -> &'a str {
        text(self.path, "/path").unwrap_or("/")
    }

    fn annotation(&self, name: &str) -> Option<&'a str> {
        annotation(self.ingress, &format!("{ANNOTATIONS}{name}"))
    }

    fn is_pattern(&self) -> bool {
        self.annotation("use-regex") == Some("true") || self.annotation("rewrite-target").is_some()
    }

    /// One pattern on a server makes patterns of all its paths, case-insensitive and without an
    /// end; so a plain `/app/80` serves `/APP/801` too.
    fn pattern(&self, among_patterns: bool) -> Option<Regex> {
        let path = self.text();
        let source = if among_patterns {
            format!("^{path}")
        } else {
            let literal = regex::escape(path.trim_end_matches('/'));
            match text(self.path, "/pathType") {
                Some("Exact") => format!("^{}$", regex::escape(path)),
                Some("Prefix") => format!("^{literal}(?:/|$)"),
                _ => format!("^{}", regex::escape(path)),
            }
        };
        let pattern = RegexBuilder::new(&source)
            .case_insensitive(among_patterns)
            .unicode(false)
            .size_limit(PATTERN_LIMIT)
            .build();
        pattern.inspect_err(|error| tracing::warn!(path, %error, "no pattern")).ok()
    }

    fn location(&self, among_patterns: bool) -> Option<Location> {
        let service = part(self.path, "/backend/service");
        let port = ["/port/number", "/port/name"].map(|pointer| part(service, pointer));
        Some(Location {
            path: self.text().to_owned(),
            pattern: self.pattern(among_patterns)?,
            rewrite: self.annotation("rewrite-target").map(str::to_owned),
            redirect: self.redirect(),
            body_limit: self.annotation("proxy-body-size").map_or(Some(BODY_LIMIT), body_limit),
            backend: text(service, "/name").map(|name| Backend {
                namespace: meta(self.ingress, "namespace").to_owned(),
                service: name.to_owned(),
                port: port.into_iter().find(|it| !it.is_null()).cloned().unwrap_or_default(),
            }),
        })
    }

    fn redirect(&self) -> Option<Redirect> {
        let code = self.annotation("permanent-redirect-code").and_then(|code| code.parse().ok());
        Some(Redirect {
            to: self.annotation("permanent-redirect")?.to_owned(),
            status: code.filter(|code| (300..=308).contains(code)).unwrap_or(301),
            with_port: self.annotation("use-port-in-redirects") == Some("true"),
        })
    }
}

/// The paths of a server in the order in which they are tried: the longest first.
fn locations(paths: &[Path<'_>]) -> Vec<Location> {
    let among_patterns = paths.iter().any(Path::is_pattern);
    let mut locations: Vec<Location> =
        paths.iter().filter_map(|path| path.location(among_patterns)).collect();
    locations.sort_by(|a, b| b.path.len().cmp(&a.path.len()).then_with(|| b.path.cmp(&a.path)));
    locations
}

fn is_served(ingress: &Value) -> bool {
    let annotated = || annotation(ingress, "kubernetes.io/ingress.class");
    text(ingress, "/spec/ingressClassName").or_else(annotated) == Some("nginx")
}

/// Oldest first; the name decides among those of one second.
fn age(ingress: &Value) -> (&str, &str, &str) {
    (meta(ingress, "creationTimestamp"), meta(ingress, "namespace"), meta(ingress, "name"))
}

fn meta<'a>(object: &'a Value, name: &str) -> &'a str {
    part(object, "/metadata").get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Its name has slashes and dots, which a pointer would take for something else.
fn annotation<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    part(object, "/metadata/annotations").get(name).and_then(Value::as_str)
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    part(value, pointer).as_array().into_iter().flatten()
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// A size as nginx writes it: `8m`, `512k`, bytes; `0` is no limit.
fn body_limit(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let (digits, unit) = match text.strip_suffix(['k', 'm', 'g']) {
        Some(digits) if text.ends_with('k') => (digits, 1 << 10),
        Some(digits) if text.ends_with('m') => (digits, 1 << 20),
        Some(digits) => (digits, 1 << 30),
        None => (text.as_str(), 1),
    };
    match digits.parse::<u64>() {
        Ok(0) => None,
        Ok(number) => Some(number.saturating_mul(unit)),
        Err(_) => Some(BODY_LIMIT),
    }
}

/// The target with `$1` to `$9` filled in.
fn rewritten(target: &str, captures: &Captures<'_>) -> Vec<u8> {
    let mut path = vec![];
    let mut rest = target.chars().peekable();
    while let Some(c) = rest.next() {
        let group = rest.peek().filter(|_| c == '$').and_then(|digit| digit.to_digit(10));
        if let Some(group) = group.and_then(|group| usize::try_from(group).ok()) {
            rest.next();
            path.extend_from_slice(captures.get(group).map_or(b"", |found| found.as_bytes()));
        } else {
            path.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    path
}

#[cfg(test)]
mod tests;
