//! The rules as they were measured on real ingress-nginx with SkyPilot's objects.

use serde_json::json;

use super::*;

const P: &str = "/skypilot/default/demo-fcd1e5cf/8000";

/// An Ingress of the class `nginx` with one path to the Service `app`.
fn ingress(name: &str, created: &str, annotations: Value, path: &str, kind: &str) -> Arc<Value> {
    let annotations: serde_json::Map<String, Value> = annotations
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (format!("{ANNOTATIONS}{name}"), value.clone()))
        .collect();
    let backend = json!({ "service": { "name": name, "port": { "number": 80 } } });
    let path = json!({ "path": path, "pathType": kind, "backend": backend });
    Arc::new(json!({
        "metadata": { "name": name, "namespace": "default", "creationTimestamp": created, "annotations": annotations },
        "spec": { "ingressClassName": "nginx", "rules": [{ "http": { "paths": [path] } }] },
    }))
}

fn skypilot() -> Arc<Value> {
    let annotations = json!({ "use-regex": "true", "rewrite-target": "/$2" });
    let path = format!("{P}(/|$)(.*)");
    ingress("skypilot", "2026-01-02T00:00:00Z", annotations, &path, "ImplementationSpecific")
}

fn kept(path: &str, kind: &str) -> Arc<Value> {
    ingress("kept", "2026-01-03T00:00:00Z", json!({}), path, kind)
}

/// Where a request goes and as what, in one line.
fn told(table: &Table, target: &str) -> String {
    told_for(table, "localhost:30080", target)
}

fn told_for(table: &Table, host: &str, target: &str) -> String {
    match table.route(host, target) {
        Routed::BadRequest => "400".to_owned(),
        Routed::NotFound => "404".to_owned(),
        Routed::Redirect { status, to } => format!("{status} {to}"),
        Routed::Pass { location, target } => {
            format!("{} {target}", location.backend.as_ref().unwrap().service)
        }
    }
}

fn check(ingresses: &[Arc<Value>], table: &[(&str, &str)]) {
    let routes = Table::of(ingresses);
    for (target, wanted) in table {
        assert_eq!(told(&routes, target), *wanted, "{target}");
    }
}

#[test]
fn skypilots_path_is_taken_off() {
    check(
        &[skypilot()],
        &[
            (P, "skypilot /"),
            (&format!("{P}/"), "skypilot /"),
            (&format!("{P}/lab?token=a%2Fb"), "skypilot /lab?token=a%2Fb"),
            (&format!("{P}?x=1"), "skypilot /?x=1"),
            // Decoded and merged on a route that changes the path.
            (&format!("{P}/a/../b%2fc//d"), "skypilot /b/c/d"),
            (&format!("{P}/a%20b%25"), "skypilot /a%20b%25"),
            // Letters are not told apart; a port that only starts alike is another.
            (&P.to_uppercase(), "skypilot /"),
            (&format!("{P}1/"), "404"),
            ("/lab", "404"),
            ("/", "404"),
            (&format!("{P}/../../../../.."), "400"),
            (&format!("{P}/%"), "400"),
        ],
    );
}

#[test]
fn a_plain_path_beside_a_pattern_becomes_a_pattern_without_an_end() {
    let plain = kept("/skypilot/default/other/8888", "Prefix");
    check(
        &[skypilot(), plain],
        &[
            ("/skypilot/default/other/8888/x", "kept /skypilot/default/other/8888/x"),
            ("/skypilot/default/other/88881/x", "kept /skypilot/default/other/88881/x"),
            ("/SKYPILOT/default/other/8888", "kept /SKYPILOT/default/other/8888"),
        ],
    );
}

#[test]
fn plain_paths_among_themselves_end_where_they_say() {
    let routes = [kept("/app", "Prefix"), ingress("exact", "", json!({}), "/app/x", "Exact")];
    check(
        &routes,
        &[
            ("/app", "kept /app"),
            ("/app/", "kept /app/"),
            ("/app/x", "exact /app/x"),
            ("/app/x/y", "kept /app/x/y"),
            ("/apple", "404"),
            ("/APP", "404"),
        ],
    );
    check(
        &[kept("/app", "ImplementationSpecific"), kept("/", "Prefix")],
        &[("/apple", "kept /apple"), ("/else", "kept /else")],
    );
}

