//! Names that Kubernetes or nginx would not take as they are meant, and metadata of SkyPilot's
//! config.

use insta::assert_snapshot;
use skyports_model::OpenMode::{Ingress, LoadBalancer};

use super::*;

fn named(name: &str, mode: OpenMode) -> OpenRequest {
    OpenRequest { cluster: id(name), ..asked(mode, "8888") }
}

#[test]
fn names_that_break_a_rule_are_refused() {
    let try_open = |name: &str, mode| refused(open(&named(name, mode), &nothing(), &environment()));
    assert_snapshot!(try_open("1st-2ea4", LoadBalancer), @"
    name_not_allowed: The cluster’s name cannot be part of a Service’s name. It begins with a small letter.
    ");
    assert_snapshot!(try_open("Train-2ea4", LoadBalancer), @"
    name_not_allowed: The cluster’s name cannot be part of a Service’s name. It begins with a small letter.
    ");
    assert_snapshot!(try_open("a.b-2ea4", LoadBalancer), @"
    name_not_allowed: The cluster’s name cannot be part of a Service’s name. It holds small letters, digits and `-` only.
    ");
    assert_snapshot!(try_open(&"a".repeat(51), LoadBalancer), @"
    name_not_allowed: The cluster’s name cannot be part of a Service’s name. It has at most 63 characters.
    ");
    assert_snapshot!(try_open("a.b-2ea4", Ingress), @"
    name_not_allowed: The cluster’s name cannot be part of a path. It is an expression for nginx and holds small letters, digits and `-` only.
    ");
    assert_snapshot!(try_open(&"a".repeat(44), Ingress), @"
    name_not_allowed: The cluster’s name cannot be part of a Service’s name. It has at most 63 characters.
    ");
}

#[test]
fn the_longest_name_that_skypilot_makes_fits() {
    let longest = "a".repeat(42);
    for mode in OpenMode::ALL {
        let request = OpenRequest { ports: ports("65535"), ..named(&longest, mode) };
        assert!(open(&request, &nothing(), &environment()).is_ok(), "{mode}");
    }
    let request = OpenRequest { cluster: id(&longest), ..restricted("65535", &["10.0.0.0/8"]) };
    assert!(open(&request, &nothing(), &environment()).is_ok());
}

/// What exists keeps its name: a port of it can be closed, and opened where no name is made.
#[test]
fn an_odd_name_of_what_exists_hinders_nothing() {
    let existing = Existing { load_balancer: Some(shared(&[6006])), ..nothing() };
    assert!(open(&named("a.b-2ea4", LoadBalancer), &existing, &environment()).is_ok());
    let request = CloseRequest { cluster: id("a.b-2ea4"), ..closing(LoadBalancer, "6006") };
    assert_eq!(closed(&request, &existing).writes.len(), 1);
}

#[test]
fn metadata_of_the_config_comes_over_skypilots_and_under_ours() {
    let custom_metadata = CustomMetadata {
        labels: [
            ("team".to_owned(), "ml".to_owned()),
            ("parent".to_owned(), "acme".to_owned()),
            ("skypilot-cluster-name".to_owned(), "another".to_owned()),
        ]
        .into(),
        annotations: [
            (
                "service.beta.kubernetes.io/coreweave-load-balancer-type".to_owned(),
                "private".to_owned(),
            ),
            ("note".to_owned(), "x\n  externalIPs: [1.2.3.4]".to_owned()),
        ]
        .into(),
    };
    let environment = Environment { custom_metadata, ..environment() };
    let plan = open(&asked(LoadBalancer, "8888"), &nothing(), &environment).unwrap();
    let text = plan.writes[0].manifest.as_deref().unwrap();
    let metadata: Vec<_> = text.lines().skip(2).take(13).collect();
    assert_snapshot!(metadata.join("\n"), @r#"
    metadata:
      name: "demo-fcd1e5cf--skypilot-lb"
      namespace: "ml"
      labels:
        "app.kubernetes.io/managed-by": "skyports"
        "parent": "acme"
        "skypilot-cluster-name": "demo-fcd1e5cf"
        "team": "ml"
      annotations:
        "note": "x\u000a  externalIPs: [1.2.3.4]"
        "service.beta.kubernetes.io/coreweave-load-balancer-type": "private"
      ownerReferences:
      - apiVersion: "v1"
    "#);
}

#[test]
fn a_controllers_deployment_owns_what_is_made_for_it() {
    let head = Head {
        kind: HeadKind::Deployment,
        name: format!("{C}-deployment"),
        uid: "5f3a".to_owned(),
    };
    let plan = opened(&asked(LoadBalancer, "8888"), &Existing { head: Some(head), ..nothing() });
    let owner = plan.writes[0].after.as_ref().unwrap().pointer("/metadata/ownerReferences/0");
    assert_eq!(
        owner.unwrap(),
        &serde_json::json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "demo-fcd1e5cf-deployment", "uid": "5f3a"})
    );
}
