//! From one mode to the other, and requests for the head alone.

use insta::assert_snapshot;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{FieldsV1, ManagedFieldsEntry};
use skyports_model::OpenMode::{Ingress, LoadBalancer};

use super::*;

fn switching(mode: OpenMode, text: &str) -> OpenRequest {
    let extras = Extras { other_mode: OtherMode::Closes, ..Extras::default() };
    OpenRequest { extras, ..asked(mode, text) }
}

fn to_the_head(mode: OpenMode, text: &str) -> OpenRequest {
    OpenRequest { extras: Extras { nodes: Nodes::Head, ..Extras::default() }, ..asked(mode, text) }
}

fn eights() -> Port {
    Port::new(8888).unwrap()
}

/// Eight nodes, and SkyPilot's objects of both modes for port 8888.
fn launched() -> Existing {
    let fields = serde_json::json!({ "f:spec": { "f:selector": {} } });
    let mut shared = shared(&[8888]);
    shared.metadata.managed_fields = Some(vec![ManagedFieldsEntry {
        manager: Some("OpenAPI-Generator".to_owned()),
        fields_v1: Some(FieldsV1(fields)),
        ..ManagedFieldsEntry::default()
    }]);
    Existing { load_balancer: Some(shared), nodes: 8, ..by_path() }
}

fn by_path() -> Existing {
    Existing {
        ingress: Some(ingress(C, &[8888]).kept("8")),
        backends: [(eights(), backend(C, 8888).kept("7"))].into(),
        ..nothing()
    }
}

#[test]
fn a_port_opens_in_one_mode_before_it_closes_in_the_other() {
    let plan = opened(&switching(LoadBalancer, "8888"), &by_path());
    assert_snapshot!(lines(&plan), @"
    changed [8888] unchanged []
    Service demo-fcd1e5cf--skypilot-lb: create
      Creates the Service demo-fcd1e5cf--skypilot-lb of type LoadBalancer with port 8888.
    Ingress demo-fcd1e5cf-skypilot-ingress: delete if 0d4c0000 at 8
      Deletes the Ingress demo-fcd1e5cf-skypilot-ingress: it has no other path.
    ");
    assert_eq!(codes(&plan), ["next_launch_drops", "link_stops"]);
    assert_eq!(plan.warnings[1].lead, "The Ingress link of port 8888 stops working.");
    let back = opened(&switching(Ingress, "8888"), &launched());
    assert_snapshot!(lines(&back), @"
    changed [8888] unchanged []
    Service demo-fcd1e5cf--skypilot-lb: delete if 0d4c0000 at 7
      Deletes the Service demo-fcd1e5cf--skypilot-lb: nothing else is open on it. Its load balancer and its address go with it.
    ");
}

#[test]
fn the_shared_selector_is_taken_and_its_owner_named() {
    let plan = opened(&to_the_head(LoadBalancer, "8888"), &launched());
    assert_snapshot!(lines(&plan), @r#"
    changed [8888] unchanged []
    Service demo-fcd1e5cf--skypilot-lb: patch [{"op":"test","path":"/spec/selector","value":{"skypilot-cluster-name":"demo-fcd1e5cf"}},{"op":"replace","path":"/spec/selector","value":{"component":"demo-fcd1e5cf-head","skypilot-cluster-name":"demo-fcd1e5cf"}}]
      Has the Service demo-fcd1e5cf--skypilot-lb lead to the head alone.
    "#);
    assert_eq!(codes(&plan), ["selector_taken"]);
    assert_snapshot!(plan.warnings[0].message(), @"
    The next `sky launch` that changes ports undoes this. It takes `spec.selector` of Service ml/demo-fcd1e5cf--skypilot-lb from OpenAPI-Generator; SkyPilot writes the whole object anew.
    ");
    let after = plan.writes[0].after.as_ref().unwrap();
    assert_eq!(
        after.pointer("/spec/selector").unwrap(),
        &serde_json::json!({"component": "demo-fcd1e5cf-head", "skypilot-cluster-name": C})
    );
    let done: k8s_openapi::api::core::v1::Service = serde_json::from_value(after.clone()).unwrap();
    let again = Existing { load_balancer: Some(done), ..launched() };
    let again = opened(&to_the_head(LoadBalancer, "8888"), &again);
    assert_eq!(
        (lines(&again).as_str(), again.warnings.len()),
        ("changed [] unchanged [8888]\n", 0)
    );
}

#[test]
fn what_is_made_leads_to_the_head_from_the_start() {
    for mode in OpenMode::ALL {
        let plan = opened(&to_the_head(mode, "8888"), &Existing { nodes: 8, ..nothing() });
        let selector = plan.writes[0].after.as_ref().unwrap().pointer("/spec/selector").unwrap();
        assert_eq!(selector.get("component").unwrap(), "demo-fcd1e5cf-head", "{mode}");
        assert!(!codes(&plan).contains(&"multi_node_routing"), "{mode}");
    }
    let more = opened(&to_the_head(LoadBalancer, "6006"), &launched());
    assert_eq!(
        more.writes.iter().map(|it| it.verb).collect::<Vec<_>>(),
        [Verb::AddPorts, Verb::Select]
    );
}

#[test]
fn the_service_behind_a_path_is_taken_the_same_way() {
    let plan = opened(&to_the_head(Ingress, "8888"), &launched());
    assert_snapshot!(lines(&plan), @r#"
    changed [8888] unchanged []
    Service demo-fcd1e5cf--skypilot-svc--8888: patch [{"op":"test","path":"/spec/selector","value":{"skypilot-cluster-name":"demo-fcd1e5cf"}},{"op":"replace","path":"/spec/selector","value":{"component":"demo-fcd1e5cf-head","skypilot-cluster-name":"demo-fcd1e5cf"}}]
      Has the Service demo-fcd1e5cf--skypilot-svc--8888 lead to the head alone.
    "#);
}

#[test]
fn a_spread_port_is_offered_the_head_alone() {
    let plan = opened(&asked(LoadBalancer, "6006"), &launched());
    let warning = plan.warnings.iter().find(|it| it.code.as_str() == "multi_node_routing").unwrap();
    assert_eq!(
        warning.steps[0].command.as_deref(),
        Some("skyports open ml/demo-fcd1e5cf 6006 --mode loadbalancer --head-only")
    );
}
