//! Lets in who may look, and says as whom: every handler behind it works with a [`Viewer`], and none
//! with what skyports itself sees.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::StatusCode;
use skyports_model::Timestamp;

use super::router::Shared;
use super::said::said;
use super::session::{Access, Sessions};
use super::sign_in::{Door, NotSignedIn, SignedIn};
use super::{api, pages};
use crate::dashboard::viewer::Viewer;

/// How readers get in.
#[derive(Debug)]
pub enum Gate {
    /// By the code of this start of the server, or freely.
    Sessions(Sessions),
    /// By a token that a proxy sends.
    Door(Box<Door>),
}

impl Gate {
    /// The code that logs in; `None` where none does.
    pub fn login_code(&self) -> Option<&str> {
        self.sessions()?.login_code()
    }

    /// The sessions, where there are any.
    pub(super) fn sessions(&self) -> Option<&Sessions> {
        match self {
            Self::Sessions(sessions) => Some(sessions),
            Self::Door(_) => None,
        }
    }
}

/// Until when who got in may stay; for ever where nothing is said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Until(pub(super) Option<Timestamp>);

/// Lets in who may look; all others are told so.
pub(super) async fn guard(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Response {
    let (access, until, viewer) = match &shared.gate {
        Gate::Sessions(sessions) => match sessions.access(request.headers()) {
            Some(access) => (access, Until(None), Viewer::everything(shared.live.clone())),
            None => return not_logged_in(&shared, &request),
        },
        Gate::Door(door) => match door.reader(request.headers()).await {
            Ok(SignedIn { reader, until }) => {
                (Access::Reader, Until(Some(until)), Viewer::of(&shared.live, reader).await)
            }
            Err(error) => return not_signed_in(&shared, &request, &error),
        },
    };
    request.extensions_mut().insert(access);
    request.extensions_mut().insert(until);
    let viewer = viewer.named(said(request.headers())).await;
    request.extensions_mut().insert(viewer);
    next.run(request).await
}

fn not_logged_in(shared: &Shared, request: &Request) -> Response {
    let path = request.uri().path();
    if path.starts_with("/api/fn/") {
        return api::not_logged_in();
    }
    if path.starts_with("/api/") {
        let what = "Nobody is logged in. Send the code that `skyports serve` printed as `Authorization: Bearer CODE`.";
        return api::refused(StatusCode::UNAUTHORIZED, "not_logged_in", what);
    }
    pages::login(shared, request.headers(), false)
}

fn not_signed_in(shared: &Shared, request: &Request, error: &NotSignedIn) -> Response {
    tracing::debug!(%error, "nobody is signed in");
    let path = request.uri().path();
    if path.starts_with("/api/fn/") {
        return api::not_logged_in();
    }
    let what = format!(
        "Nobody is signed in: {error}. Sign in at the proxy in front of this skyports, then load this page again."
    );
    if path.starts_with("/api/") {
        return api::refused(StatusCode::UNAUTHORIZED, "not_logged_in", &what);
    }
    pages::failed(shared, request.headers(), StatusCode::UNAUTHORIZED, "Not signed in", &what)
}
