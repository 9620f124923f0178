//! Ports with a load balancer of their own.

use insta::assert_snapshot;
use skyports_model::OpenMode::{Ingress, LoadBalancer};

use super::*;
use crate::check::tests::of_version;

fn own(networks: &[&str]) -> k8s_openapi::api::core::v1::Service {
    let plan = opened(&restricted("8888", networks), &nothing());
    let service: k8s_openapi::api::core::v1::Service =
        serde_json::from_value(plan.writes[0].after.clone().unwrap()).unwrap();
    service.kept("3").spec(|spec| {
        spec.cluster_ip = Some("10.96.0.9".into());
        spec.ports.as_mut().unwrap()[0].node_port = Some(30123);
    })
}

fn having(service: k8s_openapi::api::core::v1::Service) -> Existing {
    let own_load_balancers = [(Port::new(8888).unwrap(), service)].into();
    Existing { own_load_balancers, ..nothing() }
}

#[test]
fn a_restriction_has_a_load_balancer_of_its_own() {
    let plan = opened(&restricted("8888", &["203.0.113.7", "10.1.2.3/8"]), &nothing());
    assert_snapshot!(lines(&plan), @"
    changed [8888] unchanged []
    Service demo-fcd1e5cf-skyports-lb-8888: apply
      Gives port 8888 a load balancer of its own, the Service demo-fcd1e5cf-skyports-lb-8888, for 10.0.0.0/8, 203.0.113.7/32.
    ");
    assert_snapshot!(plan.writes[0].manifest.as_deref().unwrap(), @r#"
    apiVersion: v1
    kind: Service
    metadata:
      name: "demo-fcd1e5cf-skyports-lb-8888"
      namespace: "ml"
      labels:
        "app.kubernetes.io/managed-by": "skyports"
        "parent": "skypilot"
        "skypilot-cluster-name": "demo-fcd1e5cf"
      annotations:
        "service.beta.kubernetes.io/coreweave-load-balancer-type": "public"
      ownerReferences:
      - apiVersion: "v1"
        kind: "Pod"
        name: "demo-fcd1e5cf-head"
        uid: "5f3a9c1e-0000-4000-8000-00000000abcd"
    spec:
      type: LoadBalancer
      selector:
        "component": "demo-fcd1e5cf-head"
        "skypilot-cluster-name": "demo-fcd1e5cf"
      ports:
      - port: 8888
        targetPort: 8888
        protocol: TCP
        name: "port8888"
      loadBalancerSourceRanges:
      - "10.0.0.0/8"
      - "203.0.113.7/32"
    "#);
    assert!(codes(&plan).is_empty(), "no launch of SkyPilot touches it");
}

#[test]
fn the_same_restriction_again_changes_nothing() {
    let plan = opened(&restricted("8888", &["10.0.0.0/8"]), &having(own(&["10.0.0.0/8"])));
    assert_eq!(lines(&plan), "changed [] unchanged [8888]\n");
}

#[test]
fn another_restriction_is_applied_in_place() {
    let plan = opened(&restricted("8888", &["10.0.0.0/8"]), &having(own(&["203.0.113.7"])));
    assert_snapshot!(lines(&plan), @"
    changed [8888] unchanged []
    Service demo-fcd1e5cf-skyports-lb-8888: apply
      Gives port 8888 a load balancer of its own, the Service demo-fcd1e5cf-skyports-lb-8888, for 10.0.0.0/8.
    ");
    let preview = plan.preview();
    let changes = preview.steps[0].diff.iter().filter(|it| it.change.sign() != ' ');
    let changes: Vec<_> = changes.map(|it| format!("{}{}", it.change.sign(), it.text)).collect();
    assert_eq!(changes, ["-  - 203.0.113.7/32", "+  - 10.0.0.0/8"]);
}

#[test]
fn an_internal_load_balancer_needs_to_know_how() {
    let request = OpenRequest { reach: Reach::Internal, ..asked(LoadBalancer, "8888") };
    assert_snapshot!(refused(open(&request, &nothing(), &environment())), @"
    reach_not_possible: How a load balancer is made internal here is not known.
    ");
    let gke = of_version("v1.34.1-gke.1279000");
    let known = Environment { surroundings: gke, ..environment() };
    let plan = open(&request, &having(own(&["10.0.0.0/8"])), &known).unwrap();
    let after = plan.writes[0].after.as_ref().unwrap();
    assert_eq!(
        after.pointer("/metadata/annotations/networking.gke.io~1load-balancer-type").unwrap(),
        "Internal"
    );
    assert_eq!(after.pointer("/spec/loadBalancerSourceRanges"), None);
}

#[test]
fn what_is_public_is_not_restricted_and_what_is_restricted_not_made_public() {
    let public = Existing { load_balancer: Some(shared(&[8888])), ..nothing() };
    let refusal = refused(open(&restricted("8888", &["10.0.0.0/8"]), &public, &environment()));
    assert_snapshot!(refusal, @"
    port_taken: Port 8888 is taken. Service ml/demo-fcd1e5cf--skypilot-lb opens it to everybody, so that a restriction would restrict nothing.
    ");
    let restricted = having(own(&["10.0.0.0/8"]));
    let refusal = refused(open(&asked(LoadBalancer, "8888"), &restricted, &environment()));
    assert_snapshot!(refusal, @"
    port_taken: Port 8888 is taken. Service ml/demo-fcd1e5cf-skyports-lb-8888 opens it with a restriction of its own.
    ");
}

#[test]
fn a_load_balancer_on_its_way_out_is_waited_for() {
    let mut service = own(&["10.0.0.0/8"]);
    service.metadata.deletion_timestamp = Some(ago(5));
    let existing = having(service);
    let request = restricted("8888", &["10.0.0.0/8"]);
    assert_snapshot!(refused(open(&request, &existing, &environment())), @"
    load_balancer_deleting: Being deleted, and not gone yet. Held by the API server; until then the load balancer may still cost money.
    ");
    assert_eq!(closed(&closing(LoadBalancer, "8888"), &existing).writes.len(), 0);
}

#[test]
fn a_path_cannot_be_restricted() {
    let request = OpenRequest { mode: Ingress, ..restricted("8888", &["10.0.0.0/8"]) };
    assert_snapshot!(refused(open(&request, &nothing(), &environment())), @"
    reach_not_possible: A path of an Ingress reaches everybody who reaches its controller.
    ");
}

#[test]
fn closing_deletes_ours_and_takes_the_port_from_the_shared_one() {
    let service = own(&["10.0.0.0/8"]);
    let existing =
        Existing { load_balancer: Some(shared(&[8888, 6006])), ..having(service.clone()) };
    assert_snapshot!(lines(&closed(&closing(LoadBalancer, "8888"), &existing)), @r#"
    changed [8888] unchanged []
    Service demo-fcd1e5cf-skyports-lb-8888: delete if 0d4c0000 at 3
      Deletes the Service demo-fcd1e5cf-skyports-lb-8888: its load balancer and its address go with it.
    Service demo-fcd1e5cf--skypilot-lb: merge {"spec":{"ports":[{"$patch":"delete","port":8888,"protocol":"TCP"}]}}
      Takes port 8888 from the Service demo-fcd1e5cf--skypilot-lb.
    "#);
    let foreign = having(service.without_labels());
    let refusal = refused(close(&closing(LoadBalancer, "8888"), &foreign, &environment()));
    assert_snapshot!(refusal, @"
    unexpected_object: Service ml/demo-fcd1e5cf-skyports-lb-8888 is not what its name says. It has a name of ours, and skyports did not make it, so nothing is changed.
    ");
}
