//! The store by itself.

use serde_json::json;

use super::*;

fn noon() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

fn pod(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "ml"}})
}

fn key(name: &str) -> Key {
    Key::namespaced(Resource::Pods, "ml", name)
}

#[test]
fn an_object_gets_what_a_server_adds() {
    let store = Store::new(noon);
    let kept = store.put(pod("a")).unwrap();
    assert_eq!(kept["metadata"]["creationTimestamp"], "2026-11-24T12:00:00Z");
    assert_eq!(kept["metadata"]["resourceVersion"], "2");
    assert_eq!(kept["metadata"]["uid"].as_str().unwrap().len(), 36);
    let old = json!({"apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "b", "namespace": "ml", "creationTimestamp": "2026-01-01T00:00:00Z"}});
    assert_eq!(store.put(old).unwrap()["metadata"]["creationTimestamp"], "2026-01-01T00:00:00Z");
}

#[test]
fn what_does_not_change_makes_no_version() {
    let store = Store::new(noon);
    let first = store.put(pod("a")).unwrap();
    let again = store.put(pod("a")).unwrap();
    assert!(Arc::ptr_eq(&first, &again));
    assert_eq!(*store.changes().borrow(), 2);
    let labelled = store.update(&key("a"), |it| it["metadata"]["labels"] = json!({"x": "y"}));
    assert_eq!(labelled.unwrap()["metadata"]["resourceVersion"], "3");
}

#[test]
fn what_is_owned_goes_with_its_last_owner_and_what_is_in_a_namespace_with_it() {
    let store = Store::new(noon);
    let owners: Vec<Value> = ["a", "b"]
        .iter()
        .map(|name| json!({"uid": store.put(pod(name)).unwrap()["metadata"]["uid"]}))
        .collect();
    let mut owned = pod("owned");
    owned["metadata"]["ownerReferences"] = owners.into();
    let owned = store.put(owned).unwrap();
    let mut deeper = pod("deeper");
    deeper["metadata"]["ownerReferences"] = json!([{"uid": owned["metadata"]["uid"]}]);
    store.put(deeper).unwrap();
    store.remove(&key("a"));
    assert!(store.get(&key("owned")).is_some());
    store.remove(&key("b"));
    assert!(store.get(&key("owned")).is_none() && store.get(&key("deeper")).is_none());

    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ml"}});
    store.put(namespace).unwrap();
    store.put(pod("inside")).unwrap();
    store.remove(&Key::cluster(Resource::Namespaces, "ml"));
    assert!(store.list(Resource::Pods, None).is_empty());
}

#[test]
fn an_earlier_version_is_what_it_was_until_it_is_forgotten() {
    let store = Store::with_window(noon, 3);
    store.put(pod("a")).unwrap();
    store.put(pod("b")).unwrap();
    let names = |at| -> Option<Vec<String>> {
        Some(store.snapshot(Resource::Pods, at).ok()?.objects.into_keys().collect())
    };
    store.put(pod("c")).unwrap();
    store.remove(&key("a"));
    assert_eq!(names(Some(3)).unwrap(), ["ml/a", "ml/b"]);
    assert_eq!(names(None).unwrap(), ["ml/b", "ml/c"]);
    assert_eq!(store.since(Resource::Pods, 3, 10).unwrap().0.len(), 2);
    assert_eq!(names(Some(1)), None);
    assert_eq!(store.since(Resource::Pods, 1, 10).unwrap_err().oldest, 2);
}

#[test]
fn lists_have_the_order_of_keys_as_text() {
    let store = Store::new(noon);
    for (namespace, name) in [("a", "x"), ("a-b", "x"), ("a", "b.c"), ("a", "b")] {
        let metadata = json!({"name": name, "namespace": namespace});
        store.put(json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata})).unwrap();
    }
    let places: Vec<String> =
        store.snapshot(Resource::Pods, None).unwrap().objects.into_keys().collect();
    assert_eq!(places, ["a-b/x", "a/b", "a/b.c", "a/x"]);
}
