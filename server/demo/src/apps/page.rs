//! What the stand-ins' pages share: small HTML for dark and light, nothing from elsewhere.

use std::future::ready;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{MethodRouter, get};

/// Scripts of the app's own, nothing else: the pages say nothing that their script does not.
const POLICY: &str = "default-src 'none'; img-src data:; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const STYLE: &str = ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
body{margin:0 auto;max-width:42rem;padding:2rem 1rem}\
h1{font-size:1.4rem}code,pre{font-family:ui-monospace,monospace}\
.stand-in{border:1px solid;border-radius:6px;padding:.5rem .75rem;opacity:.8}\
button,input{font:inherit;padding:.25rem .75rem}svg{max-width:100%;height:auto}\
polyline{fill:none;stroke:currentColor;stroke-width:2}";

/// A page that stands in for the app of that name.
pub(super) struct Page<'a> {
    /// The app's name, as its makers write it.
    pub(super) app: &'a str,
    /// The cluster that it runs on.
    pub(super) cluster: &'a str,
    /// Where the page looks for its script; a page without one is complete as it is.
    pub(super) script: Option<&'a str>,
    /// What is said below the headline, as HTML of our own.
    pub(super) body: &'a str,
}

impl Page<'_> {
    /// The page as HTML.
    ///
    /// Like the real apps' pages it is white until its script has come: `body` is hidden till then.
    pub(super) fn html(&self) -> String {
        let Self { app, cluster, script, body } = self;
        let (app, cluster) = (escaped(app), escaped(cluster));
        let (hidden, script) = match script {
            Some(script) => {
                (" hidden", format!("<script src=\"{}\" defer></script>", escaped(script)))
            }
            None => ("", String::new()),
        };
        format!(
            "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\">\
             <title>{app} stand-in · {cluster}</title><link rel=\"icon\" href=\"data:,\">\
             <style>{STYLE}</style>{script}</head>\n\
             <body><main id=\"app\"{hidden}><h1>{app} on {cluster}</h1>\
             <p class=\"stand-in\">Demo stand-in for {app}. It treats its address as the real one does, and does nothing else.</p>\n\
             {body}</main></body></html>\n"
        )
    }

    /// The page as what answers a GET.
    pub(super) fn route<S: Clone + Send + Sync + 'static>(&self) -> MethodRouter<S> {
        let html: Arc<str> = self.html().into();
        get(async move || {
            let headers =
                [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-cache")];
            (headers, Html(html.to_string()))
        })
    }
}

/// A script of the app's own.
pub(super) fn script<S: Clone + Send + Sync + 'static>(text: &'static str) -> MethodRouter<S> {
    constant("text/javascript; charset=utf-8", text)
}

/// A document of the app's API that never changes.
pub(super) fn json<S: Clone + Send + Sync + 'static>(text: &'static str) -> MethodRouter<S> {
    constant("application/json", text)
}

/// Anything that never changes.
pub(super) fn constant<S: Clone + Send + Sync + 'static>(
    kind: &'static str,
    text: &'static str,
) -> MethodRouter<S> {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    get(async move || (headers, text))
}

/// The app under the name that its own server has, for those who look at the header `Server`.
pub(super) fn served_by(name: &'static str, router: Router) -> Router {
    router.layer(map_response(move |mut answer: Response| {
        answer.headers_mut().insert(header::SERVER, HeaderValue::from_static(name));
        ready(answer)
    }))
}

/// The answer of `FastAPI` to a path that it does not know.
pub(super) async fn not_found_json() -> impl IntoResponse {
    let json = [(header::CONTENT_TYPE, "application/json")];
    (StatusCode::NOT_FOUND, json, r#"{"detail":"Not Found"}"#)
}

/// Text as HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            plain => html.push(plain),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_it_is_and_takes_nothing_from_elsewhere() {
        let page = Page { app: "Ray", cluster: "<b>\"&", script: Some("./a.js"), body: "<p>x</p>" };
        let html = page.html();
        assert!(html.contains("Demo stand-in for Ray"), "{html}");
        assert!(html.contains("on &lt;b&gt;&quot;&amp;</h1>"), "{html}");
        assert!(!html.contains("<b>") && !html.contains("//"), "{html}");
    }
}
