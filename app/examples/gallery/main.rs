//! Writes every state of every page to a folder, to look at them without a server:
//! `cargo run -p skyports-app --features ssr --example gallery -- FOLDER`.
//!
//! The style sheet is the bundle of `style/`, unhashed.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for those who work on the pages"
)]

mod samples;

use std::fs;
use std::path::Path;

use samples::{NOW, connecting, everything, forbidden, many, no_clusters, stale, unreachable};
use skyports_app::page::{self, Assets, PageEnv, Theme};
use skyports_model::{Endpoint, EndpointId, Filter, Mode, Port, Query, Step};

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "target/gallery".to_owned());
    let folder = Path::new(&folder);
    let style = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("style");
    fs::create_dir_all(folder.join("pkg")).unwrap();
    let sheet = |list: &str| {
        let list = fs::read_to_string(style.join(list)).unwrap();
        let names = list.lines().filter(|line| !line.starts_with('#'));
        names.map(|file| fs::read_to_string(style.join(file)).unwrap()).collect::<String>()
    };
    fs::write(folder.join("pkg/app.css"), sheet("bundle.txt")).unwrap();
    let font = "geist-ui.woff2";
    fs::copy(style.join("assets").join(font), folder.join("pkg").join(font)).unwrap();
    for (suffix, theme) in [("", Theme::Light), ("-dark", Theme::Dark)] {
        for (name, html) in pages(&env(theme, sheet("first.txt"))) {
            fs::write(folder.join(format!("{name}{suffix}.html")), html).unwrap();
            println!("{name}{suffix}.html");
        }
    }
}

fn env(theme: Theme, first: String) -> PageEnv {
    let path = |name: &str| format!("/pkg/{name}");
    PageEnv {
        assets: Some(Assets {
            js: path("app.js"),
            wasm: path("app.wasm"),
            first: first.into(),
            css: path("app.css"),
            font: path("geist-ui.woff2"),
            icons: path("icons.woff2"),
        }),
        is_still: false,
        build: "gallery".to_owned(),
        theme,
        now: NOW,
        demo: None,
        apps: samples::apps(),
        reader: None,
        has_writes: true,
    }
}

fn pages(env: &PageEnv) -> Vec<(&'static str, String)> {
    let all = Query::default();
    let filter = |text: &str, state: &str| {
        Query::from(Filter { state: state.to_owned(), ..Filter::text(text) })
    };
    let everything = everything();
    let of = |name: &str| {
        everything.clusters.iter().find(|cluster| cluster.name == name).unwrap().id.clone()
    };
    let endpoint = |name: &str, port: i64| {
        let cluster = everything.cluster(&of(name)).unwrap();
        let port = Port::new(port).unwrap();
        let found = cluster.endpoints.iter().find(|endpoint| endpoint.port() == port);
        let mode = found.map_or(Mode::LoadBalancer, Endpoint::mode);
        let id = EndpointId { cluster: cluster.id.clone(), port, mode };
        page::endpoint(&everything, &id, &all, env)
    };
    vec![
        ("overview", page::overview(&everything, &all, env)),
        ("filtered", page::overview(&everything, &filter("jupyter", "open"), env)),
        ("nothing-matches", page::overview(&everything, &filter("tensorbord", ""), env)),
        ("stale", page::overview(&stale(), &all, env)),
        ("no-clusters", page::overview(&no_clusters(), &all, env)),
        ("connecting", page::overview(&connecting(), &all, env)),
        ("forbidden", page::overview(&forbidden(), &all, env)),
        ("unreachable", page::overview(&unreachable(), &all, env)),
        ("many", page::overview(&many(100), &all, env)),
        ("cluster", page::cluster(&everything, &of("llama-train"), env)),
        ("cluster-attention", page::cluster(&everything, &of("rlhf-sweep"), env)),
        ("cluster-empty", page::cluster(&everything, &of("nb-scratch"), env)),
        ("cluster-gone", page::cluster(&no_clusters(), &of("nb-scratch"), env)),
        ("endpoint-open", endpoint("llama-train", 8000)),
        ("endpoint-warned", endpoint("llama-train", 6006)),
        ("endpoint-pending", endpoint("llama-train", 8265)),
        ("endpoint-attention", endpoint("rlhf-sweep", 7860)),
        ("endpoint-address", endpoint("jupyter-dev", 22)),
        ("endpoint-closed", endpoint("nb-scratch", 8888)),
        ("contexts", page::contexts(&stale(), env)),
        ("contexts-forbidden", page::contexts(&forbidden(), env)),
        ("login", page::login(env, false)),
        ("login-failed", page::login(env, true)),
        ("broken", page::broken(env, "7f3c-91ab")),
        (
            "error",
            page::error(
                env,
                404,
                "No cluster “bert-old” in ml-team",
                "It was probably removed with `sky down`; its ports went with it.",
                &[Step::command("See what there is", "skyports list")],
            ),
        ),
    ]
}
