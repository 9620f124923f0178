//! An ingress controller as nginx is one: takes the path off or leaves it, hides the header
//! `Server`, and answers with pages of its own. It keeps connections open, and counts.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use skyports_model::Route;
use tokio::net::TcpListener;

use super::PATH;

/// What an app is asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) host: String,
    pub(super) upgrades: bool,
}

/// What it answers.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) kind: &'static str,
    pub(super) location: Option<String>,
    pub(super) body: String,
}

impl Reply {
    pub(super) fn page(body: &str) -> Self {
        Self { status: 200, kind: "text/html", location: None, body: body.to_owned() }
    }

    pub(super) fn file(kind: &'static str) -> Self {
        Self { status: 200, kind, location: None, body: "/**/".to_owned() }
    }

    pub(super) fn json(body: &str) -> Self {
        Self { kind: "application/json", ..Self::page(body) }
    }

    pub(super) fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(super) fn to(status: u16, location: String) -> Self {
        Self { location: Some(location), ..Self::page("").status(status) }
    }

    fn of_nginx(status: u16, reason: &str) -> Self {
        let page = format!("<title>{status} {reason}</title><center>nginx</center>");
        Self::page(&page).status(status)
    }
}

/// An app: any answer to any question.
pub(super) type App = Arc<dyn Fn(&Asked) -> Reply + Send + Sync>;

/// Every question that reached the controller.
pub(super) type Visits = Arc<Mutex<Vec<String>>>;

/// A controller in front of an app.
pub(super) async fn serve(app: App, route: Route) -> (SocketAddr, Visits) {
    let visits = Visits::default();
    let seen = Arc::clone(&visits);
    let answer = move |request: Request| {
        let asked = asked(&request);
        seen.lock().unwrap().push(format!("{} {:?}", asked.path, request.headers()));
        let reply = match behind(&asked.path, route) {
            None => Reply::of_nginx(404, "Not Found"),
            Some(path) => app(&Asked { path, ..asked }),
        };
        std::future::ready(response(reply))
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    (address, visits)
}

fn asked(request: &Request) -> Asked {
    let path = request.uri().path_and_query().map_or("/", |it| it.as_str()).to_owned();
    let header = |name: &str| request.headers().get(name).and_then(|it| it.to_str().ok());
    Asked {
        path,
        host: header("host").unwrap_or_default().to_owned(),
        upgrades: header("upgrade").is_some_and(|it| it == "websocket"),
    }
}

/// The path that an app sees; `None` of a path that leads to none.
fn behind(path: &str, route: Route) -> Option<String> {
    let rest = path.strip_prefix(PATH)?;
    let is_under = rest.is_empty() || rest.starts_with(['/', '?']);
    let slash = if rest.starts_with('/') { "" } else { "/" };
    let seen = if route == Route::Kept { path.to_owned() } else { format!("{slash}{rest}") };
    is_under.then_some(seen)
}

fn response(reply: Reply) -> Response {
    let mut response = Response::builder().status(reply.status).header("content-type", reply.kind);
    if let Some(location) = reply.location {
        response = response.header("location", location);
    }
    if reply.status == 101 {
        response = response.header("upgrade", "websocket").header("connection", "upgrade");
    }
    response.body(Body::from(reply.body)).unwrap()
}
