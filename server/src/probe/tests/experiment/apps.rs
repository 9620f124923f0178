//! Apps as they answered: their pages, redirects and errors, cut down to what decides.

use std::sync::Arc;

use super::PATH;
use super::ingress::{App, Asked, Reply};

/// The path under an app's own root; `None` of what is not under it.
fn below<'a>(asked: &'a Asked, root: &str) -> Option<&'a str> {
    let path = asked.path.split('?').next().unwrap_or_default();
    path.strip_prefix(root).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Jupyter Server 2.21 with that `base_url`, which redirects by path.
pub(super) fn jupyter(root: &'static str, has_token: bool) -> App {
    Arc::new(move |asked: &Asked| {
        let unknown =
            Reply::page("<title>Jupyter Server</title><h1>404 : Not Found</h1>").status(404);
        let Some(path) = below(asked, root) else { return unknown };
        match path {
            "" | "/" => Reply::to(302, format!("{root}/lab?")),
            "/lab" if has_token => Reply::to(302, format!("{root}/login?next=%2Flab")),
            "/lab" => Reply::page(&format!(
                "<title>JupyterLab</title><script id=\"jupyter-config-data\" type=\"application/json\">\
                 {{\"baseUrl\": \"{root}/\"}}</script>\
                 <link rel=icon href={root}/static/favicon.ico>\
                 <script defer src=\"{root}/static/lab/main.js?v=1\"></script>"
            )),
            "/login" => Reply::page(&format!(
                "<title>Jupyter Server</title><link rel=stylesheet href=\"{root}/static/style.css\">\
                 <form action=\"{root}/login?next=%2Flab\" method=post></form>"
            )),
            "/static/lab/main.js" => Reply::file("text/javascript"),
            "/static/style.css" => Reply::file("text/css"),
            "/api/events/subscribe" if has_token => Reply::page("").status(403),
            "/api/events/subscribe" if asked.upgrades => Reply::page("").status(101),
            "/api" => Reply::json("{\"version\": \"2.21.0\"}"),
            _ => unknown,
        }
    })
}

/// An app whose page names its files from where it is: what it is told to be under, and how it
/// sends the path without a slash there.
#[derive(Clone, Copy)]
pub(super) struct Relative {
    pub(super) page: &'static str,
    pub(super) root: &'static str,
    pub(super) socket: Option<&'static str>,
    pub(super) adds_slash: fn(&Asked) -> Reply,
}

impl Relative {
    pub(super) fn app(self) -> App {
        Arc::new(move |asked: &Asked| {
            let Self { page, root, socket, adds_slash } = self;
            let unknown = Reply { kind: "text/plain", ..Reply::page("Not found").status(404) };
            match below(asked, root) {
                // An app at the root of a host is asked for `/` at the least.
                Some("") => adds_slash(asked),
                Some("/") => Reply::page(page),
                Some(path) if page.contains(path.trim_start_matches('/')) => {
                    let is_script = path.rsplit('.').next() == Some("js");
                    Reply::file(if is_script { "text/javascript" } else { "text/css" })
                }
                Some(path) if asked.upgrades && Some(path) == socket => Reply::page("").status(101),
                // These refuse a WebSocket to nowhere.
                Some(_) | None if asked.upgrades => Reply::page("").status(403),
                Some(_) | None => unknown,
            }
        })
    }
}

/// By path, so that the scheme stays: `TensorBoard`.
fn by_path(_: &Asked) -> Reply {
    Reply::to(301, format!("{PATH}/"))
}

/// By a whole URL, of the scheme that the app itself speaks: Streamlit, marimo, `MLflow`.
pub(super) fn by_url(asked: &Asked) -> Reply {
    Reply::to(307, format!("http://{}{PATH}/", asked.host))
}

/// `TensorBoard` 2.21, whose fonts are at the root of the host, whatever it is told.
pub(super) fn tensorboard(root: &'static str) -> Relative {
    let page = "<title>TensorBoard</title><style>@font-face {src: url(/font-roboto/x.woff2)}</style>\
                <script src=\"index.js?_file_hash=1\"></script>\
                <link rel=preload as=font href=/font-roboto/y.woff2>";
    Relative { page, root, socket: None, adds_slash: by_path }
}

pub(super) fn streamlit(root: &'static str) -> Relative {
    let page = "<title>Streamlit</title><link rel=\"service-desc\" href=\"./_stcore/agent/openapi.json\">\
                <link rel=\"stylesheet\" href=\"./static/css/index.css\">\
                <script type=\"module\" src=\"./static/js/index.js\"></script>";
    Relative { page, root, socket: Some("/_stcore/stream"), adds_slash: by_url }
}

pub(super) fn marimo(root: &'static str) -> Relative {
    let page = "<title>notebook.py</title><marimo-filename hidden>notebook.py</marimo-filename>\
                <script type=module crossorigin src=\"./assets/index.js\"></script>";
    Relative { page, root, socket: Some("/ws"), adds_slash: by_url }
}

pub(super) fn mlflow(root: &'static str) -> Relative {
    let page = "<title>MLflow</title><link rel=icon href=static-files/favicon.ico>\
                <script defer src=\"static-files/static/js/main.js\"></script>";
    Relative { page, root, socket: None, adds_slash: by_url }
}

pub(super) fn ray() -> Relative {
    let page = "<title>Ray Dashboard</title><script defer src=\"./static/js/main.js\"></script>";
    Relative { page, root: "", socket: None, adds_slash: by_url }
}

/// Gradio 6.31 with that `root_path`: it answers with and without it.
pub(super) fn gradio(root: &'static str) -> App {
    Arc::new(move |asked: &Asked| {
        if !root.is_empty() && asked.path == root {
            return by_url(asked);
        }
        let path = below(asked, root).or_else(|| below(asked, "")).unwrap_or_default();
        let config =
            format!("{{\"version\": \"6.31.0\", \"root\": \"http://{}{root}\"}}", asked.host);
        match path {
            "/" => Reply::page(&format!(
                "<title>A demo</title><link rel=manifest href=/manifest.json>\
                 <script>window.gradio_config = {config};</script>\
                 <script src=https://cdn.example/iframe.js></script>\
                 <script type=module src=\"./assets/index.js\"></script>"
            )),
            "/assets/index.js" => Reply::file("text/javascript"),
            "/config" => Reply::json(&config),
            _ => Reply::json("{\"detail\":\"Not Found\"}").status(404),
        }
    })
}

/// `MLflow` 3.5 and later, asked by a name that it was not told.
pub(super) fn mlflow_that_refuses() -> App {
    Arc::new(|_: &Asked| {
        let text = "Invalid Host header - possible DNS rebinding attack detected";
        Reply { kind: "text/plain", ..Reply::page(text).status(403) }
    })
}

/// vLLM 0.11: an API and no page.
pub(super) fn vllm() -> App {
    Arc::new(|asked: &Asked| match below(asked, "") {
        Some("/version") => Reply::json("{\"version\":\"0.11.0\"}"),
        _ => Reply::json("{\"detail\":\"Not Found\"}").status(404),
    })
}

/// Open `WebUI` 0.6, whose files are at the root of the host.
pub(super) fn open_webui() -> App {
    Arc::new(|asked: &Asked| match below(asked, "") {
        Some("/") => Reply::page(
            "<title>Open WebUI</title><link rel=stylesheet href=/static/custom.css>\
             <link rel=modulepreload href=/_app/immutable/entry/start.js>",
        ),
        _ => Reply::json("{\"detail\":\"Not Found\"}").status(404),
    })
}
