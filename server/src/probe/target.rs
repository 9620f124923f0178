//! What is asked: made of an endpoint of the overview, never of what a client says.

use skyports_model::{Endpoint, ExternalUrl, Host, Scheme};

/// A host, a port, and what is asked there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    host: Host,
    port: u16,
    request: Option<Request>,
}

/// One GET.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) is_tls: bool,
    /// For the header `Host`.
    pub(super) authority: String,
    pub(super) path: String,
    /// In lower case, what is looked for in the answer.
    pub(super) mark: Option<&'static [u8]>,
}

impl Target {
    /// The endpoint's first URL; where it has none, its first address, which is only connected to.
    pub fn of(endpoint: &Endpoint) -> Option<Self> {
        match endpoint.urls.first() {
            Some(url) => Some(Self::of_url(url)),
            None => Self::of_address(endpoint.addresses.first()?),
        }
    }

    fn of_url(url: &ExternalUrl) -> Self {
        let request = Request {
            is_tls: url.scheme() == Scheme::Https,
            authority: url.authority(),
            path: url.path().to_owned(),
            mark: None,
        };
        Self { host: url.host().clone(), port: url.port(), request: Some(request) }
    }

    fn of_address(address: &str) -> Option<Self> {
        let (host, port) = address.rsplit_once(':')?;
        let host = Host::try_from(host.to_owned()).ok()?;
        Some(Self { host, port: port.parse().ok().filter(|port| *port > 0)?, request: None })
    }

    /// The same host and port, asked for what lies below its path, where a mark is looked for;
    /// `None` where nothing is asked by HTTP.
    pub(super) fn below(&self, path: &str, mark: &'static [u8]) -> Option<Self> {
        let Self { host, port, request } = self.clone();
        let request = request?;
        let path = format!("{}/{path}", request.path.trim_end_matches('/'));
        Some(Self { host, port, request: Some(Request { path, mark: Some(mark), ..request }) })
    }

    /// The path that is asked for.
    pub fn path(&self) -> Option<&str> {
        self.request.as_ref().map(|request| request.path.as_str())
    }

    /// Whether TLS is spoken.
    pub fn is_tls(&self) -> bool {
        self.request.as_ref().is_some_and(|request| request.is_tls)
    }

    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The port that is connected to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What is asked; nothing of a port that is known not to speak HTTP.
    pub(super) fn request(&self) -> Option<&Request> {
        self.request.as_ref()
    }

    /// Whether the endpoint itself is said to be on this machine: by `localhost` or a loopback
    /// address as it is commonly written. A name that merely leads here is not.
    pub(super) fn is_of_this_machine(&self) -> bool {
        self.host == Host::localhost() || self.host.ip().is_some_and(|ip| ip.is_loopback())
    }
}

/// As the sentences about it name it: `203.0.113.7:8888`.
impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
