//! One request's way through the ingress controller: to the default backend, to a redirect, or to a
//! pod and back.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::upgrade::OnUpgrade;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::DuplexStream;
use tokio::time::timeout;

use super::Controller;
use super::relay::{SILENCE, relay};
use super::table::{Location, Routed};
use crate::store::{Key, Resource};

/// `proxy_next_upstream_tries`.
const TRIES: usize = 3;
/// A body is read whole before it is passed on, as nginx does; whatever an Ingress allows, no more
/// than this is kept in memory.
const LONGEST_BODY: u64 = 32 << 20;
/// `proxy_read_timeout`.
const READ_TIMEOUT: Duration = Duration::from_mins(1);

/// Headers that are about one connection only (RFC 9110, 7.6.1).
const HOP_BY_HOP: [HeaderName; 6] = [
    header::CONNECTION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    HeaderName::from_static("keep-alive"),
];

type Answer = Response<BoxBody<Bytes, hyper::Error>>;

/// Answers one request.
pub(super) async fn answer(
    controller: Arc<Controller>,
    client: IpAddr,
    request: Request<Incoming>,
) -> Result<Answer, Infallible> {
    let table = controller.table();
    let host = host(&request).to_owned();
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    Ok(match table.route(&host, target) {
        Routed::BadRequest => page(StatusCode::BAD_REQUEST),
        Routed::NotFound => page(StatusCode::NOT_FOUND),
        Routed::Redirect { status, to } => redirect(status, &to),
        Routed::Pass { location, target } => {
            let way = Way { controller: &controller, location, client, host, target };
            match way.pass(request).await {
                Ok(answer) => answer,
                Err(status) => page(status),
            }
        }
    })
}

/// Where a request goes.
struct Way<'a> {
    controller: &'a Controller,
    location: &'a Location,
    client: IpAddr,
    host: String,
    target: String,
}

impl Way<'_> {
    /// The app's answer, or the status of nginx's own page.
    async fn pass(&self, mut request: Request<Incoming>) -> Result<Answer, StatusCode> {
        let protocol = wanted_upgrade(request.headers());
        let from_client = protocol.is_some().then(|| hyper::upgrade::on(&mut request));
        let (parts, body) = request.into_parts();
        let body = self.body(body).await?;
        let request = self.request(parts, body, protocol.as_ref())?;
        let pod = self.dial()?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(pod)).await.map_err(|_| StatusCode::BAD_GATEWAY)?;
        // It ends with the answer's body, or with what follows an upgrade.
        tokio::spawn(connection.with_upgrades());
        let mut answer = timeout(READ_TIMEOUT, sender.send_request(request))
            .await
            .map_err(|_| StatusCode::GATEWAY_TIMEOUT)?
            .map_err(|_| StatusCode::BAD_GATEWAY)?;
        let upgraded = answer.status() == StatusCode::SWITCHING_PROTOCOLS;
        if let Some(client) = from_client.filter(|_| upgraded) {
            let app = hyper::upgrade::on(&mut answer);
            let stopped = self.controller.stopping.clone().cancelled_owned();
            tokio::spawn(async move {
                tokio::select! {
                    () = stopped => {}
                    () = switch(client, app) => {}
                }
            });
        }
        Ok(passed_back(answer, upgraded))
    }

    /// The body, whole, as nginx reads it before it asks any backend.
    async fn body(&self, body: Incoming) -> Result<Bytes, StatusCode> {
        let limit = self.location.body_limit.map_or(LONGEST_BODY, |it| it.min(LONGEST_BODY));
        if body.size_hint().lower() > limit {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        match Limited::new(body, limit).collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(StatusCode::PAYLOAD_TOO_LARGE),
            Err(_) => Err(StatusCode::BAD_REQUEST),
        }
    }

    /// The request as the app sees it.
    fn request(
        &self,
        mut parts: Parts,
        body: Bytes,
        protocol: Option<&HeaderValue>,
    ) -> Result<Request<Full<Bytes>>, StatusCode> {
        parts.uri = self.target.parse::<Uri>().map_err(|_| StatusCode::BAD_REQUEST)?;
        let headers = &mut parts.headers;
        without_hops(headers);
        // The client of hyper writes the length of the body that it has.
        headers.remove(header::CONTENT_LENGTH);
        if let Some(protocol) = protocol {
            headers.insert(header::UPGRADE, protocol.clone());
            headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
        }
        let client = self.client.to_string();
        // Never `X-Forwarded-Prefix`: that takes an annotation which SkyPilot does not write. The
        // port is the controller's own, whatever the node port leads to it.
        for (name, value) in [
            ("x-real-ip", client.as_str()),
            ("x-forwarded-for", &client),
            ("x-forwarded-host", &self.host),
            ("x-forwarded-port", "80"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-scheme", "http"),
            ("x-scheme", "http"),
            ("x-request-id", &self.request_id()),
        ] {
            let value = HeaderValue::from_str(value).map_err(|_| StatusCode::BAD_REQUEST)?;
            headers.insert(HeaderName::from_static(name), value);
        }
        Ok(Request::from_parts(parts, Full::new(body)))
    }

    fn request_id(&self) -> String {
        format!("{:032x}", self.controller.turn.load(Ordering::Relaxed))
    }

    /// A connection to a pod of the Service, each in its turn; refused ones are tried again at the
    /// next pod, three times in all.
    fn dial(&self) -> Result<DuplexStream, StatusCode> {
        let unavailable = StatusCode::SERVICE_UNAVAILABLE;
        let backend = self.location.backend.as_ref().ok_or(unavailable)?;
        let network = &self.controller.network;
        let key = Key::namespaced(Resource::Services, &backend.namespace, &backend.service);
        let service = network.store().get(&key).ok_or(unavailable)?;
        let places = network.places(&service, &backend.port).unwrap_or_default();
        if places.is_empty() {
            return Err(unavailable);
        }
        for _ in 0..TRIES {
            let turn = self.controller.turn.fetch_add(1, Ordering::Relaxed);
            let place = turn.checked_rem(places.len()).and_then(|at| places.get(at));
            if let Some(Ok(connection)) = place.map(|place| network.dial(place)) {
                return Ok(connection);
            }
        }
        Err(StatusCode::BAD_GATEWAY)
    }
}

