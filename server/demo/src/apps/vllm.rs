//! Stands in for vLLM's server: an API as `OpenAI` has it, and no page at `/`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::page;

pub(super) fn router(model: &'static str) -> Router {
    let router = Router::new()
        .route("/health", get(async || StatusCode::OK))
        .route("/version", page::json(r#"{"version":"0.11.0 (demo stand-in)"}"#))
        .route("/v1/models", get(models))
        .route("/v1/completions", post(completions))
        .route("/v1/chat/completions", post(chat))
        .fallback(page::not_found_json)
        .with_state(model);
    page::served_by("uvicorn", router)
}

async fn models(State(model): State<&'static str>) -> Json<Value> {
    let served = json!({ "id": model, "object": "model", "owned_by": "vllm" });
    Json(json!({ "object": "list", "data": [served] }))
}

async fn completions(State(model): State<&'static str>) -> Json<Value> {
    let choice = json!({ "index": 0, "text": TEXT, "finish_reason": "stop" });
    Json(json!({ "object": "text_completion", "model": model, "choices": [choice] }))
}

async fn chat(State(model): State<&'static str>) -> Json<Value> {
    let message = json!({ "role": "assistant", "content": TEXT });
    let choice = json!({ "index": 0, "message": message, "finish_reason": "stop" });
    Json(json!({ "object": "chat.completion", "model": model, "choices": [choice] }))
}

const TEXT: &str = "This is a demo stand-in for vLLM; it knows this sentence only.";
