//! The headers that every answer carries, errors too.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderValue, header};
use sha2::{Digest as _, Sha256};
use skyports_app::page::{Assets, LOGIN_SCRIPT, boot_script};
use std::sync::Arc;

use super::router::Shared;

/// The Content-Security-Policy: our two inline scripts and our inline style sheet by their hashes, our
/// own files, and nothing else.
///
/// `'strict-dynamic'` would not let the boot script import: Chromium holds what an inline script
/// of the document imports for as good as inserted by the parser. A hash instead of a nonce keeps
/// finished pages the same for everybody, so that they can be cached (`docs/decisions`).
pub fn content_security_policy(assets: Option<&Assets>) -> String {
    let hash =
        |script: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(script)));
    let boot = assets.map(|assets| hash(&boot_script(assets))).unwrap_or_default();
    let login = hash(LOGIN_SCRIPT);
    let first = assets.map(|assets| hash(&assets.first)).unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'self' {boot} {login} 'wasm-unsafe-eval'; style-src 'self' {first}; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// Sets them.
pub(super) async fn set(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, shared.policy.clone());
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ("x-frame-options", "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Only files whose name holds their content's hash may be kept.
    let kept = headers
        .get(header::CACHE_CONTROL)
        .is_some_and(|value| value.as_bytes().ends_with(b"immutable"));
    if !kept {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
