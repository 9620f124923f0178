//! Whatever a cluster says, nothing panics, every link is one that may be linked, and every text is
//! fit to show.

use proptest::prelude::*;
use serde_json::{Value, json};
use skyports_model::{ExternalUrl, Finding};

use crate::objects::Kind;
use crate::observe::Observed;
use crate::testing::*;
use crate::wire;

const C: &str = "train-2ea4";

/// Text that a hostile object could hold.
fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("javascript:alert(1)".to_owned()),
        Just("\u{202e}gpj.exe".to_owned()),
        Just("a\nb\r\n\u{0}c".to_owned()),
        Just("\"><script>alert(1)</script>".to_owned()),
        Just("127.0.0.1/@evil.example".to_owned()),
        Just("//evil.example/8888".to_owned()),
        Just("/a/../../8888(/|$)(.*)".to_owned()),
        Just("$(rm -rf ~)".to_owned()),
        Just("/a;reboot/8888".to_owned()),
        Just("a;reboot".to_owned()),
        "\\PC{0,40}",
        "[ -~]{0,300}",
        Just("x".repeat(10_000)),
    ]
}

/// Any JSON, with keys that objects have.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        hostile().prop_map(Value::from),
        Just(json!("LoadBalancer")),
        Just(json!(C)),
    ];
    let key = prop_oneof![
        prop::sample::select(vec![
            "metadata",
            "name",
            "namespace",
            "labels",
            "annotations",
            "skypilot-cluster-name",
            "spec",
            "type",
            "selector",
            "ports",
            "port",
            "targetPort",
            "nodePort",
            "protocol",
            "appProtocol",
            "status",
            "loadBalancer",
            "ingress",
            "ip",
            "hostname",
            "conditions",
            "reason",
            "message",
            "rules",
            "host",
            "http",
            "paths",
            "path",
            "backend",
            "service",
            "number",
            "tls",
            "hosts",
            "ingressClassName",
            "involvedObject",
            "kind",
            "uid",
            "containers",
            "resources",
            "requests",
            "cpu",
            "phase",
            "externalIPs",
            "finalizers",
        ])
        .prop_map(str::to_owned),
        "[a-z]{1,4}",
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..6).prop_map(|map| json!(map)),
        ]
    })
}

