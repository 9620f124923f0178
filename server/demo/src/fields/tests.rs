//! Who owns what, by itself; the contract tests ask a real server the same.

use serde_json::{Value, json};

use super::*;
use crate::resource::Resource;

fn record() -> &'static Record {
    crate::schema::of(Resource::Services).unwrap()
}

fn service(ports: &[u16]) -> Value {
    let ports: Vec<Value> = ports
        .iter()
        .map(|port| json!({"name": format!("port{port}"), "port": port, "protocol": "TCP"}))
        .collect();
    json!({"metadata": {"name": "a"}, "spec": {"ports": ports}})
}

fn by(name: &str, operation: Operation) -> Manager {
    Manager::new(name, operation, "v1")
}

fn ports_of(managers: &Managers, name: &str) -> Vec<String> {
    let mut object = json!({});
    managers.write(&mut object);
    let entries = object["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    let entry = entries.iter().find(|entry| entry["manager"] == name);
    let ports = entry.map(|entry| &entry["fieldsV1"]["f:spec"]["f:ports"]);
    let keys = ports.and_then(Value::as_object).into_iter().flatten();
    keys.map(|(key, _)| key.clone()).filter(|key| key.starts_with("k:")).collect()
}

#[test]
fn a_port_belongs_to_who_added_it_until_it_is_gone() {
    let (sky, ours) = (by("sky", Operation::Update), by("ours", Operation::Update));
    let (one, both) = (service(&[80]), service(&[80, 81]));
    let managers = Managers::default().updated(record(), &json!({}), &one, &sky, "1");
    let managers = managers.updated(record(), &one, &both, &ours, "2");
    assert_eq!(ports_of(&managers, "sky"), [r#"k:{"port":80,"protocol":"TCP"}"#]);
    assert_eq!(ports_of(&managers, "ours"), [r#"k:{"port":81,"protocol":"TCP"}"#]);
    let managers = managers.updated(record(), &both, &one, &sky, "3");
    assert!(ports_of(&managers, "ours").is_empty());
}

#[test]
fn what_is_no_longer_applied_goes_unless_somebody_else_has_it() {
    let ours = by("ours", Operation::Apply);
    let apply = |managers: Managers, live: Option<&Value>, document: &Value| {
        managers.applied(record(), live, document, &ours, false, "1").unwrap()
    };
    let (live, managers) = apply(Managers::default(), None, &service(&[80, 81]));
    let sky = by("sky", Operation::Update);
    let more = service(&[80, 81, 82]);
    let managers = managers.updated(record(), &live, &more, &sky, "2");
    let (after, _) = apply(managers, Some(&more), &service(&[83]));
    let ports: Vec<&Value> =
        after["spec"]["ports"].as_array().unwrap().iter().map(|it| &it["port"]).collect();
    assert_eq!(ports, [82, 83]);
}

#[test]
fn what_somebody_else_owns_is_a_conflict_unless_it_is_forced() {
    let sky = by("sky", Operation::Update);
    let live = service(&[80]);
    let managers = Managers::default().updated(record(), &json!({}), &live, &sky, "1");
    let mut other = service(&[80]);
    other["spec"]["ports"][0]["name"] = "other".into();
    let ours = by("ours", Operation::Apply);
    let apply = |force| managers.clone().applied(record(), Some(&live), &other, &ours, force, "2");
    let conflicts = apply(false).unwrap_err();
    assert_eq!(conflicts[0].manager, sky);
    assert_eq!(conflicts[0].fields, [r#".spec.ports[port=80,protocol="TCP"].name"#]);
    assert_eq!(apply(true).unwrap().0["spec"]["ports"][0]["name"], "other");
}

#[test]
fn what_is_written_is_read_back() {
    let sky = by("sky", Operation::Update);
    let managers = Managers::default().updated(record(), &json!({}), &service(&[80]), &sky, "1");
    let mut object = json!({});
    managers.write(&mut object);
    assert_eq!(Managers::of(&object), managers);
}
