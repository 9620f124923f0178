//! What a reader says of apps, kept in a cookie of their browser.

use axum::Form;
use axum::extract::{Path, RawQuery};
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use skyports_k8s::apps;
use skyports_model::finding::shown;
use skyports_model::{EndpointId, Mode, Query};

use super::asked::{Asked, PortAt};
use super::session::cookies;
use crate::dashboard::said::Said;

/// Whatever port skyports listens on: a cluster is the same seen from each.
const COOKIE: &str = "skyports_apps";
/// A year, in seconds.
const LASTS: u32 = 31_536_000;

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
    asked: Asked,
    Path(at): Path<PortAt>,
    RawQuery(query): RawQuery,
    Form(Saying { app }): Form<Saying>,
) -> Response {
    let id = match endpoint(&asked, &at, query) {
        Ok(id) => id,
        Err(response) => return *response,
    };
    let named = apps::of_id(&app);
    if named.is_none() && !app.is_empty() {
        let what = format!("No app is known by the id {}.", shown(&app, 40));
        return asked.failed(StatusCode::UNPROCESSABLE_ENTITY, "No such app", &what);
    }
    let said = said(&asked.headers).with(&id, named).text();
    let cookie = format!("{COOKIE}={said}; Path=/; Max-Age={LASTS}; HttpOnly; SameSite=Lax");
    let mut response = Redirect::to(&id.path()).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// `GET` of the same: whoever reloads a refusal.
pub(super) async fn back(
    asked: Asked,
    Path(at): Path<PortAt>,
    RawQuery(query): RawQuery,
) -> Response {
    match endpoint(&asked, &at, query) {
        Ok(id) => Redirect::to(&id.path()).into_response(),
        Err(response) => *response,
    }
}

/// The endpoint of an address, open or not: what is said of it outlives it.
fn endpoint(
    asked: &Asked,
    PortAt { cluster, port }: &PortAt,
    query: Option<String>,
) -> Result<EndpointId, Box<Response>> {
    let overview = asked.overview();
    let cluster = asked.cluster(&overview, cluster)?;
    let Ok(port) = port.parse() else {
        let what = format!("The address names {} as a port.", shown(port, 40));
        return Err(Box::new(asked.failed(StatusCode::NOT_FOUND, "No such port", &what)));
    };
    let mode = Query::parse(&query.unwrap_or_default()).filter.mode;
    let mode = mode.unwrap_or(Mode::LoadBalancer);
    Ok(EndpointId { cluster: cluster.id.clone(), port, mode })
}