fn is_shown(text: &str) -> bool {
    !text
        .chars()
        .any(|c| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}

/// Keeps an object, if it can be decoded.
fn kept<K: Kind>(text: &str, seen: &mut Seen) {
    if let Ok(object) = serde_json::from_str::<K>(text) {
        seen.objects.apply(object);
    }
}

/// Fails if anything that is told is not fit to show or to click.
fn check_told(observed: &Observed) -> Result<(), TestCaseError> {
    let finding = |finding: &Finding| {
        let texts = [Some(finding.message()), finding.evidence.clone()];
        let good =
            texts.iter().flatten().all(|text| is_shown(text) && text.chars().count() < 1_200);
        // Only text of ours has more than one line: snippets to copy.
        let steps = finding.steps.iter().filter_map(|step| step.command.clone());
        good && steps.into_iter().all(|command| {
            is_shown(&command.replace('\n', " "))
                && !command.contains(['`', ';', '|', '&', '$', '<', '>'])
        })
    };
    for cluster in &observed.clusters {
        prop_assert!(is_shown(&cluster.name) && !cluster.name.is_empty());
        prop_assert!(cluster.user.iter().chain(&cluster.workspace).all(|text| is_shown(text)));
        for endpoint in &cluster.endpoints {
            prop_assert_eq!(&endpoint.id.cluster, &cluster.id);
            for url in &endpoint.urls {
                let text = url.to_string();
                prop_assert_eq!(&ExternalUrl::parse(&text).unwrap(), url);
                prop_assert!(text.ends_with('/'), "{}", text);
            }
            prop_assert!(endpoint.addresses.iter().all(|address| is_shown(address)));
            prop_assert!(
                endpoint.warnings.iter().chain(endpoint.state.reason()).all(finding),
                "{:#?}",
                endpoint
            );
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn hostile_texts_are_harmless(text in hostile(), other in hostile()) {
        let service = balancer(C, &[8888]).aged(99).with_address(&text).with_hostname(&other)
            .with_condition(&text, "False", &other).finalized(&text);
        let ingress = empty_ingress("train-2ea4-skypilot-ingress").of_class(Some(&text))
            .with_path(&text, &other, 8888).for_host(&other).with_certificate(&text);
        let pod = pod(C).annotated("skypilot-cluster-name", &text).annotated("skypilot-user", &other)
            .asking(&[("nvidia.com/gpu", "1"), ("cpu", &text)]).on_nodes_with("skypilot.co/accelerator", &other);
        let broken = warning("Service", "train-2ea4--skypilot-lb", &text, &other);
        let seen = seen![pod, service, ingress, broken, controller().annotated("skypilot.co/external-ip", &text)];
        check_told(&seen.observe())?;
        check_told(&seen.and(event("Pod", "train-2ea4-head", &other, &text)).through("kind-skypilot").observe())?;
    }

    #[test]
    fn hostile_names_are_not_kept_or_harmless(name in hostile(), namespace in hostile()) {
        let seen = seen![
            pod(C).named(&name), pod(&name).named("x-head"), pod(C).within(&namespace), backend(C, 8888).named(&name),
            balancer(C, &[8888]).within(&namespace), empty_ingress(&name).with_path("/8888", &name, 8888),
            service(&name, "LoadBalancer", C, &[8888]), class(&name),
        ];
        check_told(&seen.observe())?;
    }

    #[test]
    fn any_object_is_decoded_or_refused(object in any_json()) {
        let text = object.to_string();
        let mut seen = seen![pod(C)];
        kept::<wire::Pod>(&text, &mut seen);
        kept::<wire::Service>(&text, &mut seen);
        kept::<wire::Ingress>(&text, &mut seen);
        kept::<wire::IngressClass>(&text, &mut seen);
        kept::<wire::Event>(&text, &mut seen);
        check_told(&seen.observe())?;
    }

    #[test]
    fn any_spec_and_status_of_a_service_is_harmless(spec in any_json(), status in any_json()) {
        let object = json!({
            "metadata": { "name": "train-2ea4--skypilot-lb", "namespace": NS }, "spec": spec, "status": status,
        });
        let mut seen = seen![pod(C)];
        if let Ok(service) = serde_json::from_value::<wire::Service>(object) {
            seen.objects.apply(service);
        }
        check_told(&seen.observe())?;
    }

    #[test]
    fn any_spec_and_status_of_an_ingress_is_harmless(rules in any_json(), status in any_json()) {
        let object = json!({
            "metadata": { "name": "train-2ea4-skypilot-ingress", "namespace": NS },
            "spec": { "rules": [{ "http": { "paths": [{ "path": rules.clone(), "backend": { "service": rules } }] } }] },
            "status": status,
        });
        let mut seen = seen![pod(C), controller()];
        if let Ok(ingress) = serde_json::from_value::<wire::Ingress>(object) {
            seen.objects.apply(ingress);
        }
        check_told(&seen.observe())?;
    }

    #[test]
    fn any_path_is_harmless(path in hostile()) {
        let literal = crate::objects::literal_path(&path);
        prop_assert!(literal.starts_with('/') && literal.ends_with('/'), "{}", literal);
    }
}

#[test]
fn objects_of_tomorrow_are_decoded() {
    let pod = json!({
        "metadata": { "name": "train-2ea4-head", "namespace": NS, "labels": { "skypilot-cluster-name": C } },
        "spec": { "containers": [{ "name": "ray-node", "args": [1, { "a": null }], "image": 7 }], "new": [] },
        "status": { "phase": "Hibernating", "conditions": null, "hostIPs": "odd" },
    });
    let service = json!({
        "metadata": { "name": "train-2ea4--skypilot-lb", "namespace": NS },
        "spec": { "type": "LoadBalancer", "ports": [{ "port": 8888 }, { "port": 70000 }, {}], "ipFamilyPolicy": {} },
    });
    let mut seen = seen![];
    Sent::Pod(serde_json::from_value(pod).unwrap()).apply(&mut seen.objects);
    Sent::Service(serde_json::from_value(service).unwrap()).apply(&mut seen.objects);
    check(&seen, "8888 loadbalancer attention no_load_balancer_controller ~http://:8888/");
}

#[test]
fn an_empty_object_is_not_kept() {
    let mut seen = seen![];
    Sent::Pod(serde_json::from_str("{}").unwrap()).apply(&mut seen.objects);
    Sent::Service(serde_json::from_str("{}").unwrap()).apply(&mut seen.objects);
    Sent::Event(serde_json::from_str("{}").unwrap()).apply(&mut seen.objects);
    assert_eq!(seen.objects, listed());
}
