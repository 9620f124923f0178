//! The pages: rendered from memory, and kept until something that they show changes.

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use futures::{StreamExt as _, stream};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use skyports_app::dashboard::Dashboard as _;
use skyports_app::page::{self, PageEnv, Theme};
use skyports_model::finding::shown;
use skyports_model::{ClusterId, EndpointId, Filter, Mode, Overview, Port, Query};

use super::asked::{Asked, ClusterAt, PortAt};
use super::assets::Encoded;
use super::router::Shared;
use super::session::cookies;
use crate::config::clock;
use crate::dashboard::check;
use crate::dashboard::viewer::Viewer;

/// Pages kept at once; a full cache is emptied, since a new revision outdates all of it anyway.
const KEPT_PAGES: usize = 256;
/// Brotli's quality for pages: 5 takes about a millisecond for a hundred clusters.
const BROTLI_QUALITY: u32 = 5;
/// What a page waits for the checks of its contexts; those that take longer are there later.
const CHECK_PATIENCE: Duration = Duration::from_secs(2);
/// Whoever asks again gets what was read at most so long ago.
const AGAIN_LASTS: Duration = Duration::from_secs(2);
const BODY_END: &[u8] = b"</body>";

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum What {
    Overview,
    Cluster(ClusterId),
    Endpoint(EndpointId),
    Contexts,
}

impl What {
    fn html(&self, overview: &Arc<Overview>, env: &PageEnv) -> String {
        match self {
            Self::Overview => page::overview(overview, &Query::default(), env),
            Self::Cluster(id) => page::cluster(overview, id, env),
            Self::Endpoint(id) => page::endpoint(overview, id, &Query::default(), env),
            Self::Contexts => page::contexts(overview, env),
        }
    }
}

#[derive(Debug)]
struct Kept {
    revision: u64,
    minute: i64,
    body: Arc<Encoded>,
}

/// The rendered pages by kind and theme.
#[derive(Debug, Default)]
pub struct PageCache(Mutex<HashMap<(What, Theme), Kept>>);

impl PageCache {
    /// The page as that viewer has it; kept where others have the same.
    fn get(
        &self,
        (shared, viewer): (&Shared, &Viewer),
        overview: &Arc<Overview>,
        what: What,
        theme: Theme,
    ) -> Arc<Encoded> {
        let env = env_of((shared, viewer), theme);
        if !viewer.is_everybody() {
            return Arc::new(Encoded {
                plain: what.html(overview, &env).into(),
                br: None,
                gzip: None,
            });
        }
        let (revision, minute) = (overview.revision, env.now.0.div_euclid(60));
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (what, theme);
        if let Some(kept) =
            pages.get(&key).filter(|kept| (kept.revision, kept.minute) == (revision, minute))
        {
            return Arc::clone(&kept.body);
        }
        // Rendering under the lock: of many readers at once one renders, the others get its page.
        let body = Arc::new(encoded(key.0.html(overview, &env)));
        if pages.len() >= KEPT_PAGES {
            pages.clear();
        }
        pages.insert(key, Kept { revision, minute, body: Arc::clone(&body) });
        body
    }
}

/// A page, kept for all where it is the same for all.
fn answer(asked: &Asked, overview: &Arc<Overview>, what: What) -> Response {
    html(&kept(asked, overview, what), &asked.headers)
}

fn kept(asked: &Asked, overview: &Arc<Overview>, what: What) -> Arc<Encoded> {
    let Asked { shared, viewer, headers } = asked;
    shared.pages.get((shared, viewer), overview, what, theme(headers))
}

fn encoded(html: String) -> Encoded {
    let mut br = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: i32::try_from(BROTLI_QUALITY).unwrap_or(5),
        ..Default::default()
    };
    let compressed = brotli::BrotliCompress(&mut html.as_bytes(), &mut br, &params).is_ok();
    Encoded { plain: html.into(), br: compressed.then(|| br.into()), gzip: None }
}

/// `GET /`
pub(super) async fn overview(asked: Asked, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let is_still = query.split('&').any(|part| part == page::STILL);
    let query = Query::parse(&query);
    let overview = asked.overview();
    if query == Query::default() && !is_still {
        return answer(&asked, &overview, What::Overview);
    }
    Html(page::overview(&overview, &query, &PageEnv { is_still, ..asked.env() })).into_response()
}

/// `GET /login`: whoever reloads the page of a failed login.
pub(super) async fn home() -> Redirect {
    Redirect::to("/")
}

/// `GET /contexts`
///
/// What is in memory is sent at once; the checks, for which Kubernetes is asked, follow in the same
/// answer. So the page is there before them, and nothing of it needs a script. `?again` reads anew.
pub(super) async fn contexts(asked: Asked, RawQuery(query): RawQuery) -> Response {
    let page = kept(&asked, &asked.overview(), What::Contexts);
    let plain = page.plain.clone();
    let cut = plain.windows(BODY_END.len()).rposition(|window| window == BODY_END);
    let mut begin = plain;
    let end = begin.split_off(cut.unwrap_or(begin.len()));
    let lasts = if query.as_deref() == Some("again") { AGAIN_LASTS } else { check::LASTS };
    let checks = async move {
        let checks = asked.viewer.checks(lasts, CHECK_PATIENCE).await;
        [Bytes::from(page::checks(&checks)), end].concat().into()
    };
    let parts = stream::once(ready(begin)).chain(stream::once(checks));
    let body = Body::from_stream(parts.map(Ok::<Bytes, Infallible>));
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    ([kind], body).into_response()
}

/// `GET /c/CONTEXT/NAMESPACE/NAME`
pub(super) async fn cluster(asked: Asked, Path(at): Path<ClusterAt>) -> Response {
    let overview = asked.overview();
    match asked.cluster(&overview, &at) {
        Ok(cluster) => answer(&asked, &overview, What::Cluster(cluster.id.clone())),
        Err(response) => *response,
    }
}

