//! The forms that open and close ports, on pages of their own: what the page's dialog shows, without
//! JavaScript.

use axum::extract::{OriginalUri, Path, RawQuery};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::StatusCode;
use skyports_app::page;
use skyports_app::ports::{PortForm, answer};
use skyports_model::plan::Direction;

use super::asked::{Asked, ClusterAt};

/// `GET …/open` and `GET …/close`: the form with its plan. Changes nothing.
pub(super) async fn form(
    asked: Asked,
    OriginalUri(uri): OriginalUri,
    Path(at): Path<ClusterAt>,
    RawQuery(query): RawQuery,
) -> Response {
    answered(&asked, uri.path(), &at, &query.unwrap_or_default(), false).await
}

/// `POST …/open` and `POST …/close`: carries it out.
pub(super) async fn submit(
    asked: Asked,
    OriginalUri(uri): OriginalUri,
    Path(at): Path<ClusterAt>,
    body: String,
) -> Response {
    answered(&asked, uri.path(), &at, &body, true).await
}

async fn answered(asked: &Asked, path: &str, at: &ClusterAt, form: &str, submit: bool) -> Response {
    let overview = asked.overview();
    let cluster = match asked.cluster(&overview, at) {
        Ok(cluster) => cluster,
        Err(response) => return *response,
    };
    let direction = if path.ends_with("/close") { Direction::Close } else { Direction::Open };
    let drawn = answer(&asked.viewer, cluster, direction, &PortForm::parse(form), submit).await;
    if let Some(next) = drawn.next(cluster) {
        return Redirect::to(&next).into_response();
    }
    let status = if submit { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, Html(page::ports(&asked.env(), &drawn))).into_response()
}
