//! A URL that can be opened, an address that can be copied, or the shape of what will come.

use leptos::either::EitherOf3;
use leptos::prelude::*;
use skyports_model::{Endpoint, ExternalUrl, FutureUrl, Scheme};

use super::copy_button::copy_button;
use super::icon::{Icons, icon};

/// Hosts up to this length are shown whole.
const LONGEST_HOST: usize = 34;

/// The lines with what to open or to copy; without an address, one line with what is known of it.
pub(crate) fn endpoint_url(
    endpoint: &Endpoint,
    cluster: &str,
    icons: &Icons,
) -> impl IntoView + use<> {
    let Endpoint { urls, addresses, future, .. } = endpoint;
    let port = endpoint.port();
    let mut lines: Vec<_> = urls
        .iter()
        .map(|url| {
            let label = format!("Copy URL for port {port} of {cluster}");
            line(EitherOf3::A(external_link(url, icons)), Some(label), icons)
        })
        .collect();
    if lines.is_empty() {
        lines.extend(addresses.iter().map(|address| {
            let label = format!("Copy address for port {port} of {cluster}");
            line(
                EitherOf3::B(view! { <span class="url">{address.clone()}</span> }),
                Some(label),
                icons,
            )
        }));
    }
    if lines.is_empty() {
        lines.push(line(EitherOf3::C(future_url(future.as_ref())), None, icons));
    }
    lines
}

fn line<A, B, C>(
    shown: EitherOf3<A, B, C>,
    copy: Option<String>,
    icons: &Icons,
) -> impl IntoView + use<A, B, C>
where
    EitherOf3<A, B, C>: IntoView,
{
    view! {
        <div class="url-line">
            {shown}
            {copy.map(|label| copy_button(label, icons))}
        </div>
    }
}

/// A link out of skyports: nothing but an [`ExternalUrl`] can become one.
fn external_link(url: &ExternalUrl, icons: &Icons) -> impl IntoView + use<> {
    let authority = url.authority();
    let scheme = scheme(url.scheme());
    let href = [scheme, &authority, url.path()].concat();
    let (cut, kept) = parts(authority, url.path());
    let ([host, path], [port, end]) = (cut.map(may_be_cut), kept.map(stays));
    view! {
        <a class="url" href=href target="_blank" rel="noopener noreferrer">
            <span class="scheme">{scheme}</span>
            {host}
            {port}
            {path}
            {end}
            {icon("external", icons)}
            <span class="visually-hidden">{" (opens in a new tab)"}</span>
        </a>
    }
}

/// A part that may end in an ellipsis.
fn may_be_cut(text: String) -> Option<impl IntoView> {
    (!text.is_empty()).then(|| view! { <span class="cut">{text}</span> })
}

/// A part that is always shown whole.
fn stays(text: String) -> Option<impl IntoView> {
    (!text.is_empty()).then(|| view! { <span>{text}</span> })
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
fn future_url(future: Option<&FutureUrl>) -> impl IntoView + use<> {
    let (scheme, hole, port, path) = match future {
        Some(FutureUrl { scheme, port, path }) => {
            let port = port.filter(|port| port.number() != scheme.default_port());
            let port = port.map_or(String::new(), |port| format!(":{port}"));
            (self::scheme(*scheme), "hole", port, path.as_str())
        }
        None => ("", "", String::new(), ""),
    };
    let (start, end) = cut_path(path);
    let middle = if hole.is_empty() { "No address" } else { "address" };
    view! {
        <span class="url future">
            {stays(scheme.to_owned())}
            <span class=hole>{middle}</span>
            {stays(port)}
            {may_be_cut(start.to_owned())}
            {stays(end.to_owned())}
        </span>
    }
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
