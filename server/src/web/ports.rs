//! The forms that open and close ports, on pages of their own: what the page's dialog shows, without
//! JavaScript.

use std::sync::Arc;

use axum::extract::{Extension, OriginalUri, Path, RawQuery, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::{HeaderMap, StatusCode};
use skyports_app::dashboard::Dashboard as _;
use skyports_app::page;
use skyports_app::ports::{PortForm, answer};
use skyports_model::plan::Direction;

use super::pages::{env_of, no_cluster, theme};
use super::router::Shared;
use crate::dashboard::viewer::Viewer;

type At = Path<(String, String, String)>;

/// `GET …/open` and `GET …/close`: the form with its plan. Changes nothing.
pub(super) async fn form(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    OriginalUri(uri): OriginalUri,
    at: At,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    answered((&shared, &viewer), uri.path(), at, &query.unwrap_or_default(), &headers, false).await
}

/// `POST …/open` and `POST …/close`: carries it out.
pub(super) async fn submit(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    OriginalUri(uri): OriginalUri,
    at: At,
    headers: HeaderMap,
    body: String,
) -> Response {
    answered((&shared, &viewer), uri.path(), at, &body, &headers, true).await
}

async fn answered(
    (shared, viewer): (&Shared, &Viewer),
    path: &str,
    Path((context, namespace, name)): At,
    form: &str,
    headers: &HeaderMap,
    submit: bool,
) -> Response {
    let overview = viewer.overview();
    let Some(cluster) = overview.cluster_at(&context, &namespace, &name) else {
        return no_cluster(shared, [&context, &namespace, &name], headers);
    };
    let direction = if path.ends_with("/close") { Direction::Close } else { Direction::Open };
    let drawn = answer(viewer, cluster, direction, &PortForm::parse(form), submit).await;
    if let Some(next) = drawn.next(cluster) {
        return Redirect::to(&next).into_response();
    }
    let status = if submit { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let html = page::ports(&env_of((shared, viewer), theme(headers)), &drawn);
    (status, Html(html)).into_response()
}
