//! Stands in for `JupyterLab` 4.6 without a `base_url`: it redirects to `/lab?` and its page loads
//! `/static/…`, both from the root of the host.

use axum::Router;
use axum::extract::ws::{WebSocket, WebSocketUpgrade};
use axum::http::{StatusCode, header};
use axum::response::{Html, Response};
use axum::routing::{any, get};

use super::page::{self, Page};

const SCRIPT: &str = r#"const list = document.getElementById("kernels");
fetch("/api/kernelspecs").then((answer) => answer.json()).then((specs) => {
  for (const name of Object.keys(specs.kernelspecs)) {
    const item = document.createElement("li");
    item.textContent = name;
    list.append(item);
  }
});
document.getElementById("app").hidden = false;
"#;
const KERNELS: &str =
    r#"{"default":"python3","kernelspecs":{"python3":{"name":"python3"},"ir":{"name":"ir"}}}"#;
const NOT_FOUND: &str = "<!doctype html>\n<title>Jupyter Server</title><h1>404 : Not Found</h1>\
<p>You are requesting a page that does not exist. Demo stand-in for JupyterLab.</p>\n";

pub(super) fn router(cluster: &str) -> Router {
    let page = Page {
        app: "JupyterLab",
        cluster,
        script: Some("/static/lab/main.js"),
        body: "<script id=\"jupyter-config-data\" type=\"application/json\">{\"baseUrl\":\"/\"}</script>\
               <p>Kernels:</p><ul id=\"kernels\"></ul>",
    };
    let router = Router::new()
        .route("/", get(async || (StatusCode::FOUND, [(header::LOCATION, "/lab?")])))
        .route("/lab", page.route())
        .route("/static/lab/main.js", page::script(SCRIPT))
        .route("/api", page::json(r#"{"version":"2.21.1"}"#))
        .route("/api/kernelspecs", page::json(KERNELS))
        .route("/api/events/subscribe", any(events))
        .fallback(async || (StatusCode::NOT_FOUND, Html(NOT_FOUND)));
    page::served_by("TornadoServer/6.5 (demo stand-in)", router)
}

/// Nothing ever happens here; the connection stays until the client ends it.
async fn events(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async |mut socket: WebSocket| while let Some(Ok(_)) = socket.recv().await {})
}
