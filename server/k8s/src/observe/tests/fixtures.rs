//! Objects that SkyPilot 0.14.1 wrote on a real API server (`fixtures/`), decoded and observed.

use std::path::Path;

use serde_json::Value;

use crate::objects::Objects;
use crate::testing::*;
use crate::wire;

/// The objects of a folder below `fixtures/skypilot-0.14.1`.
fn apply(objects: &mut Objects, folder: &str, only: &str) {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/skypilot-0.14.1").join(folder);
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| file.extension().is_some_and(|e| e == "yaml")) {
        if !file.to_string_lossy().contains(only) {
            continue;
        }
        let mut object: Value =
            serde_yaml_ng::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        // The fixtures are without what the server sets.
        object["metadata"]["creationTimestamp"] = "2026-11-24T06:00:00Z".into();
        let kind = object["kind"].as_str().unwrap().to_owned();
        let text = object.to_string();
        let sent = match kind.as_str() {
            "Pod" => Sent::Pod(serde_json::from_str::<wire::Pod>(&text).unwrap()),
            "Service" => Sent::Service(serde_json::from_str(&text).unwrap()),
            "Ingress" => Sent::Ingress(serde_json::from_str(&text).unwrap()),
            other => panic!("{other}"),
        };
        sent.apply(objects);
    }
}

fn cluster() -> Objects {
    let mut objects = listed();
    apply(&mut objects, "cluster", "");
    objects
}

#[test]
fn the_load_balancer_waits() {
    let mut objects = cluster();
    apply(&mut objects, "loadbalancer", "pending");
    insta::assert_yaml_snapshot!(Seen { objects, ..seen![] }.observe().clusters);
}

#[test]
fn the_load_balancer_has_an_address() {
    let mut objects = cluster();
    apply(&mut objects, "loadbalancer", "with-metallb-address");
    insta::assert_yaml_snapshot!(Seen { objects, ..seen![] }.observe().clusters);
}

#[test]
fn the_ingress_is_served() {
    let mut objects = cluster();
    apply(&mut objects, "ingress", "");
    let seen = Seen { objects, ..seen![] }
        .and(class("nginx"))
        .and(controller().with_address("203.0.113.216"));
    insta::assert_yaml_snapshot!(seen.observe().clusters);
}

/// SkyPilot's own answers for the same objects, `query_ports.yaml`: ours are the same links, with a
/// slash.
#[test]
fn links_are_skypilots_with_a_slash() {
    let answer = "203.0.113.216/skypilot/default/demo-fcd1e5cf/8888";
    let mut objects = cluster();
    apply(&mut objects, "ingress", "");
    let seen = Seen { objects, ..seen![] }
        .and(class("nginx"))
        .and(controller().with_address("203.0.113.216"));
    let observed = seen.observe();
    let endpoint = observed
        .clusters
        .iter()
        .flat_map(|c| &c.endpoints)
        .find(|e| e.port().number() == 8888)
        .unwrap();
    let urls: Vec<String> = endpoint.urls.iter().map(ToString::to_string).collect();
    assert_eq!(urls, [format!("http://{answer}/"), format!("https://{answer}/")]);
}

#[test]
fn the_start_up_script_is_skipped() {
    let mut objects = Objects::default();
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/skypilot-0.14.1/cluster/pod-C-head.yaml");
    let mut pod: Value = serde_yaml_ng::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    pod["spec"]["containers"][0]["args"][0] = "x".repeat(57_663).into();
    let decoded: wire::Pod = serde_json::from_str(&pod.to_string()).unwrap();
    assert!(serde_json::to_string(&decoded).unwrap().len() < 2_000);
    assert!(Sent::Pod(decoded).apply(&mut objects));
    assert!(format!("{objects:?}").len() < 1_200, "{objects:?}");
}
