//! The demo through the whole program: every code of `docs/codes.md` is to be seen in it.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic, too")]

use std::collections::BTreeSet;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, header};
use serde_json::Value;
use skyports::cluster::contexts::{self, Wanted};
use skyports::config::args::CommonArgs;
use skyports::dashboard::live::Live;
use skyports::web::assets::WebFiles;
use skyports::web::gate::Gate;
use skyports::web::host::AllowedHosts;
use skyports::web::router::{Shared, router};
use skyports::web::session::Sessions;
use skyports_app::dashboard::Dashboard as _;
use skyports_demo::{Config, Demo, Which};
use skyports_model::LinkKind;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

const HOST: &str = "127.0.0.1:7676";
/// Fast enough that `demo-away` is soon away, slow enough that a pending endpoint is seen.
const PACE: f32 = 4.0;
/// A server that accepts and never answers is given up after 35 seconds.
const PATIENCE: Duration = Duration::from_secs(90);

/// Codes that no demo can show, each with the reason.
const EXCEPTIONS: [&str; 4] = [
    // Told in a panel alone, of what is read when somebody opens it.
    "read_failed",
    "object_gone",
    // Unknown ports get no warning in this version.
    "subpath_unknown_app",
    // Told of what was before, and a demo begins anew.
    "restriction_dropped",
];

struct Shown {
    demo: Demo,
    live: Live,
    router: Router,
    stopping: CancellationToken,
}

impl Shown {
    async fn start(which: Which) -> Self {
        Self::begin(which, Live::start).await
    }

