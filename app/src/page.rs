//! The whole HTML documents, as the server sends them.
//!
//! A document holds no nonce and nothing of its reader but the theme, so it can be cached by
//! revision and minute. Scripts are allowed by the hash of [`boot_script`] and [`LOGIN_SCRIPT`].

use std::sync::Arc;

use leptos::either::Either;
use leptos::prelude::*;
use skyports_model::{
    AppGuess, ClusterId, ContextCheck, ContextName, EndpointId, Overview, Query, Step, Timestamp,
};

use crate::board::Pace;
use crate::browser;
use crate::components::alone::{broken_card, error_card, login_card};
use crate::components::check_card::check_section;
use crate::components::demo_banner::demo_banner;
use crate::components::described::WithoutScripts;
use crate::components::endpoint_table::FIRST;
use crate::components::guest_card::{guest_card, guest_ended, guest_go, guest_later};
use crate::components::keyboard_sheet::keyboard_sheet;
use crate::components::palette::palette;
use crate::components::port_dialog;
use crate::components::reader_strip::reader_strip;
use crate::components::shell::brand;
use crate::components::toaster::toaster;
use crate::island::LiveEndpoints;
use crate::pages::rest::{MORE, rest};
use crate::panel;
use crate::ports::Drawn;
use crate::state::{self, PageState, View};

/// The brand, small, in no file of its own: browsers ask for one on every page.
const FAVICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' \
     stroke='%231d5fd0' stroke-width='2.6' stroke-linecap='round'%3E%3Cpath d='M3.6 14.2a8.4 8.4 0 0 1 16.8 0M8.2 \
     14.2a3.8 3.8 0 0 1 7.6 0M2.6 18.6h4.2M9.9 18.6h4.2M17.2 18.6h4.2'/%3E%3C/svg%3E";

/// The built files: the URL paths of those that are asked for, `/pkg/app.0123456789abcdef.js`, and the
/// text of the one that stands in each page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    /// The glue that loads the WASM.
    pub js: String,
    /// The WASM.
    pub wasm: String,
    /// The style sheet that a page carries with it, itself: what its first picture needs.
    pub first: Arc<str>,
    /// The other style sheet.
    pub css: String,
    /// The font of the text.
    pub font: String,
    /// The font of the icons.
    pub icons: String,
}

/// What a document needs beside its data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageEnv {
    /// The built files; without them no script is loaded and no style.
    pub assets: Option<Assets>,
    /// Whether the page does without its program, since that did not start in the reader's browser.
    pub is_still: bool,
    /// The build's id: a browser that meets another one in the event stream reloads.
    pub build: String,
    /// The theme that the reader chose.
    pub theme: Theme,
    /// The moment from which ages are told.
    pub now: Timestamp,
    /// That what is shown is the built-in demo, and why.
    pub demo: Option<Demo>,
    /// The apps that a reader may name.
    pub apps: Vec<AppGuess>,
    /// Who signed in, as Kubernetes knows them.
    pub reader: Option<String>,
    /// Whether ports can be opened and closed here.
    pub has_writes: bool,
}

/// Why the built-in demo is shown in place of the reader's clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demo {
    /// It was asked for.
    Asked,
    /// There is no kubeconfig.
    NoKubeconfig,
}

/// The theme that a reader chose, as the cookie `theme` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Theme {
    /// As the system wants it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl PageEnv {
    /// Whether a program of ours runs in the page.
    fn has_program(&self) -> bool {
        self.assets.is_some() && !self.is_still
    }
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

/// In an address: the page that does without its program.
pub const STILL: &str = "still";

/// The script of the login page: swaps the secret after `#` for a cookie.
pub const LOGIN_SCRIPT: &str = include_str!("login.js");

/// Brings back where the reader was: a browser does so only while a page loads, and then a long table has
/// not all of its rows. One that keeps nothing begins at the top.
const SCROLL_SCRIPT: &str = include_str!("scroll.js");

/// The id of what is said when the program does not start.
const NOT_STARTED: &str = "not-started";

/// The inline script of every other page, the same for all of them. Where the program does not start, it
/// says so, and the page offers no more what needs it.
pub fn boot_script(assets: &Assets) -> String {
    let Assets { js, wasm, .. } = assets;
    format!(
        "{SCROLL_SCRIPT}try{{const m=await import('{js}');await m.default({{module_or_path:'{wasm}'}});m.hydrate();\
         for(const e of document.querySelectorAll('leptos-island'))m[e.dataset.component](e)\
         }}catch(e){{const d=document;d.documentElement.dataset.program='off';\
         d.getElementById('{NOT_STARTED}')?.removeAttribute('hidden');throw e}}"
    )
}

/// All endpoints, as `query` asks for them.
pub fn overview(overview: &Arc<Overview>, query: &Query, env: &PageEnv) -> String {
    let view = View::Overview { query: query.clone() };
    live_document("Endpoints", view, Arc::clone(overview), env)
}

