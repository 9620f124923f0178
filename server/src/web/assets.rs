//! The built files of the page: read once, served under `/pkg/` by content hash.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path as UrlPath, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};
use skyports_app::page::Assets;
use thiserror::Error;

use super::router::Shared;
use super::session::hex;

/// Which file is what, a line each.
const MANIFEST: &str = "manifest.txt";

mod embedded {
    //! The built page, where it was put into the binary.
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

/// Why the built files cannot be used.
#[derive(Debug, Error)]
#[error("cannot read the page's file {}: {source}", path.display())]
pub struct AssetsError {
    path: PathBuf,
    source: std::io::Error,
}

/// A body in the encodings that browsers take.
#[derive(Debug, Clone, Default)]
pub struct Encoded {
    /// As it is.
    pub plain: Bytes,
    /// Brotli.
    pub br: Option<Bytes>,
    /// Gzip.
    pub gzip: Option<Bytes>,
}

impl Encoded {
    /// The smallest body that the request's `Accept-Encoding` allows.
    pub fn answer(&self, request: &HeaderMap) -> Response {
        let accepts = |coding: &str| {
            request
                .get_all(header::ACCEPT_ENCODING)
                .iter()
                .filter_map(|value| value.to_str().ok())
                .flat_map(|value| value.split(','))
                .map(|item| item.split(';').collect::<Vec<_>>())
                .any(|parts| {
                    let refused = parts
                        .iter()
                        .skip(1)
                        .any(|p| matches!(p.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
                    parts.first().is_some_and(|name| name.trim().eq_ignore_ascii_case(coding))
                        && !refused
                })
        };
        let (body, coding) = match (&self.br, &self.gzip) {
            (Some(br), _) if accepts("br") => (br, Some("br")),
            (_, Some(gzip)) if accepts("gzip") => (gzip, Some("gzip")),
            _ => (&self.plain, None),
        };
        let mut response = Response::new(Body::from(body.clone()));
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(coding) = coding {
            response
                .headers_mut()
                .insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    }
}

/// The built files and what pages need to know of them.
#[derive(Debug, Default)]
pub struct WebFiles {
    files: BTreeMap<String, Encoded>,
    /// The paths for pages; `None` when there are no built files.
    pub assets: Option<Assets>,
    /// The path of the icon for `/favicon.ico`.
    favicon: Option<String>,
    /// The build's id, from the names of the files.
    pub build: String,
}

impl WebFiles {
    /// The built page: from the folder that `cargo xtask web` made, else from this binary, else none.
    pub fn load(folder: Option<&Path>) -> Result<Self, AssetsError> {
        match folder {
            Some(folder) => Self::read(folder),
            None if embedded::FILES.is_empty() => Ok(Self::none()),
            None => Self::of(&|name| {
                Ok(embedded::FILES
                    .iter()
                    .find(|(n, _)| *n == name)
                    .map(|(_, f)| Bytes::from_static(f)))
            }),
        }
    }

    fn read(folder: &Path) -> Result<Self, AssetsError> {
        Self::of(&|name| {
            let path = folder.join(name);
            match std::fs::read(&path) {
                Ok(content) => Ok(Some(content.into())),
                Err(source) if source.kind() == ErrorKind::NotFound && name != MANIFEST => Ok(None),
                Err(source) => Err(AssetsError { path, source }),
            }
        })
    }

    /// `manifest.txt` and the files under `pkg/` that it names, each with its compressed twins.
    fn of(file: &dyn Fn(&str) -> Result<Option<Bytes>, AssetsError>) -> Result<Self, AssetsError> {
        let manifest = file(MANIFEST)?.unwrap_or_default();
        let manifest = String::from_utf8_lossy(&manifest).into_owned();
        let names: BTreeMap<&str, &str> =
            manifest.lines().filter_map(|line| line.split_once(' ')).collect();
        let mut files = BTreeMap::new();
        for name in names.values() {
            let path = format!("pkg/{name}");
            if let Some(plain) = file(&path)? {
                let encoded = Encoded {
                    plain,
                    br: file(&format!("{path}.br"))?,
                    gzip: file(&format!("{path}.gz"))?,
                };
                files.insert((*name).to_owned(), encoded);
            }
        }
        let path = |kind: &str| {
            names
                .get(kind)
                .filter(|name| files.contains_key(**name))
                .map(|name| format!("/pkg/{name}"))
        };
        let text = |kind: &str| {
            let file = files.get(*names.get(kind)?)?;
            std::str::from_utf8(&file.plain).ok().map(Arc::from)
        };
        let assets = (|| {
            Some(Assets {
                js: path("js")?,
                wasm: path("wasm")?,
                first: text("first")?,
                css: path("css")?,
                font: path("font")?,
                icons: path("icons")?,
            })
        })();
        let digest = Sha256::digest(format!("{}\n{manifest}", env!("CARGO_PKG_VERSION")));
        let build = hex(digest.iter().copied().take(8));
        let favicon = names.get("favicon").map(|name| (*name).to_owned());
        Ok(Self { files, assets, favicon, build })
    }

    /// A server without built files: pages are readable, plain and not live.
    fn none() -> Self {
        Self { build: "none".to_owned(), ..Self::default() }
    }

    fn file(&self, name: &str, request: &HeaderMap) -> Option<Response> {
        let mut response = self.files.get(name)?.answer(request);
        let kind = mime_guess::from_path(name).first_or_octet_stream();
        if let Ok(kind) = HeaderValue::from_str(kind.as_ref()) {
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        Some(response)
    }
}

/// `GET /pkg/NAME`: for ever, since the name holds the content's hash.
pub(super) async fn file(
    State(shared): State<Arc<Shared>>,
    UrlPath(name): UrlPath<String>,
    request: HeaderMap,
) -> Response {
    match shared.files.file(&name, &request) {
        Some(mut response) => {
            let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
            response.headers_mut().insert(header::CACHE_CONTROL, forever);
            response
        }
        None => status(StatusCode::NOT_FOUND),
    }
}

/// `GET /favicon.ico`
pub(super) async fn favicon(State(shared): State<Arc<Shared>>, request: HeaderMap) -> Response {
    let file = shared.files.favicon.as_deref().and_then(|name| shared.files.file(name, &request));
    file.unwrap_or_else(|| status(StatusCode::NO_CONTENT))
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_accepted_encoding_is_chosen() {
        let body =
            Encoded { plain: "plain".into(), br: Some("br".into()), gzip: Some("gzip".into()) };
        let coding = |accept: &'static str| {
            let mut request = HeaderMap::new();
            request.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accept));
            let answer = body.answer(&request);
            answer.headers().get(header::CONTENT_ENCODING).map(|v| v.to_str().unwrap().to_owned())
        };
        assert_eq!(coding("gzip, deflate, br").as_deref(), Some("br"));
        assert_eq!(coding("gzip;q=1.0, br;q=0").as_deref(), Some("gzip"));
        assert_eq!(coding("identity"), None);
        assert_eq!(coding("brotli"), None);
    }
}
