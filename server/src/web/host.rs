//! Which hosts a request may name: the answer to DNS rebinding, where a foreign page makes its own
//! name point to this machine and the browser sends it here as same-origin.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, StatusCode, Uri, header};

use super::api;
use super::router::Shared;

/// The hosts, each with its port, that requests may name.
#[derive(Debug, Clone)]
pub struct AllowedHosts(Vec<String>);

impl AllowedHosts {
    /// The names of a server on this loopback address.
    pub fn of(address: SocketAddr) -> Self {
        let port = address.port();
        let mut hosts = vec![format!("localhost:{port}"), address.to_string()];
        for host in ["127.0.0.1", "[::1]"] {
            let host = format!("{host}:{port}");
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        // Port 80 is never named by browsers.
        let bare: Vec<String> =
            hosts.iter().filter_map(|h| h.strip_suffix(":80")).map(str::to_owned).collect();
        hosts.extend(bare);
        Self(hosts)
    }

    /// The same, and a name under which others reach it.
    #[must_use]
    pub fn and(mut self, host: Option<String>) -> Self {
        self.0.extend(host);
        self
    }

    /// Whether the request names one of them, in the target and in the header alike.
    pub fn allow(&self, target: &Uri, headers: &HeaderMap) -> bool {
        let mut named = headers.get_all(header::HOST).iter();
        let host = match (named.next(), named.next()) {
            (Some(host), None) => host.to_str().ok(),
            (None, _) => target.authority().map(http::uri::Authority::as_str),
            (Some(_), Some(_)) => None,
        };
        let allowed = |host: &str| self.0.iter().any(|allowed| allowed.eq_ignore_ascii_case(host));
        host.is_some_and(allowed)
            && target.authority().is_none_or(|authority| allowed(authority.as_str()))
    }
}

/// Refuses requests for other hosts.
pub(super) async fn guard(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    if shared.hosts.allow(request.uri(), request.headers()) {
        next.run(request).await
    } else {
        api::refused(
            StatusCode::FORBIDDEN,
            "host_not_allowed",
            "This server answers to its own address only. Open the link that `skyports serve` printed.",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn allowed(target: &str, hosts: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(header::HOST, HeaderValue::from_str(host).unwrap());
        }
        AllowedHosts::of("127.0.0.1:7676".parse().unwrap())
            .allow(&target.parse().unwrap(), &headers)
    }

    #[test]
    fn only_the_servers_own_names_are_allowed() {
        for host in ["127.0.0.1:7676", "localhost:7676", "LocalHost:7676", "[::1]:7676"] {
            assert!(allowed("/", &[host]), "{host}");
        }
        for host in [
            "",
            "evil.test",
            "evil.test:7676",
            "127.0.0.1",
            "localhost",
            "127.0.0.1:80",
            "127.0.0.1:76760",
            "localhost.:7676",
            "localhost.evil.test:7676",
            "127.0.0.1:7676.evil.test",
            "127.1:7676",
            "0.0.0.0:7676",
            "user@127.0.0.1:7676",
            "[::ffff:127.0.0.1]:7676",
            "127.0.0.1:7676,evil.test",
            " 127.0.0.1:7676",
        ] {
            assert!(!allowed("/", &[host]), "{host}");
        }
        assert!(!allowed("/", &[]));
        assert!(!allowed("/", &["127.0.0.1:7676", "evil.test"]));
        assert!(!allowed("/", &["127.0.0.1:7676", "127.0.0.1:7676"]));
    }

    #[test]
    fn the_target_counts_too() {
        assert!(allowed("http://localhost:7676/", &["localhost:7676"]));
        assert!(!allowed("http://evil.test/", &["localhost:7676"]));
        assert!(!allowed("http://localhost:7676/", &["evil.test"]));
        assert!(allowed("http://localhost:7676/", &[]), "HTTP/2 names the host in the target");
    }
}
