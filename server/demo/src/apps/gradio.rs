//! Stands in for Gradio 6.31 without a `root_path`: under a path its page looks right, and its
//! button posts to the root of the host.

use std::convert::Infallible;

use axum::extract::Query;
use axum::http::{HeaderMap, header};
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::stream;
use serde::Deserialize;
use serde_json::{Value, json};

use super::page::{self, Page};

const SCRIPT: &str = r#"const output = document.getElementById("output");
const config = fetch("config").then((answer) => answer.json());
document.getElementById("submit").onclick = async () => {
  const { root } = await config;
  const name = document.getElementById("name").value;
  const joined = await fetch(`${root}/gradio_api/queue/join`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data: [name], session_hash: name }),
  });
  if (!joined.ok) {
    output.textContent = `Error: ${joined.status} from ${joined.url}`;
    return;
  }
  const events = new EventSource(`${root}/gradio_api/queue/data?session_hash=${encodeURIComponent(name)}`);
  events.onmessage = ({ data }) => {
    const said = JSON.parse(data);
    if (said.msg === "process_completed") {
      output.textContent = said.output.data[0];
      events.close();
    }
  };
};
document.getElementById("app").hidden = false;
"#;

pub(super) fn router(cluster: &str) -> Router {
    let page = Page {
        app: "Gradio",
        cluster,
        script: Some("./assets/index.js"),
        body: "<!-- Where the real page sets window.gradio_config. --><p><label>Name <input id=\"name\" value=\"world\"></label> <button id=\"submit\">Submit</button></p><p><output id=\"output\"></output></p>",
    };
    let router = Router::new()
        .route("/", page.route())
        .route("/assets/index.js", page::script(SCRIPT))
        .route("/config", get(config))
        .route("/gradio_api/queue/join", post(join))
        .route("/gradio_api/queue/data", get(data))
        .fallback(page::not_found_json);
    page::served_by("uvicorn", router)
}

/// The app's idea of its own address: the host that was asked, and no path.
async fn config(headers: HeaderMap) -> Json<Value> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = text("x-forwarded-proto").unwrap_or("http");
    let host = text("x-forwarded-host").or_else(|| text(header::HOST.as_str()));
    let root = format!("{scheme}://{}", host.unwrap_or("localhost"));
    Json(json!({ "version": "6.31.0", "root": root, "api_prefix": "/gradio_api" }))
}

async fn join() -> Json<Value> {
    Json(json!({ "event_id": "1" }))
}

#[derive(Deserialize)]
struct Session {
    session_hash: String,
}

async fn data(Query(session): Query<Session>) -> impl IntoResponse {
    let greeting = format!("Hello {}", session.session_hash);
    let events = [
        json!({ "msg": "process_starts" }),
        json!({ "msg": "process_completed", "output": { "data": [greeting] } }),
        json!({ "msg": "close_stream" }),
    ];
    Sse::new(stream::iter(
        events.map(|event| Ok::<_, Infallible>(Event::default().data(event.to_string()))),
    ))
}