/// All endpoints as `query` asks for them, with the panel of one open: also of one that is not
/// there, of which the panel says so.
pub fn endpoint(
    overview: &Arc<Overview>,
    endpoint: &EndpointId,
    query: &Query,
    env: &PageEnv,
) -> String {
    let title = panel::at_first(overview, endpoint).title();
    let view = View::Endpoint { id: endpoint.clone(), query: query.clone() };
    live_document(&title, view, Arc::clone(overview), env)
}

/// One cluster.
pub fn cluster(overview: &Arc<Overview>, cluster: &ClusterId, env: &PageEnv) -> String {
    let found = overview.cluster(cluster);
    let name = found.map_or_else(|| cluster.name.to_string(), |cluster| cluster.name.clone());
    // The rest comes with the first load: this page need not carry it.
    let only = Overview {
        as_of: overview.as_of,
        revision: overview.revision,
        contexts: overview.contexts.clone(),
        clusters: found.cloned().into_iter().collect(),
    };
    live_document(&name.clone(), View::Cluster { id: cluster.clone(), name }, Arc::new(only), env)
}

/// What the page of the contexts ends with, when it is known: whether ports can be exposed in each;
/// `None` for one that has not answered yet. It stands before the end of the body, so that the page
/// is shown before it comes.
pub fn checks(checks: &[(ContextName, Option<ContextCheck>)]) -> String {
    rendered(|| check_section(checks))
}

/// The contexts, their state and what is missing in each.
pub fn contexts(overview: &Arc<Overview>, env: &PageEnv) -> String {
    live_document("Contexts", View::Contexts, Arc::clone(overview), env)
}

/// The form that opens or closes ports, on a page of its own: for who has no JavaScript, and for
/// links from elsewhere.
pub fn ports(env: &PageEnv, drawn: &Drawn) -> String {
    rendered(|| {
        let body = view! {
            {env.demo.map(demo_banner)}
            <main class="ports-alone" id="main">
                {brand()}
                <h1 class="visually-hidden">"Ports"</h1>
                {drawn.element.clone()}
            </main>
        };
        document("Ports", env, (), body)
    })
}

/// Asks for the code that the terminal shows.
pub fn login(env: &PageEnv, failed: bool) -> String {
    rendered(|| {
        let script = env
            .assets
            .is_some()
            .then(|| view! { <script type="module" inner_html=LOGIN_SCRIPT></script> });
        document("Log in", env, (), (login_card(failed), script))
    })
}

pub use crate::components::guest_card::Visit;

/// What a guest link's page shows.
#[derive(Debug, Clone, Copy)]
pub enum Guest<'a> {
    /// What it leads to, and the way on.
    Here(&'a Visit<'a>),
    /// Where the visitor goes, after they have asked.
    Go(&'a Visit<'a>, &'a str),
    /// Nothing, whatever the cause.
    Ended,
    /// Nobody can say now.
    Later,
}

/// The page of a guest link. It has no script, and no link to anything else of skyports.
pub fn guest(env: &PageEnv, guest: Guest<'_>) -> String {
    rendered(|| {
        let (title, card) = match guest {
            Guest::Here(visit) => ("Shared with you", guest_card(visit, env.now)),
            Guest::Go(visit, target) => ("Opening", guest_go(visit, target)),
            Guest::Ended => ("Link ended", guest_ended()),
            Guest::Later => ("Not known at the moment", guest_later()),
        };
        let body = view! {
            <div class="alone">
                <main id="main">{brand()} {card}</main>
                <footer>"Shared with skyports."</footer>
            </div>
        };
        document(title, env, (), body)
    })
}

/// Says what went wrong and what to do next.
pub fn error(env: &PageEnv, status: u16, title: &str, what: &str, next: &[Step]) -> String {
    rendered(|| {
        let body = (error_card(status, title, what, next), boot(env));
        document(title, env, early(env), body)
    })
}

/// Says that skyports itself failed; `code` is the one that its log holds.
pub fn broken(env: &PageEnv, code: &str) -> String {
    rendered(|| {
        let body = (broken_card(code), boot(env));
        document("Something broke here", env, early(env), body)
    })
}

