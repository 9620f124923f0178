//! What others took away, and what they left behind.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{FieldsV1, ManagedFieldsEntry};
use serde_json::json;
use skyports_model::{ContextName, PortSet};

use crate::observe::{Scope, orphans};
use crate::testing::*;

const C: &str = "demo-2ea4";

/// The shared Service, with the ports that skyports put there; SkyPilot wrote it a moment ago.
fn shared(ports: &[i32], ours: &[i32]) -> k8s_openapi::api::core::v1::Service {
    let mut service = balancer(C, ports);
    let keys = ours
        .iter()
        .map(|port| (format!("k:{{\"port\":{port},\"protocol\":\"TCP\"}}"), json!({ ".": {} })));
    let fields = json!({ "f:spec": { "f:ports": keys.collect::<serde_json::Map<_, _>>() } });
    let theirs = ManagedFieldsEntry {
        manager: Some("OpenAPI-Generator".to_owned()),
        // It takes ports of ours away by a newer write.
        time: Some(ago(if ours.is_empty() { 10 } else { 60 })),
        ..ManagedFieldsEntry::default()
    };
    let our_own = ManagedFieldsEntry {
        manager: Some("skyports".to_owned()),
        operation: Some("Update".to_owned()),
        fields_v1: Some(FieldsV1(fields)),
        time: Some(ago(30)),
        ..ManagedFieldsEntry::default()
    };
    service.metadata.managed_fields = Some(vec![theirs, our_own]);
    service.metadata.uid = Some("u1".to_owned());
    service
}

fn codes(seen: &Seen) -> Vec<String> {
    let clusters = seen.observe().clusters;
    let endpoints = clusters.iter().flat_map(|cluster| &cluster.endpoints);
    let told = endpoints.map(|endpoint| {
        let code = endpoint.state.reason().map_or("-", |reason| reason.code.as_str());
        let warnings: Vec<&str> =
            endpoint.warnings.iter().map(|warning| warning.code.as_str()).collect();
        format!("{} {code} {}", endpoint.port(), warnings.join(","))
    });
    told.map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn a_port_of_ours_that_went_is_dropped_until_it_is_back() {
    let seen = seen![pod(C), shared(&[8888, 6006], &[6006])];
    let dropped = seen.clone().and(shared(&[8888], &[]));
    assert_eq!(codes(&dropped), ["6006 dropped_by_skypilot", "8888 waiting_for_address"]);
    let relisted = dropped.clone().and(shared(&[8888, 7000], &[]));
    assert!(codes(&relisted).contains(&"6006 dropped_by_skypilot".to_owned()));
    let back = dropped.and(shared(&[8888, 6006], &[6006]));
    assert!(!codes(&back).join(" ").contains("dropped"), "{:?}", codes(&back));
}

#[test]
fn what_is_closed_here_or_belongs_to_others_is_not_dropped() {
    let mut closing = seen![pod(C), shared(&[8888, 6006], &[6006])];
    let cluster = closing.observe().clusters.remove(0).id;
    closing.objects.let_go(&cluster, &"6006".parse::<PortSet>().unwrap());
    assert!(!codes(&closing.and(shared(&[8888], &[]))).join(" ").contains("dropped"));
    let theirs = seen![pod(C), shared(&[8888, 6006], &[])].and(shared(&[8888], &[]));
    assert!(!codes(&theirs).join(" ").contains("dropped"));
    let mut another = shared(&[8888], &[]);
    another.metadata.uid = Some("u2".to_owned());
    let anew = seen![pod(C), shared(&[8888, 6006], &[6006])].and(another);
    assert!(!codes(&anew).join(" ").contains("dropped"), "a Service made anew has its own story");
}

#[test]
fn a_restriction_that_went_is_told_until_it_is_back() {
    let restricted = |is: bool| {
        let mut service = shared(&[8888], &[]);
        let spec = service.spec.as_mut().unwrap();
        spec.load_balancer_source_ranges = is.then(|| vec!["192.0.2.0/24".to_owned()]);
        service
    };
    let open = seen![pod(C), restricted(true)].and(restricted(false));
    assert!(codes(&open)[0].contains("restriction_dropped"), "{:?}", codes(&open));
    let again = open.and(restricted(true));
    assert!(!codes(&again)[0].contains("restriction_dropped"));
    assert!(!codes(&seen![pod(C), restricted(false)])[0].contains("restriction_dropped"));
}

#[test]
fn a_path_of_ours_that_went_is_dropped_and_one_of_skypilots_is_missing() {
    let ours = backend(C, 6006).labelled("app.kubernetes.io/managed-by", "skyports");
    let seen = seen![
        pod(C),
        ours,
        backend(C, 7000),
        ingress(C, &[8888]),
        backend(C, 8888),
        class("nginx"),
        controller()
    ];
    let told = codes(&seen.later(60));
    assert!(told.contains(&"6006 dropped_by_skypilot".to_owned()), "{told:?}");
    assert!(told.contains(&"7000 ingress_path_missing".to_owned()), "{told:?}");
}

#[test]
fn objects_without_a_pod_are_orphans() {
    let seen = seen![
        pod(C),
        balancer(C, &[8888]),
        balancer("gone-2ea4", &[8888]),
        backend("gone-2ea4", 6006),
        ingress("gone-2ea4", &[6006]),
        controller(),
    ];
    let context = ContextName::parse("prod").unwrap();
    let scope = Scope {
        context: &context,
        now: NOW,
        sees_events: true,
        sees_controller: true,
        sees_classes: true,
    };
    let names: Vec<String> =
        orphans(&seen.objects, &scope).into_iter().map(|object| object.name).collect();
    assert_eq!(
        names,
        ["gone-2ea4--skypilot-lb", "gone-2ea4--skypilot-svc--6006", "gone-2ea4-skypilot-ingress"]
    );
}