/// The answer as the client sees it.
fn passed_back(answer: Response<Incoming>, upgraded: bool) -> Answer {
    let protocol = answer.headers().get(header::UPGRADE).cloned().filter(|_| upgraded);
    let (mut parts, body) = answer.into_parts();
    without_hops(&mut parts.headers);
    parts.headers.remove(header::SERVER);
    if let Some(protocol) = protocol {
        parts.headers.insert(header::UPGRADE, protocol);
        parts.headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    }
    Response::from_parts(parts, body.boxed())
}

/// Both sides after an upgrade.
async fn switch(client: OnUpgrade, app: OnUpgrade) {
    let (Ok(client), Ok(app)) = (client.await, app.await) else { return };
    if let Err(error) = relay(TokioIo::new(client), TokioIo::new(app), SILENCE).await {
        tracing::debug!(%error, "an upgraded connection ended");
    }
}

fn host(request: &Request<Incoming>) -> &str {
    let header = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = request.uri().authority().map(hyper::http::uri::Authority::as_str);
    authority.or(header).unwrap_or_default()
}

fn wanted_upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let connection = headers.get(header::CONNECTION)?.to_str().ok()?;
    let wanted = connection.split(',').any(|word| word.trim().eq_ignore_ascii_case("upgrade"));
    headers.get(header::UPGRADE).filter(|_| wanted).cloned()
}

fn without_hops(headers: &mut HeaderMap) {
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

fn redirect(status: u16, to: &str) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::MOVED_PERMANENTLY);
    let mut answer = page(status);
    if let Ok(to) = HeaderValue::from_str(to) {
        answer.headers_mut().insert(header::LOCATION, to);
    }
    answer
}

/// A page of the controller's own.
fn page(status: StatusCode) -> Answer {
    let reason = match status {
        StatusCode::PAYLOAD_TOO_LARGE => "Request Entity Too Large",
        StatusCode::SERVICE_UNAVAILABLE => "Service Temporarily Unavailable",
        StatusCode::GATEWAY_TIMEOUT => "Gateway Time-out",
        _ => status.canonical_reason().unwrap_or_default(),
    };
    let title = format!("{} {reason}", status.as_u16());
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>:root{{color-scheme:light dark;font-family:serif;text-align:center}}</style></head>\n\
         <body><h1>{title}</h1><hr><p>nginx (demo stand-in)</p></body></html>\n"
    );
    let body = Full::new(Bytes::from(html)).map_err(|never| match never {}).boxed();
    let mut answer = Response::new(body);
    *answer.status_mut() = status;
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    answer.headers_mut().insert(header::CONTENT_TYPE, html);
    answer
}
