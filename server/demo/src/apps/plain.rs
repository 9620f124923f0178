//! A page that somebody wrote for themselves: no script, right under any path.

use axum::Router;
use axum::http::StatusCode;

use super::page::Page;

pub(super) fn router(cluster: &str) -> Router {
    let page = Page {
        app: "a server of your own",
        cluster,
        script: None,
        body: "<p>One file of HTML is all there is.</p>",
    };
    Router::new().route("/", page.route()).fallback(async || (StatusCode::NOT_FOUND, "Not Found"))
}
