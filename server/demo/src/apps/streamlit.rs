//! Stands in for Streamlit 1.67 without a `baseUrlPath`: relative scripts, which need the slash,
//! and a WebSocket beside the page that keeps it current.

use std::time::Duration;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::{Html, Response};
use axum::routing::any;
use tokio::time::interval;

use super::page::{self, Page};

const SCRIPT: &str = r#"const address = new URL("_stcore/stream", location.href);
address.protocol = address.protocol.replace("http", "ws");
const count = document.getElementById("count");
const socket = new WebSocket(address);
socket.onmessage = ({ data }) => { count.textContent = data; };
socket.onclose = () => { count.textContent = "The connection is closed."; };
document.getElementById("app").hidden = false;
"#;

pub(super) fn router(cluster: &str) -> Router {
    let page = Page {
        app: "Streamlit",
        cluster,
        script: Some("./static/js/index.js"),
        body: "<p id=\"count\" aria-live=\"off\">Connecting</p>",
    };
    let router = Router::new()
        .route("/", page.route())
        .route("/static/js/index.js", page::script(SCRIPT))
        .route("/_stcore/health", page::constant("text/plain", "ok"))
        .route("/_stcore/stream", any(stream))
        .fallback(async || {
            (StatusCode::NOT_FOUND, Html("<title>404: Not Found</title>404: Not Found"))
        });
    page::served_by("TornadoServer/6.5 (demo stand-in)", router)
}

async fn stream(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(told)
}

/// Tells the seconds, and answers what is said, until the client goes.
async fn told(mut socket: WebSocket) {
    let mut seconds = interval(Duration::from_secs(1));
    let mut count = 0_u64;
    loop {
        let said = tokio::select! {
            _ = seconds.tick() => {
                count = count.saturating_add(1);
                Message::text(format!("Connected, {count} messages so far"))
            }
            heard = socket.recv() => match heard {
                Some(Ok(Message::Text(text))) => Message::text(format!("heard {text}")),
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => return,
            },
        };
        if socket.send(said).await.is_err() {
            return;
        }
    }
}