/// `GET /c/CONTEXT/NAMESPACE/NAME/PORT?mode=MODE`, with what the list beneath asks for.
pub(super) async fn endpoint(
    asked: Asked,
    Path(PortAt { cluster, port }): Path<PortAt>,
    RawQuery(query): RawQuery,
) -> Response {
    let port: Port = match port.parse() {
        Ok(port) => port,
        Err(error) => {
            let what = format!("The address ends in `{}`: {error}.", shown(&port, 40));
            return asked.failed(StatusCode::NOT_FOUND, "No such port", &what);
        }
    };
    let overview = asked.overview();
    let cluster = match asked.cluster(&overview, &cluster) {
        Ok(cluster) => cluster,
        Err(response) => return *response,
    };
    let mut query = Query::parse(&query.unwrap_or_default());
    let asked_mode = query.filter.mode.take();
    let found = cluster
        .endpoints
        .iter()
        .find(|e| e.port() == port && asked_mode.is_none_or(|mode| e.mode() == mode));
    let Some(found) = found else {
        // The panel says so, and shows the port as soon as it is open.
        let mode = asked_mode.unwrap_or(Mode::LoadBalancer);
        let id = EndpointId { cluster: cluster.id.clone(), port, mode };
        let html = page::endpoint(&overview, &id, &query, &asked.env());
        return (StatusCode::NOT_FOUND, Html(html)).into_response();
    };
    if query == Query::default() {
        return answer(&asked, &overview, What::Endpoint(found.id.clone()));
    }
    Html(page::endpoint(&overview, &found.id, &query, &asked.env())).into_response()
}

pub(super) fn no_cluster(
    shared: &Shared,
    [context, namespace, name]: [&str; 3],
    headers: &HeaderMap,
) -> Response {
    if !shared.live.is_settled() {
        return connecting(shared, headers);
    }
    let what = format!(
        "There is no cluster {} in namespace {} of {}. It may be down since, or in a context that is not shown.",
        shown(name, 80),
        shown(namespace, 80),
        shown(context, 80),
    );
    failed(shared, headers, StatusCode::NOT_FOUND, "No such cluster", &what)
}

/// The answer to a deep link before anything is known: the browser asks again by itself.
fn connecting(shared: &Shared, headers: &HeaderMap) -> Response {
    let what = "skyports has just started and is still connecting. This page comes back by itself.";
    let mut response = failed(shared, headers, StatusCode::SERVICE_UNAVAILABLE, "Connecting", what);
    response.headers_mut().insert(header::REFRESH, HeaderValue::from_static("2"));
    response
}

/// `GET /go/NAME`: the short form for links from `SkyPilot`'s `dashboard.external_links`.
pub(super) async fn go(asked: Asked, Path(name): Path<String>) -> Response {
    let overview = asked.overview();
    let mut found =
        overview.clusters.iter().filter(|c| c.name == name || c.id.name.as_str() == name);
    match (found.next(), found.next()) {
        (Some(cluster), None) => Redirect::to(&cluster.id.path()).into_response(),
        (Some(_), Some(_)) => {
            let query = Query::from(Filter::text(name));
            Html(page::overview(&overview, &query, &asked.env())).into_response()
        }
        (None, _) if !asked.shared.live.is_settled() => connecting(&asked.shared, &asked.headers),
        (None, _) => {
            let what = format!("No cluster is named {}.", shown(&name, 80));
            asked.failed(StatusCode::NOT_FOUND, "No such cluster", &what)
        }
    }
}

/// Every address that is none of ours.
pub(super) async fn nowhere(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    failed(
        &shared,
        &headers,
        StatusCode::NOT_FOUND,
        "Nothing here",
        "There is no page at this address.",
    )
}

/// The login page, in place of the page that was asked for.
pub(super) fn login(shared: &Shared, headers: &HeaderMap, failed: bool) -> Response {
    let html = page::login(&env(shared, theme(headers)), failed);
    (StatusCode::UNAUTHORIZED, Html(html)).into_response()
}

/// The page that tells the code of a failure of ours.
pub(super) fn broken(shared: &Shared, headers: &HeaderMap, code: &str) -> Response {
    let html = page::broken(&env(shared, theme(headers)), code);
    (StatusCode::INTERNAL_SERVER_ERROR, Html(html)).into_response()
}

pub(super) fn failed(
    shared: &Shared,
    headers: &HeaderMap,
    status: StatusCode,
    title: &str,
    what: &str,
) -> Response {
    let html = page::error(&env(shared, theme(headers)), status.as_u16(), title, what, &[]);
    (status, Html(html)).into_response()
}

fn html(body: &Encoded, headers: &HeaderMap) -> Response {
    let mut response = body.answer(headers);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// What a page of a reader needs.
pub(super) fn env_of((shared, viewer): (&Shared, &Viewer), theme: Theme) -> PageEnv {
    let reader = viewer.reader().map(|reader| reader.user().to_owned());
    PageEnv { reader, ..env(shared, theme) }
}

/// What a page needs that nobody in particular reads.
pub(super) fn env(shared: &Shared, theme: Theme) -> PageEnv {
    PageEnv {
        reader: None,
        has_writes: shared.has_writes,
        assets: shared.files.assets.clone(),
        is_still: false,
        build: shared.files.build.clone(),
        theme,
        now: clock::now(),
        demo: shared.demo,
        apps: shared.live.apps(),
    }
}

pub(super) fn theme(headers: &HeaderMap) -> Theme {
    cookies(headers)
        .find(|(name, _)| *name == "theme")
        .map_or(Theme::System, |(_, word)| Theme::parse(word))
}
