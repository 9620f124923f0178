//! Stands in for `TensorBoard` 2.21 without a `path_prefix`: its page looks for `index.js` beside
//! itself, so its address must end with a slash.

use axum::Router;
use axum::http::StatusCode;

use super::page::{self, Page};

const SCRIPT: &str = r#"fetch("data/plugin/scalars").then((answer) => answer.json()).then(({ loss }) => {
  const most = Math.max(...loss);
  const points = loss.map((value, step) => `${step * 12},${150 - (value / most) * 140}`);
  document.getElementById("loss").setAttribute("points", points.join(" "));
});
document.getElementById("app").hidden = false;
"#;
const SCALARS: &str = r#"{"loss":[4.1,3.6,3.2,3.3,2.8,2.5,2.6,2.2,2.0,1.9,1.95,1.7,1.6,1.5,1.52,1.4,1.35,1.3,1.31,1.25,1.2,1.22,1.15,1.12,1.1]}"#;

pub(super) fn router(cluster: &str) -> Router {
    let page = Page {
        app: "TensorBoard",
        cluster,
        script: Some("index.js"),
        body: "<p>loss</p><svg viewBox=\"0 0 300 160\" role=\"img\" aria-label=\"The loss falls\"><polyline id=\"loss\"/></svg>",
    };
    let router = Router::new()
        .route("/", page.route())
        .route("/index.js", page::script(SCRIPT))
        .route("/data/plugin/scalars", page::json(SCALARS))
        .route("/data/environment", page::json(r#"{"version":"2.21.0","data_location":"./logs"}"#))
        .fallback(async || (StatusCode::NOT_FOUND, "Not found"));
    page::served_by("Werkzeug/3.1 (demo stand-in)", router)
}
