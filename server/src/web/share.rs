//! Guest links over HTTP: the page of a link, and the dialog that makes and revokes them as a page of
//! its own.
//!
//! A guest link's page needs no login. GET grants nothing and counts nothing, since chats look at
//! every link that is sent; POST shows the address, which is computed from the cluster.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Extension, Path, RawQuery, State};
use axum::response::{Html, IntoResponse as _, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use skyports_app::dashboard::DashboardError;
use skyports_app::page::{self, Guest as Shown, Visit};
use skyports_app::share::{ShareForm, answer};

use super::asked::{Asked, ClusterAt};
use super::listen::Peer;
use super::pages::{env, theme};
use super::router::Shared;
use crate::dashboard::share::Guest;
use crate::share::secret::Secret;

/// A page that waits looks again after so many seconds.
const AGAIN: HeaderValue = HeaderValue::from_static("3");

/// `GET …/share`: the form with the links that work. Changes nothing.
pub(super) async fn form(
    asked: Asked,
    Path(at): Path<ClusterAt>,
    RawQuery(query): RawQuery,
) -> Response {
    answered(&asked, &at, &query.unwrap_or_default(), false).await
}

/// `POST …/share`: makes or revokes a link.
pub(super) async fn submit(asked: Asked, Path(at): Path<ClusterAt>, body: String) -> Response {
    answered(&asked, &at, &body, true).await
}

async fn answered(asked: &Asked, at: &ClusterAt, form: &str, submit: bool) -> Response {
    let overview = asked.overview();
    let cluster = match asked.cluster(&overview, at) {
        Ok(cluster) => cluster,
        Err(response) => return *response,
    };
    match answer(&asked.viewer, cluster, &ShareForm::parse(form), submit).await {
        Ok(drawn) => Html(page::ports(&asked.env(), &drawn)).into_response(),
        Err(DashboardError { message, .. }) => {
            asked.failed(StatusCode::NOT_FOUND, "Nothing to share", &message)
        }
    }
}

/// `GET /s/ID`: what it leads to.
pub(super) async fn guest(
    State(shared): State<Arc<Shared>>,
    Extension(Peer(client)): Extension<Peer>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    shown(&shared, client, &id, &headers, false).await
}

/// `POST /s/ID`: the visitor wants to go on.
pub(super) async fn visit(
    State(shared): State<Arc<Shared>>,
    Extension(Peer(client)): Extension<Peer>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    shown(&shared, client, &id, &headers, true).await
}

async fn shown(
    shared: &Shared,
    client: IpAddr,
    id: &str,
    headers: &HeaderMap,
    wants_on: bool,
) -> Response {
    let Guest { link, cluster, endpoint } = match look(shared, client, id).await {
        Ok(Some(guest)) => guest,
        Ok(None) => return ended(shared, headers),
        Err(refused) => return refused.answer(shared, headers),
    };
    let visit = Visit { link: &link, cluster: &cluster, endpoint: &endpoint };
    let target = visit.target();
    let (guest, refresh) = match &target {
        // A redirect would be refused by `form-action`, and would hide where it leads.
        Some(target) if wants_on => {
            (Shown::Go(&visit, target), HeaderValue::from_str(&format!("1;url={target}")).ok())
        }
        Some(_) => (Shown::Here(&visit), None),
        None => (Shown::Here(&visit), Some(AGAIN)),
    };
    let html = page::guest(&env(shared, theme(headers)), guest);
    let mut response = Html(html).into_response();
    if let Some(refresh) = refresh {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    response
}

/// Why nothing is told.
enum Refused {
    /// This client asks too often; the seconds that it must wait.
    Often(u64),
    /// Nobody can say now.
    Later,
}

impl Refused {
    fn answer(self, shared: &Shared, headers: &HeaderMap) -> Response {
        let html = Html(page::guest(&env(shared, theme(headers)), Shown::Later));
        let (status, seconds) = match self {
            Self::Often(seconds) => (StatusCode::TOO_MANY_REQUESTS, seconds),
            Self::Later => (StatusCode::SERVICE_UNAVAILABLE, 3),
        };
        let mut response = (status, html).into_response();
        let seconds = HeaderValue::from(seconds);
        response.headers_mut().insert(header::RETRY_AFTER, seconds.clone());
        response.headers_mut().insert(header::REFRESH, seconds);
        response
    }
}

async fn look(shared: &Shared, client: IpAddr, id: &str) -> Result<Option<Guest>, Refused> {
    shared.pace.ask(client).map_err(Refused::Often)?;
    let Some(secret) = Secret::parse(id) else { return Ok(None) };
    shared.live.guest(&secret).await.map_err(|_| Refused::Later)
}

/// The same for every link that shows nothing, byte by byte.
fn ended(shared: &Shared, headers: &HeaderMap) -> Response {
    let html = page::guest(&env(shared, theme(headers)), Shown::Ended);
    (StatusCode::NOT_FOUND, Html(html)).into_response()
}
