//! What lies behind an endpoint, read from an API that answers, refuses or falls silent.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic, too")]

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use skyports::cluster::contexts;
use skyports::config::args::CommonArgs;
use skyports::dashboard::live::Live;
use skyports_app::dashboard::Dashboard as _;
use skyports_demo::api::{Api, ApiConfig, Rules, Verb};
use skyports_demo::kubeconfig::{self, Context};
use skyports_demo::store::{Key, Resource, Store};
use skyports_model::{Code, Description, EndpointId, Mode};
use tokio_util::sync::CancellationToken;

const CLUSTER: &str = "demo-fcd1e5cf";

/// An API with a cluster that SkyPilot 0.14.1 made, and skyports looking at it.
struct World {
    live: Live,
    store: Store,
    stopping: CancellationToken,
}

impl World {
    async fn of(files: &[&str], rules: Rules) -> Self {
        let store = Store::new(jiff::Timestamp::now);
        for file in files {
            store.put(fixture(file)).unwrap();
        }
        let stopping = CancellationToken::new();
        let token = "t".to_owned();
        let config = ApiConfig { token: token.clone(), store: store.clone(), rules };
        let address = Api::start(config, stopping.clone()).await.unwrap().address();
        let context = Context { name: "prod".to_owned(), address, token, namespace: None };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, kubeconfig::text(&[context])).unwrap();
        let args = CommonArgs {
            kubeconfig: Some(path),
            contexts: vec![],
            all_contexts: false,
            namespace: None,
            all_namespaces: false,
        };
        let mut live = Live::start(contexts::resolve(&args).await.unwrap());
        live.settled().await;
        Self { live, store, stopping }
    }

    fn id(&self, port: u16, mode: Mode) -> EndpointId {
        let overview = self.live.overview();
        let mut endpoints = overview.endpoints();
        let is = |id: &EndpointId| id.port.number() == port && id.mode == mode;
        endpoints.find(|(_, endpoint)| is(&endpoint.id)).unwrap().1.id.clone()
    }

    async fn describe(&self, port: u16, mode: Mode) -> Description {
        self.live.describe(self.id(port, mode), false).await.unwrap()
    }

    fn event(&self, name: &str, about: &Value, last: &str) {
        let event = json!({
            "apiVersion": "v1", "kind": "Event", "metadata": { "name": name, "namespace": "default" },
            "involvedObject": about, "type": "Warning", "reason": name, "message": "</pre>\u{202e}\n",
            "source": { "component": "service-controller" }, "count": 3,
            "firstTimestamp": "2026-11-24T05:00:00Z", "lastTimestamp": last,
        });
        self.store.put(event).unwrap();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

fn fixture(file: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("k8s/fixtures/skypilot-0.14.1");
    serde_yaml_ng::from_str(&std::fs::read_to_string(folder.join(file)).unwrap()).unwrap()
}

const BALANCER: [&str; 2] =
    ["cluster/pod-C-head.yaml", "loadbalancer/service-C--skypilot-lb.with-metallb-address.yaml"];
const INGRESS: [&str; 3] = [
    "cluster/pod-C-head.yaml",
    "ingress/ingress-C-skypilot-ingress.yaml",
    "ingress/service-C--skypilot-svc--8888.yaml",
];

fn names(description: &Description) -> Vec<String> {
    description.objects.iter().map(|text| text.object.to_string()).collect()
}

fn codes(description: &Description) -> Vec<Code> {
    description.problems.iter().map(|problem| problem.code).collect()
}

#[tokio::test]
async fn a_balancer_is_told_with_its_events() {
    let world = World::of(&BALANCER, Rules::default()).await;
    let service = format!("{CLUSTER}--skypilot-lb");
    let about =
        |kind: &str, name: &str| json!({ "kind": kind, "name": name, "namespace": "default" });
    world.event("old", &about("Service", &service), "2026-11-24T05:10:00Z");
    world.event("new", &about("Service", &service), "2026-11-24T05:20:00Z");
    world.event("other-name", &about("Service", "other"), "2026-11-24T05:20:00Z");
    world.event("other-kind", &about("Pod", &service), "2026-11-24T05:20:00Z");
    let mut gone = about("Service", &service);
    gone["uid"] = "of-a-service-that-is-gone".into();
    world.event("former", &gone, "2026-11-24T05:20:00Z");

    let description = world.describe(8888, Mode::LoadBalancer).await;
    assert_eq!(codes(&description), []);
    assert_eq!(names(&description), [format!("Service default/{service}")]);
    let yaml = &description.objects[0].yaml;
    assert!(yaml.starts_with("apiVersion: v1\nkind: Service\n"), "{yaml}");
    assert!(yaml.contains("ip: 203.0.113.206") && !yaml.contains("managedFields"), "{yaml}");
    let reasons: Vec<&str> = description.events.iter().map(|event| &*event.reason).collect();
    assert_eq!(reasons, ["new", "old"]);
    let event = &description.events[0];
    assert_eq!((&*event.message, event.count, event.is_warning), ("</pre>", 3, true));
    assert_eq!(&*event.source, "service-controller");
}

#[tokio::test]
async fn an_ingress_is_told_with_the_service_behind_it() {
    let world = World::of(&INGRESS, Rules::default()).await;
    let description = world.describe(8888, Mode::Ingress).await;
    assert_eq!(
        names(&description),
        [
            format!("Ingress default/{CLUSTER}-skypilot-ingress"),
            format!("Service default/{CLUSTER}--skypilot-svc--8888"),
        ]
    );
    assert_eq!(codes(&description), []);
    let description = world.describe(6006, Mode::Ingress).await;
    assert_eq!(codes(&description), [Code::ObjectGone]);
    assert_eq!(names(&description), [format!("Ingress default/{CLUSTER}-skypilot-ingress")]);
    let told = description.problems[0].message();
    assert!(
        told.starts_with("Service default/demo-fcd1e5cf--skypilot-svc--6006 does not"),
        "{told}"
    );
}

#[tokio::test]
async fn a_missing_right_is_told_with_the_role_and_spares_the_rest() {
    let forbidden = vec![(Verb::Get, Resource::Services), (Verb::List, Resource::Events)];
    let world = World::of(&INGRESS, Rules { forbidden, ..Rules::default() }).await;
    let description = world.describe(8888, Mode::Ingress).await;
    assert_eq!(names(&description), [format!("Ingress default/{CLUSTER}-skypilot-ingress")]);
    let told: Vec<&str> = description.problems.iter().map(|problem| &*problem.lead).collect();
    assert_eq!(
        told,
        ["skyports may not list events in prod.", "skyports may not get services in prod."]
    );
    let role = description.problems[1].steps[0].command.as_deref().unwrap();
    assert!(role.contains("resources: [services]\n  verbs: [get]"), "{role}");
}

#[tokio::test]
async fn an_object_that_went_meanwhile_is_told() {
    let world = World::of(&BALANCER, Rules::default()).await;
    let (id, overview) = (world.id(8888, Mode::LoadBalancer), world.live.overview());
    let key = Key::namespaced(Resource::Services, "default", &format!("{CLUSTER}--skypilot-lb"));
    world.store.remove(&key).unwrap();
    assert!(overview.endpoint(&id).is_some());
    // The watch may be as quick as we are: then there is no such endpoint any more.
    match world.live.describe(id, false).await {
        Ok(description) => assert_eq!(codes(&description), [Code::ObjectGone]),
        Err(error) => assert_eq!(error.code, "no_such_endpoint"),
    }
}

#[tokio::test]
async fn silence_ends_after_five_seconds() {
    let silent_after = Some(Duration::from_secs(3));
    let world = World::of(&BALANCER, Rules { silent_after, ..Rules::default() }).await;
    let id = world.id(8888, Mode::LoadBalancer);
    tokio::time::sleep(Duration::from_millis(3_500)).await;
    let begun = Instant::now();
    let description = world.live.describe(id, false).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(7), "{:?}", begun.elapsed());
    assert_eq!(codes(&description), [Code::ReadFailed, Code::ReadFailed]);
    let problem = &description.problems[0];
    assert_eq!(problem.evidence.as_deref(), Some("no answer in 5 s"));
}

#[tokio::test]
async fn only_endpoints_of_the_overview_can_be_asked_for() {
    let world = World::of(&BALANCER, Rules::default()).await;
    let known = world.id(8888, Mode::LoadBalancer);
    let mut others = vec![EndpointId { mode: Mode::Ingress, ..known.clone() }];
    for change in
        ["prod/kube-system/demo-fcd1e5cf", "other/default/demo-fcd1e5cf", "prod/default/x"]
    {
        others.push(format!("{change}/8888/loadbalancer").parse().unwrap());
    }
    for id in others {
        let error = world.live.describe(id.clone(), false).await.unwrap_err();
        assert_eq!(error.code, "no_such_endpoint", "{id}");
    }
}
