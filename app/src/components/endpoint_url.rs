//! A URL that can be opened, an address that can be copied, or the shape of what will come.

use skyports_model::{Endpoint, ExternalUrl, FutureUrl, Scheme};

use super::copy_button::copy_button;
use super::icon::icon;
use crate::node::{Element, el};

/// Hosts up to this length are shown whole.
const LONGEST_HOST: usize = 34;

/// What to open or to copy, a line each; without an address, one line with what is known of it.
pub(crate) fn endpoint_url(endpoint: &Endpoint, cluster: &str) -> Vec<Element> {
    let Endpoint { urls, addresses, future, .. } = endpoint;
    let port = endpoint.port();
    let line = |shown| el("div").class("url-line").with(shown);
    if !urls.is_empty() && endpoint.links().is_empty() {
        // Known, and nothing can answer there yet: never a dead link.
        let to_come = |url: &ExternalUrl| {
            line(el("span").class("url future").with(el("span").class("cut").with(url.to_string())))
        };
        urls.iter().map(to_come).collect()
    } else if !urls.is_empty() {
        let to_copy = |url| {
            let label = format!("Copy URL for port {port} of {cluster}");
            line(external_link(url)).with(copy_button(label))
        };
        urls.iter().map(to_copy).collect()
    } else if !addresses.is_empty() {
        let to_copy = |address: &String| {
            let label = format!("Copy address for port {port} of {cluster}");
            line(el("span").class("url").with(address.clone())).with(copy_button(label))
        };
        addresses.iter().map(to_copy).collect()
    } else {
        vec![line(future_url(future.as_ref()))]
    }
}

/// A link out of skyports: nothing but an [`ExternalUrl`] can become one.
fn external_link(url: &ExternalUrl) -> Element {
    let authority = url.authority();
    let scheme = scheme(url.scheme());
    let href = [scheme, &authority, url.path()].concat();
    let ([host, path], [port, end]) = parts(authority, url.path());
    el("a")
        .class("url")
        .attr("href", href)
        .attr("target", "_blank")
        .attr("rel", "noopener noreferrer")
        .with(el("span").class("scheme").with(scheme))
        .with(may_be_cut(host))
        .with(stays(port))
        .with(may_be_cut(path))
        .with(stays(end))
        .with(icon("external"))
        .with(el("span").class("visually-hidden").with(" (opens in a new tab)"))
}

/// A part that may end in an ellipsis.
fn may_be_cut(text: String) -> Option<Element> {
    (!text.is_empty()).then(|| el("span").class("cut").with(text))
}

/// A part that is always shown whole.
fn stays(text: String) -> Option<Element> {
    (!text.is_empty()).then(|| el("span").with(text))
}

/// How a URL of that scheme begins.
fn scheme(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Http => "http://",
        Scheme::Https => "https://",
    }
}

/// What of a URL may be cut in a narrow place, and what stays: `[host, path]`, `[port, end]`,
/// shown in the order host, port, path, end.
fn parts(authority: String, path: &str) -> ([String; 2], [String; 2]) {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if authority.len() > LONGEST_HOST && !port.ends_with(']') => {
            (host.to_owned(), format!(":{port}"))
        }
        None if authority.len() > LONGEST_HOST => (authority, String::new()),
        _ => (String::new(), authority),
    };
    match cut_path(path) {
        ("", end) => ([host, String::new()], [port + end, String::new()]),
        (start, end) => ([host, start.to_owned()], [port, end.to_owned()]),
    }
}

/// A path's start, which may be cut, and its end, which tells endpoints apart:
/// `/skypilot/ml/train-2ea4` and `/8888/`.
fn cut_path(path: &str) -> (&str, &str) {
    let trimmed = path.strip_suffix('/').unwrap_or(path);
    path.split_at_checked(trimmed.rfind('/').unwrap_or(0)).unwrap_or((path, ""))
}

/// The link as far as it is known, with a hole where the address will be.
pub(crate) fn future_url(future: Option<&FutureUrl>) -> Element {
    let whole = el("span").class("url future");
    let Some(FutureUrl { scheme, port, path }) = future else {
        return whole.with(el("span").with("No address"));
    };
    let port = port.filter(|port| port.number() != scheme.default_port());
    let (start, end) = cut_path(path.as_str());
    whole
        .with(stays(self::scheme(*scheme).to_owned()))
        .with(el("span").class("hole").with("address"))
        .with(port.map(|port| el("span").with(format!(":{port}"))))
        .with(may_be_cut(start.to_owned()))
        .with(stays(end.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(url: &str) -> String {
        let ([host, path], [port, end]) = {
            let url = ExternalUrl::parse(url).unwrap();
            parts(url.authority(), url.path())
        };
        format!("{host}|{port}|{path}|{end}")
    }

    #[test]
    fn the_end_that_tells_endpoints_apart_stays() {
        assert_eq!(cut("http://203.0.113.7:8888/"), "|203.0.113.7:8888/||");
        assert_eq!(
            cut("http://203.0.113.7/skypilot/ml/t/8888/"),
            "|203.0.113.7|/skypilot/ml/t|/8888/"
        );
        assert_eq!(
            cut("http://internal-a3f1c9e04b7d4f7e8b2c-1187.eu-west-1.elb.amazonaws.com:8000/"),
            "internal-a3f1c9e04b7d4f7e8b2c-1187.eu-west-1.elb.amazonaws.com|:8000/||"
        );
        assert_eq!(
            cut("http://[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]/a"),
            "|[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]/a||"
        );
    }
}
