//! The whole HTML documents, as the server sends them.
//!
//! A document holds no nonce and nothing of its reader but the theme, so it can be cached by
//! revision and minute. Scripts are allowed by the hash of [`boot_script`] and [`LOGIN_SCRIPT`].

use std::sync::Arc;

use leptos::prelude::*;
use skyports_model::{ClusterId, Filter, Overview, Port, Step, Timestamp};

/// The URL paths of the built files: `/pkg/app.0123456789abcdef.js`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    /// The glue that loads the WASM.
    pub js: String,
    /// The WASM.
    pub wasm: String,
    /// The style sheet.
    pub css: String,
    /// The font.
    pub font: String,
    /// The sheet of icons.
    pub icons: String,
}

/// What a document needs beside its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageEnv {
    /// The built files; without them no script is loaded and no style.
    pub assets: Option<Assets>,
    /// The build's id: a browser that meets another one in the event stream reloads.
    pub build: String,
    /// The theme that the reader chose.
    pub theme: Theme,
    /// The moment from which ages are told.
    pub now: Timestamp,
}

/// The theme that a reader chose, as the cookie `theme` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the system wants it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The theme that the cookie's value names; anything unknown is the system's.
    pub fn parse(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    /// The word for cookie and attribute; `None` for the system's.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

/// The script of the login page: swaps the secret after `#` for a cookie.
pub const LOGIN_SCRIPT: &str = include_str!("login.js");

/// The inline script of every other page, the same for all of them.
pub fn boot_script(assets: &Assets) -> String {
    let Assets { js, wasm, .. } = assets;
    format!(
        "const m=await import('{js}');await m.default({{module_or_path:'{wasm}'}});m.hydrate();\
         for(const e of document.querySelectorAll('leptos-island'))m[e.dataset.component](e)"
    )
}

/// All endpoints, as far as `filter` shows them.
pub fn overview(overview: &Arc<Overview>, filter: &Filter, env: &PageEnv) -> String {
    let (_, _) = (overview, filter);
    document(env, "Endpoints", view! { <p>{"…"}</p> })
}

/// One cluster; `marked` is the port that the address names.
pub fn cluster(
    overview: &Arc<Overview>,
    cluster: &ClusterId,
    marked: Option<Port>,
    env: &PageEnv,
) -> String {
    let (_, _) = (overview, marked);
    document(env, cluster.name.as_str(), view! { <p>{"…"}</p> })
}

/// The contexts, their state and what is missing in each.
pub fn contexts(overview: &Arc<Overview>, env: &PageEnv) -> String {
    let _ = overview;
    document(env, "Contexts", view! { <p>{"…"}</p> })
}

/// Asks for the code that the terminal shows.
pub fn login(env: &PageEnv, failed: bool) -> String {
    let _ = failed;
    document(env, "Log in", view! { <p>{"…"}</p> })
}

/// Says what went wrong and what to do next.
pub fn error(env: &PageEnv, status: u16, title: &str, what: &str, next: &[Step]) -> String {
    let (_, _) = (status, next);
    document(env, title, view! { <p>{what.to_owned()}</p> })
}

fn document(env: &PageEnv, title: &str, body: impl IntoView) -> String {
    let title = format!("{title} · skyports");
    let html = view! {
        <html lang="en" data-theme=env.theme.word()>
            <head>
                <meta charset="utf-8"/>
                <title>{title}</title>
            </head>
            <body>{body}</body>
        </html>
    };
    format!("<!doctype html>{}", html.to_html())
}
