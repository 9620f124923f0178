//! Stands in for Ray's dashboard: relative scripts, which need the slash, and no setting for a path.

use axum::Router;
use axum::http::StatusCode;

use super::page::{self, Page};

const SCRIPT: &str = r#"fetch("./api/version").then((answer) => answer.json()).then((version) => {
  document.getElementById("version").textContent = version.ray_version;
});
document.getElementById("app").hidden = false;
"#;

pub(super) fn router(cluster: &str) -> Router {
    let page = Page {
        app: "Ray dashboard",
        cluster,
        script: Some("./static/js/main.js"),
        body: "<p>Ray <span id=\"version\"></span>, no jobs</p>",
    };
    let router = Router::new()
        .route("/", page.route())
        .route("/static/js/main.js", page::script(SCRIPT))
        .route("/api/version", page::json(r#"{"version":"4","ray_version":"2.60.0"}"#))
        .route("/api/jobs/", page::json("[]"))
        .fallback(async || (StatusCode::NOT_FOUND, "404: Not Found"));
    page::served_by("Python/3.12 aiohttp/3.13 (demo stand-in)", router)
}