/// A document with the island and the state that it starts from.
fn live_document(title: &str, view: View, overview: Arc<Overview>, env: &PageEnv) -> String {
    // Shown as one, however the answer is cut in two: the table, and all that stands above it. (What is
    // expected is there once all of it is.)
    let has_table = !matches!(view, View::Contexts);
    let is_list = matches!(view, View::Overview { .. });
    let (keys, finder) = (keyboard_sheet(&view), palette());
    let asked_for = view.panel().and_then(|id| overview.endpoint(id));
    let without_scripts = asked_for.map(|(_, endpoint)| WithoutScripts::of(endpoint, &env.apps));
    // Without any program the island shows all of it.
    let rest = env.has_program().then(|| rest(&view, &overview, env.now)).flatten();
    let state = PageState { view, build: env.build.clone(), now: env.now, overview };
    let state = Arc::new(state);
    let block = env.has_program().then(|| state.encode());
    let said = one_moment(env, &state.view, rest.is_some());
    rendered(|| {
        provide_context(state);
        if let Some(without_scripts) = without_scripts {
            provide_context(without_scripts);
        }
        if !env.has_program() {
            provide_context(Pace::unhurried());
        }
        let block = block.map(|block| {
            view! { <script type="application/octet-stream" id=state::ELEMENT>{block}</script> }
        });
        // All that it is for is closed at first, or stands below: the first picture need not wait for it.
        let (soon, late) =
            ((!is_list).then(|| second_sheet(env)), is_list.then(|| second_sheet(env)));
        let body = view! {
            <a class="skip" href="#main">"Skip to content"</a>
            {env.demo.map(demo_banner)}
            {reader_strip(env)}
            <p class="visually-hidden" role="status" id=browser::ANNOUNCER></p>
            {said}
            <LiveEndpoints/>
            {rest}
            {keys}
            {finder}
            {toaster()}
            {port_dialog::frame()}
            {late}
            {block}
            {boot(env)}
        };
        let expect = has_table.then(|| {
            view! { <link rel="expect" href=["#", FIRST].concat() blocking="render"/> }
        });
        framed(title, env, (soon, early(env), expect), body)
    })
}

/// What is said where the page does not follow what happens; `is_cut`: it shows its beginning alone, unless a
/// browser knows no scripts.
fn one_moment(env: &PageEnv, view: &View, is_cut: bool) -> impl IntoView + use<> {
    if !env.has_program() {
        let text = "Without its program this page shows one moment: reload it to see what changed.";
        return Either::Left(view! { <aside class="noscript" aria-label="Note">{text}</aside> });
    }
    let mut whole = view.query().path();
    whole.push_str(if whole.contains('?') { "&" } else { "?" });
    whole.push_str(STILL);
    let below =
        is_cut.then(|| view! { " "<a href=["#", MORE].concat()>"More endpoints stand below."</a> });
    let whole = is_cut
        .then(|| view! { " And it is only its beginning: "<a href=whole>"show all of it"</a>"." });
    Either::Right(view! {
        <noscript>
            <aside class="noscript" aria-label="Note">
                "Without JavaScript this page shows one moment: reload it to see what changed."
                {below}
            </aside>
        </noscript>
        <p class="noscript" role="alert" id=NOT_STARTED hidden>
            "The program of this page did not start, so this is one moment: reload the page to see what changed."
            {whole}
        </p>
    })
}

fn boot(env: &PageEnv) -> impl IntoView + use<> {
    env.assets
        .as_ref()
        .filter(|_| env.has_program())
        .map(|assets| view! { <script type="module" inner_html=boot_script(assets)></script> })
}

/// Asks early for what [`boot`] needs.
fn early(env: &PageEnv) -> impl IntoView + use<> {
    env.assets.as_ref().filter(|_| env.has_program()).map(|Assets { js, wasm, .. }| {
        view! {
            <link rel="modulepreload" href=js.clone()/>
            // Behind what the first picture needs.
            <link rel="preload" href=wasm.clone() r#as="fetch" type="application/wasm" crossorigin="anonymous" fetchpriority="low"/>
        }
    })
}

/// The sheet of what the first picture does not need, and the font of the icons, which it names.
fn second_sheet(env: &PageEnv) -> impl IntoView + use<> {
    env.assets.as_ref().map(|Assets { css, icons, .. }| {
        view! {
            <link rel="stylesheet" href=css.clone()/>
            {font(icons)}
        }
    })
}

/// Asks early for a font.
fn font(path: &str) -> impl IntoView + use<> {
    view! { <link rel="preload" href=path.to_owned() r#as="font" type="font/woff2" crossorigin="anonymous"/> }
}

/// A document with both of its sheets before the body; `early` is what it asks for beside them.
fn document(
    title: &str,
    env: &PageEnv,
    early: impl IntoView,
    body: impl IntoView,
) -> impl IntoView {
    framed(title, env, (second_sheet(env), early), body)
}

/// A document; `early` is what it asks for beside its first style and the font.
fn framed(title: &str, env: &PageEnv, early: impl IntoView, body: impl IntoView) -> impl IntoView {
    let title = format!("{title} · skyports");
    let files = env.assets.as_ref().map(|Assets { first, font: text, .. }| {
        view! {
            <style inner_html=first.to_string()></style>
            {font(text)}
        }
    });
    view! {
        <!DOCTYPE html>
        <html
            lang="en"
            data-theme=env.theme.word()
            data-writes=(!env.has_writes).then_some("off")
            data-program=(!env.has_program()).then_some("off")
        >
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>{title}</title>
                <link rel="icon" href=FAVICON/>
                {files}
                {early}
            </head>
            <body>{body}</body>
        </html>
    }
}

/// Renders a view in a reactive world of its own, which ends with it.
fn rendered<V: IntoView>(view: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(None);
    let html = owner.with(|| view().into_view().to_html());
    owner.cleanup();
    html
}