    async fn begin(which: Which, look: impl FnOnce(Vec<Wanted>) -> Live) -> Self {
        // Server functions need it; another test may have been first.
        let _ = any_spawner::Executor::init_tokio();
        let stopping = CancellationToken::new();
        let config = Config { contexts: which, pace: PACE };
        let demo = Demo::start(config, stopping.clone()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kubeconfig");
        std::fs::write(&path, demo.kubeconfig()).unwrap();
        let args = CommonArgs {
            kubeconfig: Some(path),
            contexts: demo.contexts(),
            all_contexts: false,
            namespace: None,
            all_namespaces: false,
        };
        let live = look(contexts::resolve(&args).await.unwrap());
        let (files, hosts) =
            (WebFiles::load(None).unwrap(), AllowedHosts::of(HOST.parse().unwrap()));
        let sessions = Gate::Sessions(Sessions::without_login(7676));
        let router = router(Shared::new(live.clone(), files, sessions, hosts, stopping.clone()));
        Self { demo, live, router, stopping }
    }

    async fn overview(&self) -> Value {
        let request = Request::get("/api/v1/overview").header(header::HOST, HOST);
        let request = request.body(Body::empty()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        serde_json::from_slice(&to_bytes(answer.into_body(), 1 << 24).await.unwrap()).unwrap()
    }

    /// The first overview that satisfies; each one until then is shown.
    async fn overview_when(&self, mut satisfies: impl FnMut(&Value) -> bool) -> Value {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let overview = self.overview().await;
            if satisfies(&overview) || tokio::time::Instant::now() > deadline {
                return overview;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Every value of a field of that name, wherever it stands.
fn values(document: &Value, name: &str, found: &mut BTreeSet<String>) {
    match document {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(text) if key == name => {
                        found.insert(text.clone());
                    }
                    other => values(other, name, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| values(item, name, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_code_and_every_state_is_to_be_seen() {
    let page = include_str!("../../docs/codes.md");
    // The rest is told of plans, not of what is there.
    let (page, _) = page.split_once("\n## When ports are opened").unwrap();
    let explained = page.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'));
    let wanted: BTreeSet<String> =
        explained.filter(|code| !EXCEPTIONS.contains(code)).map(str::to_owned).collect();
    let shown = Shown::start(Which::All).await;
    let (mut codes, mut states) = (BTreeSet::new(), BTreeSet::new());
    shown
        .overview_when(|overview| {
            values(overview, "code", &mut codes);
            values(overview, "state", &mut states);
            codes.is_superset(&wanted)
        })
        .await;
    assert_eq!(codes, wanted);
    for state in ["open", "pending", "attention", "unknown"] {
        assert!(states.contains(state), "{state}: {states:?}");
    }
    shown.stopping.cancel();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_impression_is_a_good_one() {
    let shown = Shown::start(Which::Default).await;
    assert_eq!(shown.demo.contexts(), ["demo-cloud", "demo-lab"]);
    let is_complete = |overview: &Value| {
        let mut states = BTreeSet::new();
        values(overview, "state", &mut states);
        states.contains("open") && states.contains("attention")
    };
    let overview = shown.overview_when(is_complete).await;
    let mut codes = BTreeSet::new();
    values(&overview, "code", &mut codes);
    for code in ["forbidden", "stale", "unreachable", "context_invalid", "unreadable_object"] {
        assert!(!codes.contains(code), "{code}: {codes:?}");
    }
    shown.stopping.cancel();
}

/// A port of the cluster of that name.
fn endpoint<'a>(overview: &'a Value, cluster: &str, port: u16) -> &'a Value {
    let clusters = overview.get("clusters").and_then(Value::as_array).unwrap();
    let is_it = |it: &&Value| it.get("name").and_then(Value::as_str) == Some(cluster);
    let cluster = clusters.iter().find(is_it).unwrap();
    let endpoints = cluster.get("endpoints").and_then(Value::as_array).unwrap();
    let is_it = |it: &&Value| it.get("port").and_then(Value::as_u64) == Some(port.into());
    endpoints.iter().find(is_it).unwrap()
}

/// State, and the code of its reason, of a port of the cluster of that name.
fn standing<'a>(overview: &'a Value, cluster: &str, port: u16) -> (&'a str, Option<&'a str>) {
    let endpoint = endpoint(overview, cluster, port);
    let text = |pointer| endpoint.pointer(pointer).and_then(Value::as_str);
    (text("/state").unwrap(), text("/reason/code"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_answers_is_ready_and_what_does_not_has_failed() {
    let shown = Shown::begin(Which::Default, |wanted| Live::checking(wanted, None)).await;
    let serve = "sky-serve-controller-5f2a91cd";
    let is_open = |overview: &Value| {
        let clusters = overview["clusters"].as_array().unwrap();
        let is_there = |name| clusters.iter().any(|it| it["name"] == name);
        is_there(serve) && is_there("hello-gradio")
    };
    shown.overview_when(is_open).await;
    // Nobody listens, so nothing is asked but what becomes open.
    let fresh = |overview: &Value| standing(overview, "hello-gradio", 7860).0 == "ready";
    let overview = shown.overview_when(fresh).await;
    assert_eq!(standing(&overview, "hello-gradio", 7860), ("ready", None));
    assert_eq!(standing(&overview, "notebooks", 8888), ("open", None));
    // Somebody listens: what can be asked is.
    let _listener = shown.live.changes();
    let answering =
        [("notebooks", 8888), ("llama-train", 6006), ("experiments", 6006), ("features", 6379)];
    let overview = shown
        .overview_when(|overview| {
            answering.iter().all(|(name, port)| standing(overview, name, *port).0 == "ready")
        })
        .await;
    for (name, port) in answering {
        assert_eq!(standing(&overview, name, port), ("ready", None), "{name}");
    }
    // Looked at alone, Gradio's page is well: its configuration tells that its buttons are not.
    let told = ("attention", Some("subpath_needs_flag"));
    let tried = |overview: &Value| standing(overview, "sd-demo", 7860) == told;
    let overview = shown.overview_when(tried).await;
    assert_eq!(standing(&overview, "sd-demo", 7860), told);
    assert_eq!(endpoint(&overview, "sd-demo", 7860)["app"]["confidence"], "seen");
    // The ports that a serve controller has in store are asked on demand alone.
    assert_eq!(standing(&overview, serve, 30_003), ("open", None));
    let id = |port| {
        let overview = shown.live.overview();
        let mut endpoints = overview.endpoints();
        let is_meant = |name: &str, at: u16| name == serve && at == port;
        let found = endpoints.find(|(c, e)| is_meant(&c.name, e.port().number()));
        found.map(|(_, endpoint)| endpoint.id.clone()).unwrap()
    };
    // A balancer without a pod behind it takes a connection and ends it: how far that is seen to
    // come depends on who is faster.
    for (port, links) in [(30_001, &[][..]), (30_003, &[LinkKind::Tcp, LinkKind::Http])] {
        let described = shown.live.describe(id(port), true).await.unwrap();
        let trouble = described.chain.first_trouble().map(|trouble| trouble.kind);
        assert!(
            trouble.map_or(links.is_empty(), |kind| links.contains(&kind)),
            "{port}: {trouble:?}"
        );
    }
    let asked = |overview: &Value| {
        [30_001, 30_003].iter().all(|port| standing(overview, serve, *port).0 != "open")
    };
    let overview = shown.overview_when(asked).await;
    assert_eq!(standing(&overview, serve, 30_001), ("ready", None));
    assert_eq!(standing(&overview, serve, 30_003), ("failed", Some("nothing_listens")));
    shown.stopping.cancel();
}