#[test]
fn a_longer_spelling_wins_and_keeps_the_path() {
    let unstrip = ingress(
        "unstrip",
        "2026-01-03T00:00:00Z",
        json!({ "use-regex": "true" }),
        &format!("{P}(/.*)?()()$"),
        "ImplementationSpecific",
    );
    check(
        &[skypilot(), unstrip],
        &[
            (P, &format!("unstrip {P}")),
            // What is not changed goes on as it came.
            (&format!("{P}/b%2fc//d?q"), &format!("unstrip {P}/b%2fc//d?q")),
            (&format!("{P}1"), "404"),
        ],
    );
}

#[test]
fn a_redirect_adds_the_slash_and_loses_query_and_port() {
    let annotations = json!({
        "use-regex": "true", "permanent-redirect": format!("{P}/"), "permanent-redirect-code": "308",
    });
    let path = format!("{P}()()()()()()$");
    let slash = ingress("slash", "2026-01-03T00:00:00Z", annotations.clone(), &path, "Exact");
    let located = format!("308 http://localhost{P}/");
    check(
        &[skypilot(), slash],
        &[(P, &located), (&format!("{P}?token=1"), &located), (&format!("{P}/x"), "skypilot /x")],
    );
    let mut annotations = annotations;
    annotations["use-port-in-redirects"] = "true".into();
    let slash = ingress("slash", "", annotations, &path, "Exact");
    check(&[slash], &[(P, &format!("308 http://localhost:30080{P}/"))]);
}

#[test]
fn the_older_of_two_with_the_same_path_keeps_it() {
    let older = ingress("older", "2026-01-01T00:00:00Z", json!({}), "/a", "Prefix");
    let newer = ingress("newer", "2026-01-02T00:00:00Z", json!({}), "/a", "Prefix");
    check(&[newer, older], &[("/a/b", "older /a/b")]);
}

#[test]
fn hosts_and_classes_decide_first() {
    let mut named = Value::clone(&kept("/", "Prefix"));
    named["spec"]["rules"][0]["host"] = "App.example.com".into();
    let mut foreign = Value::clone(&kept("/", "Prefix"));
    foreign["spec"]["ingressClassName"] = "traefik".into();
    let mut annotated = Value::clone(&kept("/old", "Prefix"));
    annotated["spec"]["ingressClassName"].take();
    annotated["metadata"]["annotations"]["kubernetes.io/ingress.class"] = "nginx".into();
    let table = Table::of(&[named, foreign, annotated].map(Arc::new));
    assert_eq!(told_for(&table, "app.example.com:80", "/x"), "kept /x");
    assert_eq!(told_for(&table, "localhost", "/x"), "404");
    assert_eq!(told_for(&table, "localhost", "/old"), "kept /old");
    assert_eq!(told_for(&table, "[::1]:30080", "/old"), "kept /old");
}

#[test]
fn a_pattern_that_is_none_spares_the_others() {
    let broken = ingress("broken", "", json!({ "use-regex": "true" }), "/a(", "Prefix");
    let huge = ingress("huge", "", json!({ "use-regex": "true" }), "/(a{1000}){1000}", "Prefix");
    check(&[broken, huge, skypilot()], &[(P, "skypilot /"), ("/a(", "404")]);
}

#[test]
fn sizes_are_read_as_nginx_writes_them() {
    for (text, bytes) in [
        ("8m", Some(8 << 20)),
        ("512K", Some(512 << 10)),
        ("1g", Some(1 << 30)),
        ("100", Some(100)),
        ("0", None),
        ("much", Some(BODY_LIMIT)),
    ] {
        assert_eq!(body_limit(text), bytes, "{text}");
    }
}
