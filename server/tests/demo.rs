//! The demo through the whole program: every code of `docs/codes.md` is to be seen in it.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic, too")]

use std::collections::BTreeSet;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Request, header};
use serde_json::Value;
use skyports::cluster::contexts;
use skyports::config::args::CommonArgs;
use skyports::dashboard::live::Live;
use skyports::web::assets::WebFiles;
use skyports::web::host::AllowedHosts;
use skyports::web::router::{Shared, router};
use skyports::web::session::Sessions;
use skyports_demo::{Config, Demo, Which};
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
    router: Router,
    stopping: CancellationToken,
}

impl Shown {
    async fn start(which: Which) -> Self {
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
        let live = Live::start(contexts::resolve(&args).await.unwrap());
        let (files, hosts) =
            (WebFiles::load(None).unwrap(), AllowedHosts::of(HOST.parse().unwrap()));
        let sessions = Sessions::without_login(7676);
        let router = router(Shared::new(live, files, sessions, hosts, stopping.clone()));
        Self { demo, router, stopping }
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
