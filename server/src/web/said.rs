//! What a reader says of apps, kept in a cookie of their browser.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Extension, Path, RawQuery, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use skyports_app::dashboard::Dashboard as _;
use skyports_k8s::apps;
use skyports_model::finding::shown;
use skyports_model::{EndpointId, Mode, Query};

use super::pages::{failed, no_cluster};
use super::router::Shared;
use super::session::cookies;
use crate::dashboard::said::Said;
use crate::dashboard::viewer::Viewer;

/// Whatever port skyports listens on: a cluster is the same seen from each.
const COOKIE: &str = "skyports_apps";
/// A year, in seconds.
const LASTS: u32 = 31_536_000;

type At = Path<(String, String, String, String)>;

/// The form.
#[derive(Deserialize)]
pub(super) struct Saying {
    /// The profile’s id; empty to say nothing any more.
    #[serde(default)]
    app: String,
}

/// What the browser says.
pub(super) fn said(headers: &HeaderMap) -> Said {
    let found = cookies(headers).find(|(name, _)| *name == COOKIE);
    found.map(|(_, text)| Said::parse(text)).unwrap_or_default()
}

/// `POST /c/CONTEXT/NAMESPACE/NAME/PORT/app?mode=MODE`: the reader says which app it is.
pub(super) async fn say(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    at: At,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Form(Saying { app }): Form<Saying>,
) -> Response {
    let id = match endpoint((&shared, &viewer), at, query, &headers) {
        Ok(id) => id,
        Err(response) => return *response,
    };
    let named = apps::of_id(&app);
    if named.is_none() && !app.is_empty() {
        let what = format!("No app is known by the id {}.", shown(&app, 40));
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return failed(&shared, &headers, status, "No such app", &what);
    }
    let said = said(&headers).with(&id, named).text();
    let cookie = format!("{COOKIE}={said}; Path=/; Max-Age={LASTS}; HttpOnly; SameSite=Lax");
    let mut response = Redirect::to(&id.path()).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// `GET` of the same: whoever reloads a refusal.
pub(super) async fn back(
    State(shared): State<Arc<Shared>>,
    Extension(viewer): Extension<Viewer>,
    at: At,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    match endpoint((&shared, &viewer), at, query, &headers) {
        Ok(id) => Redirect::to(&id.path()).into_response(),
        Err(response) => *response,
    }
}

/// The endpoint of an address, open or not: what is said of it outlives it.
fn endpoint(
    (shared, viewer): (&Shared, &Viewer),
    Path((context, namespace, name, port)): At,
    query: Option<String>,
    headers: &HeaderMap,
) -> Result<EndpointId, Box<Response>> {
    let overview = viewer.overview();
    let Some(cluster) = overview.cluster_at(&context, &namespace, &name) else {
        return Err(Box::new(no_cluster(shared, [&context, &namespace, &name], headers)));
    };
    let Ok(port) = port.parse() else {
        let what = format!("The address names {} as a port.", shown(&port, 40));
        let status = StatusCode::NOT_FOUND;
        return Err(Box::new(failed(shared, headers, status, "No such port", &what)));
    };
    let mode = Query::parse(&query.unwrap_or_default()).filter.mode;
    let mode = mode.unwrap_or(Mode::LoadBalancer);
    Ok(EndpointId { cluster: cluster.id.clone(), port, mode })
}
