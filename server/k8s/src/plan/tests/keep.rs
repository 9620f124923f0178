//! Routes of our own that leave the path as it is.

use insta::assert_snapshot;
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::Ingress as Object;
use skyports_model::OpenMode::{Ingress, LoadBalancer};
use skyports_model::plan::{Place, Subject};

use super::*;

const NGINX: &str = "nginx.ingress.kubernetes.io/";

fn keeping(text: &str) -> OpenRequest {
    kept_as(Prefix::Kept, text)
}

fn kept_as(prefix: Prefix, text: &str) -> OpenRequest {
    OpenRequest { extras: Extras { prefix, ..Extras::default() }, ..asked(Ingress, text) }
}

fn dropping(text: &str) -> CloseRequest {
    CloseRequest { extent: Extent::KeptRoute, ..closing(Ingress, text) }
}

fn eights() -> Port {
    Port::new(8888).unwrap()
}

/// A cluster whose port 8888 SkyPilot opened by a path.
fn launched() -> Existing {
    Existing {
        ingress: Some(ingress(C, &[8888]).kept("8")),
        backends: [(eights(), backend(C, 8888).kept("7"))].into(),
        ..nothing()
    }
}

/// The same after a plan's writes of our own objects.
fn with_route(plan: &Plan, existing: Existing) -> Existing {
    let after = |at: usize| plan.writes[at].after.clone().unwrap();
    let service: Service = serde_json::from_value(after(0)).unwrap();
    let route: Object = serde_json::from_value(after(1)).unwrap();
    let service = service.kept("3").spec(|spec| {
        spec.cluster_ip = Some("10.96.0.9".into());
        spec.ports.as_mut().unwrap()[0].protocol = Some("TCP".into());
    });
    Existing {
        kept_services: [(eights(), service)].into(),
        kept_routes: [(eights(), route.kept("4"))].into(),
        ..existing
    }
}

fn kept() -> Existing {
    with_route(&opened(&keeping("8888"), &launched()), launched())
}

/// An annotation of the route that is planned.
fn annotation(plan: &Plan, key: &str) -> Option<String> {
    let route = plan.writes.iter().find(|it| {
        it.object.name.ends_with("-skyports-8888")
            && it.manifest.as_deref().is_some_and(|text| text.contains("kind: Ingress"))
    });
    let after = route.unwrap().after.as_ref().unwrap();
    Some(after.pointer("/metadata/annotations")?.get(format!("{NGINX}{key}"))?.as_str()?.to_owned())
}

