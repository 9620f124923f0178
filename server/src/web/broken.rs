//! What is answered when our own code fails: a code that the log holds, and nothing of the failure.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use futures::FutureExt as _;
use http::StatusCode;

use super::router::Shared;
use super::session::hex;
use super::{api, pages};

/// Answers in the place of a handler that failed. One request fails, the server goes on.
pub(super) async fn guard(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let (headers, path) = (request.headers().clone(), request.uri().path().to_owned());
    // Handlers share nothing that a failure could leave half done: locks are taken over.
    if let Ok(response) = AssertUnwindSafe(next.run(request)).catch_unwind().await {
        return response;
    }
    let code = code();
    // The failure itself was reported where it happened.
    tracing::error!(code, path, "a request failed; this is a defect of skyports");
    if path.starts_with("/api/") {
        let said = format!("Something broke here, not in your cluster. Code {code}.");
        api::refused(StatusCode::INTERNAL_SERVER_ERROR, "internal", &said)
    } else {
        pages::broken(&shared, &headers, &code)
    }
}

/// `7f3c-91ab`.
fn code() -> String {
    let mut bytes = [0_u8; 4];
    // Without randomness the log has the path and the moment still.
    let _ = getrandom::fill(&mut bytes);
    let [a, b, c, d] = bytes;
    format!("{}-{}", hex([a, b].into_iter()), hex([c, d].into_iter()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tokio_util::sync::CancellationToken;
    use tower::ServiceExt as _;

    use crate::dashboard::live::Live;
    use crate::web::assets::WebFiles;
    use crate::web::gate::Gate;
    use crate::web::host::AllowedHosts;
    use crate::web::session::Sessions;

    async fn fails() -> &'static str {
        panic!("a secret of the code")
    }

    #[tokio::test]
    async fn a_failure_of_ours_is_told_by_a_code_alone() {
        let shared = Arc::new(Shared::new(
            Live::start(vec![]),
            WebFiles::load(None).unwrap(),
            Gate::Sessions(Sessions::without_login(1)),
            AllowedHosts::of("127.0.0.1:1".parse().unwrap()),
            CancellationToken::new(),
        ));
        let router = Router::new()
            .route("/page", get(fails))
            .route("/api/data", get(fails))
            .layer(from_fn_with_state(shared, guard));
        for (path, said) in [
            ("/page", "Something broke here, not in your cluster</h1>"),
            ("/api/data", "\"code\":\"internal\""),
        ] {
            let request = Request::get(path).body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
            let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            assert!(body.contains(said), "{body}");
            assert!(!body.contains("secret"), "{body}");
        }
    }

    #[test]
    fn codes_differ() {
        assert_ne!(code(), code());
        assert_eq!(code().len(), 9);
    }
}
