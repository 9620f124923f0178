//! What an experiment is made on: an endpoint's path at its host, and where a reference leads from
//! there. Asks nobody.

use std::net::IpAddr;

use skyports_model::{Endpoint, Port, Route};
use url::{Host, Url};

use crate::probe::target::Target;

/// Longer references lead nowhere that anybody means.
const LONGEST: usize = 2_048;

/// A path at a host, and what becomes of it on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub(super) target: Target,
    /// The address as people open it, with a slash at its end.
    base: Url,
    /// The path without a slash at its end; never empty.
    prefix: String,
    /// The port that the app listens on.
    pub(super) port: Port,
    /// Whether the app sees the path.
    pub(super) is_kept: bool,
}

/// Where a reference leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lead {
    /// Somewhere under the path: this path, with its query.
    Within(String),
    /// The same host, and not under the path.
    Outside,
    /// Under the path by another scheme or port.
    OtherScheme,
    /// A host whose name means nothing outside of the cluster, or another thing.
    InnerHost,
    /// Another host.
    Elsewhere,
    /// No place that is fetched.
    Nowhere,
}

impl Subject {
    /// The first URL of an endpoint that has a path.
    pub fn of(endpoint: &Endpoint) -> Option<Self> {
        let is_kept = match endpoint.route {
            Route::Root => return None,
            Route::Stripped => false,
            Route::Kept => true,
        };
        let url = endpoint.urls.first()?;
        let prefix = url.path().trim_end_matches('/').to_owned();
        let mut base = Url::parse(&url.to_string()).ok()?;
        base.set_path(&format!("{prefix}/"));
        let target = Target::of(endpoint)?;
        let subject = Self { target, base, prefix, port: endpoint.port(), is_kept };
        Some(subject).filter(|subject| !subject.prefix.is_empty())
    }

    /// The path without a slash at its end, as SkyPilot prints it.
    pub(super) fn bare(&self) -> &str {
        &self.prefix
    }

    /// The path with a slash at its end.
    pub(super) fn slash(&self) -> &str {
        self.base.path()
    }

    /// A path below the app's root.
    pub(super) fn below(&self, path: &str) -> String {
        format!("{}{path}", self.slash())
    }

    /// The path twice: where it is taken off once, what an app sees that was told the path.
    pub(super) fn doubled(&self) -> String {
        format!("{}{}", self.prefix, self.slash())
    }

    /// What a browser names as the page's origin.
    pub(super) fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// The place of a path at the host.
    pub(super) fn at(&self, path: &str) -> Url {
        self.base.join(path).unwrap_or_else(|_| self.base.clone())
    }

    /// A place that a reference of `from` names.
    pub(super) fn place(from: &Url, reference: &str) -> Option<Url> {
        let reference = Some(reference).filter(|it| it.len() <= LONGEST)?;
        from.join(reference).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
    }

    /// Where a reference leads that stands in `from`.
    pub(super) fn lead(&self, from: &Url, reference: &str) -> Lead {
        let Some(to) = Self::place(from, reference) else { return Lead::Nowhere };
        if to.host() != self.base.host() {
            let is_inner = to.host().is_some_and(is_inner);
            return if is_inner { Lead::InnerHost } else { Lead::Elsewhere };
        }
        let path = to.path();
        let is_within = path.strip_prefix(self.prefix.as_str());
        if !is_within.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            return Lead::Outside;
        }
        if to.origin() != self.base.origin() {
            return Lead::OtherScheme;
        }
        Lead::Within(to.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}")))
    }
}

/// Whether only a machine itself, or its cluster, knows a host by that name.
fn is_inner(host: Host<&str>) -> bool {
    let is_own = |ip: IpAddr| ip.is_loopback() || ip.is_unspecified();
    match host {
        Host::Ipv4(ip) => is_own(ip.into()),
        Host::Ipv6(ip) => is_own(ip.into()),
        Host::Domain(name) => {
            !name.contains('.')
                || [".svc", ".cluster.local", ".localhost"].iter().any(|end| name.ends_with(end))
        }
    }
}