#[test]
fn a_route_of_ours_wins_by_its_length_and_leads_to_the_head() {
    let plan = opened(&keeping("8888"), &launched());
    assert_snapshot!(lines(&plan), @"
    changed [8888] unchanged []
    Service demo-fcd1e5cf-skyports-8888: apply
      Makes the Service demo-fcd1e5cf-skyports-8888, which leads to the head alone.
    Ingress demo-fcd1e5cf-skyports-8888: apply
      Makes the Ingress demo-fcd1e5cf-skyports-8888: requests for port 8888 reach the app with their whole path.
    ");
    assert_snapshot!(plan.writes[1].manifest.as_deref().unwrap(), @r#"
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: "demo-fcd1e5cf-skyports-8888"
      namespace: "ml"
      labels:
        "app.kubernetes.io/managed-by": "skyports"
        "parent": "skypilot"
        "skypilot-cluster-name": "demo-fcd1e5cf"
      annotations:
        "nginx.ingress.kubernetes.io/proxy-body-size": "64m"
        "nginx.ingress.kubernetes.io/proxy-read-timeout": "3600"
        "nginx.ingress.kubernetes.io/proxy-send-timeout": "3600"
        "nginx.ingress.kubernetes.io/use-regex": "true"
      ownerReferences:
      - apiVersion: "v1"
        kind: "Pod"
        name: "demo-fcd1e5cf-head"
        uid: "5f3a9c1e-0000-4000-8000-00000000abcd"
    spec:
      ingressClassName: nginx
      rules:
      - http:
          paths:
          - path: "/skypilot/ml/demo-fcd1e5cf/8888(/.*)?()()$"
            pathType: ImplementationSpecific
            backend:
              service:
                name: "demo-fcd1e5cf-skyports-8888"
                port:
                  number: 8888
    "#);
    assert_snapshot!(plan.writes[0].manifest.as_deref().unwrap(), @r#"
    apiVersion: v1
    kind: Service
    metadata:
      name: "demo-fcd1e5cf-skyports-8888"
      namespace: "ml"
      labels:
        "app.kubernetes.io/managed-by": "skyports"
        "parent": "skypilot"
        "skypilot-cluster-name": "demo-fcd1e5cf"
      ownerReferences:
      - apiVersion: "v1"
        kind: "Pod"
        name: "demo-fcd1e5cf-head"
        uid: "5f3a9c1e-0000-4000-8000-00000000abcd"
    spec:
      type: ClusterIP
      selector:
        "component": "demo-fcd1e5cf-head"
        "skypilot-cluster-name": "demo-fcd1e5cf"
      ports:
      - port: 8888
        targetPort: 8888
    "#);
    assert_eq!(plan.subject, Subject::KeptPath);
    let Place::Future(url) = &plan.urls[0].place else { panic!() };
    assert_eq!(url.path, "/skypilot/ml/demo-fcd1e5cf/8888/", "the URL stays as it is");
}

#[test]
fn the_expression_matches_what_skypilots_does_and_is_longer() {
    let theirs = "/skypilot/ml/demo-fcd1e5cf/8888(/|$)(.*)";
    let ours = "/skypilot/ml/demo-fcd1e5cf/8888(/.*)?()()$";
    assert!(ours.len() > theirs.len(), "nginx tries the longest first");
    let matches = |expression: &str, path: &str| {
        regex::Regex::new(&format!("^{expression}")).unwrap().is_match(path)
    };
    let under = "/skypilot/ml/demo-fcd1e5cf/8888";
    for end in ["", "/", "/lab", "/api/kernels?x=y", "//", "1", "1/lab", "x", ".", "-"] {
        let path = format!("{under}{end}");
        assert_eq!(matches(ours, &path), matches(theirs, &path), "{path}");
    }
}

#[test]
fn what_the_app_needs_is_told_with_the_way_back() {
    let finding = |plan: &Plan| {
        plan.warnings.iter().find(|it| it.code.as_str() == "path_kept").cloned().unwrap()
    };
    let jupyter = finding(&opened(&keeping("8888"), &launched()));
    let commands: Vec<_> = jupyter.steps.iter().filter_map(|it| it.command.clone()).collect();
    assert_eq!(
        commands,
        [
            "jupyter lab --ip=0.0.0.0 --ServerApp.base_url=/skypilot/ml/demo-fcd1e5cf/8888/",
            "skyports close ml/demo-fcd1e5cf 8888 --mode ingress --keep-prefix",
        ]
    );
    let unknown = finding(&opened(&keeping("12345"), &nothing()));
    assert_eq!(unknown.steps[0].command.as_deref(), Some("/skypilot/ml/demo-fcd1e5cf/12345/"));
    // What SkyPilot’s next launch does not touch is not warned of.
    assert_eq!(codes(&opened(&keeping("8888"), &launched())), ["path_kept"]);
}

#[test]
fn asking_again_changes_nothing_and_what_changed_is_mended() {
    let again = opened(&keeping("8888"), &kept());
    assert_eq!(lines(&again), "changed [] unchanged [8888]\n");
    let mut broken = kept();
    let service = broken.kept_services.get_mut(&eights()).unwrap();
    service.spec.as_mut().unwrap().selector = None;
    let plan = opened(&keeping("8888"), &broken);
    assert_eq!((plan.writes.len(), plan.writes[0].verb), (1, Verb::Apply));
}

#[test]
fn a_port_without_a_path_of_skypilots_opens_by_the_route_alone() {
    let plan = opened(&keeping("8888"), &nothing());
    let names: Vec<_> = plan.writes.iter().map(|it| it.object.to_string()).collect();
    assert_eq!(
        names,
        ["Service ml/demo-fcd1e5cf-skyports-8888", "Ingress ml/demo-fcd1e5cf-skyports-8888"]
    );
}

#[test]
fn the_path_is_of_the_release_that_launched_the_cluster() {
    let older = empty_ingress(&format!("{C}-skypilot-ingress")).kept("8").with_path(
        &format!("/skypilot/{C}/8888(/|$)(.*)"),
        &format!("{C}--skypilot-svc--8888"),
        8888,
    );
    let existing = Existing { ingress: Some(older), ..launched() };
    let plan = opened(&keeping("8888"), &existing);
    let path = "/spec/rules/0/http/paths/0/path";
    let path = plan.writes[1].after.as_ref().unwrap().pointer(path).unwrap();
    assert_eq!(path, "/skypilot/demo-fcd1e5cf/8888(/.*)?()()$");
}

#[test]
fn where_skypilots_route_wins_the_path_is_one_of_our_own() {
    let existing = kept();
    let plan = opened(&kept_as(Prefix::KeptElsewhere, "8888"), &existing);
    assert_snapshot!(lines(&plan), @"
    changed [8888] unchanged []
    Ingress demo-fcd1e5cf-skyports-8888: apply
      Makes the Ingress demo-fcd1e5cf-skyports-8888: requests for port 8888 reach the app with their whole path.
    ");
    let Place::Future(url) = &plan.urls[0].place else { panic!() };
    assert_eq!(url.path, "/skyports/ml/demo-fcd1e5cf/8888/");
    let flag = plan.warnings[0].steps[0].command.clone().unwrap();
    assert!(flag.ends_with("base_url=/skyports/ml/demo-fcd1e5cf/8888/"), "{flag}");
}

#[test]
fn who_may_pass_skypilots_route_may_pass_ours_and_nobody_else() {
    let mut existing = launched();
    let said = [
        ("auth-url", "https://login.example/"),
        ("proxy-read-timeout", "7200"),
        ("canary", "true"),
    ];
    for (key, value) in said {
        let ingress = existing.ingress.take().unwrap();
        existing.ingress = Some(ingress.annotated(&format!("{NGINX}{key}"), value));
    }
    let plan = opened(&keeping("8888"), &existing);
    assert_eq!(annotation(&plan, "auth-url").as_deref(), Some("https://login.example/"));
    assert_eq!(annotation(&plan, "proxy-read-timeout").as_deref(), Some("7200"));
    assert_eq!(annotation(&plan, "proxy-send-timeout").as_deref(), Some("3600"));
    assert_eq!(annotation(&plan, "canary"), None);
    assert_eq!(annotation(&plan, "rewrite-target"), None, "it would take the path off");
}

#[test]
fn skypilots_config_cannot_take_the_path_off() {
    let chosen = [("rewrite-target", "/$2"), ("use-regex", "false"), ("auth-realm", "ml")];
    let annotations = chosen.map(|(key, value)| (format!("{NGINX}{key}"), value.to_owned()));
    let custom_metadata =
        CustomMetadata { annotations: annotations.into(), ..CustomMetadata::default() };
    let environment = Environment { custom_metadata, ..environment() };
    let plan = open(&keeping("8888"), &launched(), &environment).unwrap();
    assert_eq!(annotation(&plan, "rewrite-target"), None);
    assert_eq!(annotation(&plan, "use-regex").as_deref(), Some("true"));
    assert_eq!(annotation(&plan, "auth-realm").as_deref(), Some("ml"));
}

#[test]
fn a_strangers_path_that_would_win_is_refused() {
    let stranger = |path: &str| {
        let other = empty_ingress("proxy").with_path(path, "proxy", 80);
        let existing = Existing { other_ingresses: vec![other], ..launched() };
        refused(open(&keeping("8888"), &existing, &environment()))
    };
    assert_snapshot!(stranger("/skypilot/ml/demo-fcd1e5cf/8888(/.*)?()()$"), @"
    port_taken: Port 8888 is taken. Ingress ml/proxy has the path /skypilot/ml/demo-fcd1e5cf/8888(/.*)?()()$ already.
    ");
    assert_snapshot!(stranger("/skypilot/ml/demo-fcd1e5cf/(8888|8889)(/.*)?()()()$"), @"
    port_taken: Port 8888 is taken. Ingress ml/proxy has the longer path /skypilot/ml/demo-fcd1e5cf/(8888|8889)(/.*)?()()()$, which gets the requests.
    ");
    let harmless = empty_ingress("proxy").with_path("/skypilot/(.*)", "proxy", 80);
    let existing = Existing { other_ingresses: vec![harmless], ..launched() };
    assert_eq!(opened(&keeping("8888"), &existing).writes.len(), 2);
    // Ours is among the others of the namespace, and stands in nobody’s way.
    let route = kept().kept_routes.remove(&eights()).unwrap();
    let existing = Existing { other_ingresses: vec![route], ..kept() };
    assert_eq!(opened(&keeping("8888"), &existing).writes.len(), 0);
}

#[test]
fn objects_of_others_and_those_on_their_way_out_are_not_touched() {
    let mut foreign = kept();
    foreign.kept_routes.get_mut(&eights()).unwrap().metadata.labels = None;
    assert_snapshot!(refused(open(&keeping("8888"), &foreign, &environment())), @"
    unexpected_object: Ingress ml/demo-fcd1e5cf-skyports-8888 is not what its name says. It has a name of ours, and skyports did not make it, so nothing is changed.
    ");
    assert_snapshot!(refused(close(&dropping("8888"), &foreign, &environment())), @"
    unexpected_object: Ingress ml/demo-fcd1e5cf-skyports-8888 is not what its name says. It has a name of ours, and skyports did not make it, so nothing is changed.
    ");
    let mut going = kept();
    going.kept_routes.get_mut(&eights()).unwrap().metadata.deletion_timestamp = Some(ago(5));
    assert_snapshot!(refused(open(&keeping("8888"), &going, &environment())), @"
    unexpected_object: Ingress ml/demo-fcd1e5cf-skyports-8888 is not what its name says. It is being deleted, so nothing is changed.
    ");
}

#[test]
fn a_path_needs_the_mode_that_has_one() {
    let request = OpenRequest { mode: LoadBalancer, ..keeping("8888") };
    assert_snapshot!(refused(open(&request, &nothing(), &environment())), @"
    no_path_to_keep: A load balancer has no path that could be kept. Its address leads to the app’s own root.
    ");
    let request = CloseRequest { mode: LoadBalancer, ..dropping("8888") };
    assert_snapshot!(refused(close(&request, &nothing(), &environment())), @"
    no_path_to_keep: A load balancer has no path that could be kept. Its address leads to the app’s own root.
    ");
}

#[test]
fn the_route_alone_goes_or_all_of_the_port() {
    assert_snapshot!(lines(&closed(&dropping("8888"), &kept())), @"
    changed [8888] unchanged []
    Ingress demo-fcd1e5cf-skyports-8888: delete if 0d4c0000 at 4
      Deletes the Ingress demo-fcd1e5cf-skyports-8888, which keeps the path.
    Service demo-fcd1e5cf-skyports-8888: delete if 0d4c0000 at 3
      Deletes the Service demo-fcd1e5cf-skyports-8888 behind it.
    ");
    assert_snapshot!(lines(&closed(&closing(Ingress, "8888"), &kept())), @"
    changed [8888] unchanged []
    Ingress demo-fcd1e5cf-skyports-8888: delete if 0d4c0000 at 4
      Deletes the Ingress demo-fcd1e5cf-skyports-8888, which keeps the path.
    Service demo-fcd1e5cf-skyports-8888: delete if 0d4c0000 at 3
      Deletes the Service demo-fcd1e5cf-skyports-8888 behind it.
    Ingress demo-fcd1e5cf-skypilot-ingress: delete if 0d4c0000 at 8
      Deletes the Ingress demo-fcd1e5cf-skypilot-ingress: it has no other path.
    ");
    assert_eq!(lines(&closed(&dropping("8888"), &launched())), "changed [] unchanged [8888]\n");
}
