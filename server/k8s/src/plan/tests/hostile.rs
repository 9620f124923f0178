//! Whatever a cluster's users name their things: refused, or a manifest of the same shape.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;
use skyports_model::ObjectKind;
use skyports_model::OpenMode::{Ingress, LoadBalancer};

use super::*;
use crate::render::tests::texts;

/// A request in each mode, with a restriction, and with a path that is kept.
fn requests(cluster: ClusterId) -> [OpenRequest; 5] {
    let kept = |prefix| OpenRequest {
        cluster: cluster.clone(),
        extras: Extras { prefix, ..Extras::default() },
        ..asked(Ingress, "8888")
    };
    [
        OpenRequest { cluster: cluster.clone(), ..asked(LoadBalancer, "8888") },
        OpenRequest { cluster: cluster.clone(), ..asked(Ingress, "8888") },
        OpenRequest { cluster: cluster.clone(), ..restricted("8888", &["10.0.0.0/8"]) },
        kept(Prefix::Kept),
        kept(Prefix::KeptElsewhere),
    ]
}

/// The places of everything in a tree, in order, but the values themselves.
fn shape(tree: &Value) -> Vec<String> {
    fn walk(tree: &Value, place: &str, places: &mut Vec<String>) {
        match tree {
            Value::Object(entries) => {
                for (key, value) in entries {
                    walk(value, &format!("{place}/{key}"), places);
                }
            }
            Value::Array(items) => {
                for (at, value) in items.iter().enumerate() {
                    walk(value, &format!("{place}/{at}"), places);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                let kind = if tree.is_string() { "text" } else { "other" };
                places.push(format!("{place} {kind}"));
            }
        }
    }
    let mut places = vec![];
    walk(tree, "", &mut places);
    places
}

/// The objects that a plan makes, by its texts: what `kubectl` would read.
fn read(plan: &Plan) -> Vec<Value> {
    let texts = plan.writes.iter().filter_map(|write| write.manifest.as_deref());
    texts.map(|text| serde_yaml_ng::from_str(text).unwrap()).collect()
}

fn shapes(plan: &Plan) -> Vec<Vec<String>> {
    read(plan).iter().map(shape).collect()
}

/// Plans with everything that a cluster's users and SkyPilot's config choose: the head's name and
/// identity, 15 labels and 15 annotations.
fn with(request: &OpenRequest, chosen: &[String; 32]) -> Result<Plan, Refusal> {
    let [name, uid, others @ ..] = chosen;
    let head = Head { kind: HeadKind::Pod, name: name.clone(), uid: uid.clone() };
    let entries = |values: &[String]| {
        values.iter().enumerate().map(|(at, value)| (format!("note-{at}"), value.clone())).collect()
    };
    let custom_metadata =
        CustomMetadata { labels: entries(&others[..15]), annotations: entries(&others[15..]) };
    let environment = Environment { custom_metadata, ..environment() };
    open(request, &Existing { head: Some(head), ..nothing() }, &environment)
}

/// The shapes of each request's manifests with harmless values.
fn harmless() -> &'static [Vec<Vec<String>>; 5] {
    static SHAPES: LazyLock<[Vec<Vec<String>>; 5]> =
        LazyLock::new(|| requests(id(C)).map(|request| shapes(&plain(&request).unwrap())));
    &SHAPES
}

fn plain(request: &OpenRequest) -> Result<Plan, Refusal> {
    with(request, &std::array::from_fn(|_| "a".to_owned()))
}

proptest! {
    // 32 strings a case: 100,000 in all.
    #![proptest_config(ProptestConfig::with_cases(3_125))]
    #[test]
    fn hostile_values_never_change_a_manifests_shape(
        at in 0_usize..5, values in prop::array::uniform32(texts())
    ) {
        let plan = with(&requests(id(C))[at], &values).unwrap();
        let read = read(&plan);
        prop_assert_eq!(&read.iter().map(shape).collect::<Vec<_>>(), &harmless()[at]);
        for (read, write) in read.iter().zip(&plan.writes) {
            prop_assert_eq!(Some(read), write.after.as_ref());
            prop_assert_eq!(read.pointer("/metadata/annotations/note-14").unwrap(), &values[31]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn hostile_names_are_refused_or_stay_names(
        at in 0_usize..5, name in "[a-zA-Z0-9._-]{1,63}|[a-z][a-z0-9-]{0,45}", namespace in "[a-z0-9-]{1,63}"
    ) {
        let cluster = ClusterId { namespace: Namespace::parse(&namespace).unwrap(), ..id(&name) };
        let Ok(plan) = plain(&requests(cluster)[at]) else { return Ok(()) };
        prop_assert_eq!(&shapes(&plan), &harmless()[at]);
        let services = plan.writes.iter().filter(|write| write.object.kind == ObjectKind::Service);
        prop_assert!(services.map(|write| write.object.name.len()).all(|length| length <= 63));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_text_says_what_is_planned(
        at in 0_usize..5, numbers in prop::collection::btree_set(1_i64..65_536, 1..64)
    ) {
        let numbers: Vec<Port> = numbers.into_iter().filter_map(Port::new).collect();
        let request = OpenRequest { ports: numbers.clone().try_into().unwrap(), ..requests(id(C))[at].clone() };
        let plan = plain(&request).unwrap();
        prop_assert_eq!(&plan.changed, &numbers);
        let planned: Vec<_> = plan.writes.iter().filter_map(|write| write.after.clone()).collect();
        prop_assert_eq!(read(&plan), planned);
    }
}
