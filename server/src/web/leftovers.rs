//! The form that deletes what clusters that are gone have left behind, on a page of its own: what the
//! page's dialog shows, without JavaScript.

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode};
use skyports_app::dashboard::Dashboard as _;
use skyports_app::leftovers::{answer, named};
use skyports_app::page;
use skyports_model::finding::shown;

use super::pages::{env_of, failed, theme};
use super::router::Shared;
use crate::dashboard::viewer::Viewer;

/// `GET /contexts/CONTEXT/leftovers`: the plan. Changes nothing.
pub(super) async fn form(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    Path(context): Path<String>,
    headers: HeaderMap,
) -> Response {
    answered((&shared, &viewer), &context, "", &headers, false).await
}

/// `POST` of the same: deletes what the form names.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    Path(context): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Response {
    answered((&shared, &viewer), &context, &body, &headers, true).await
}

async fn answered(
    (shared, viewer): (&Shared, &Viewer),
    context: &str,
    form: &str,
    headers: &HeaderMap,
    submit: bool,
) -> Response {
    let overview = viewer.overview();
    let mut names = overview.contexts.iter().map(|context| &context.name);
    let Some(name) = names.find(|name| name.slug() == context) else {
        let what = format!("There is no context {}.", shown(context, 80));
        return failed(shared, headers, StatusCode::NOT_FOUND, "No such context", &what);
    };
    let drawn = answer(viewer, name, named(form), submit).await;
    if drawn.is_done() {
        return Redirect::to("/contexts").into_response();
    }
    let status = if submit { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, Html(page::ports(&env_of((shared, viewer), theme(headers)), &drawn))).into_response()
}
