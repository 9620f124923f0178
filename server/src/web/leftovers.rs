//! The form that deletes what clusters that are gone have left behind, on a page of its own: what the
//! page's dialog shows, without JavaScript.

use axum::extract::Path;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use http::StatusCode;
use skyports_app::leftovers::{answer, named};
use skyports_app::page;
use skyports_model::finding::shown;

use super::asked::Asked;

/// `GET /contexts/CONTEXT/leftovers`: the plan. Changes nothing.
pub(super) async fn form(asked: Asked, Path(context): Path<String>) -> Response {
    answered(&asked, &context, "", false).await
}

/// `POST` of the same: deletes what the form names.
pub(super) async fn submit(asked: Asked, Path(context): Path<String>, body: String) -> Response {
    answered(&asked, &context, &body, true).await
}

async fn answered(asked: &Asked, context: &str, form: &str, submit: bool) -> Response {
    let overview = asked.overview();
    let mut names = overview.contexts.iter().map(|context| &context.name);
    let Some(name) = names.find(|name| name.slug() == context) else {
        let what = format!("There is no context {}.", shown(context, 80));
        return asked.failed(StatusCode::NOT_FOUND, "No such context", &what);
    };
    let drawn = answer(&asked.viewer, name, named(form), submit).await;
    if drawn.is_done() {
        return Redirect::to("/contexts").into_response();
    }
    let status = if submit { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    (status, Html(page::ports(&asked.env(), &drawn))).into_response()
}
