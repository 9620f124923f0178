//! Stands in for `MLflow` 3.17, started with `--allowed-hosts '*'`: relative scripts, which need the
//! slash.

use axum::Router;

use super::page::{self, Page};

const SCRIPT: &str = r#"fetch("ajax-api/2.0/mlflow/experiments/search").then((answer) => answer.json()).then(({ experiments }) => {
  const list = document.getElementById("experiments");
  for (const { name } of experiments) {
    const item = document.createElement("li");
    item.textContent = name;
    list.append(item);
  }
});
document.getElementById("app").hidden = false;
"#;
const EXPERIMENTS: &str = r#"{"experiments":[{"experiment_id":"0","name":"Default"},{"experiment_id":"1","name":"lora-rank"}]}"#;

pub(super) fn router(cluster: &str) -> Router {
    let page = Page {
        app: "MLflow",
        cluster,
        script: Some("static-files/main.js"),
        body: "<p>Experiments:</p><ul id=\"experiments\"></ul>",
    };
    let router = Router::new()
        .route("/", page.route())
        .route("/static-files/main.js", page::script(SCRIPT))
        .route("/ajax-api/2.0/mlflow/experiments/search", page::json(EXPERIMENTS))
        .route("/health", page::constant("text/html", "OK"))
        .route("/version", page::constant("text/html", "3.17.2"))
        .fallback(page::not_found_json);
    page::served_by("uvicorn", router)
}
