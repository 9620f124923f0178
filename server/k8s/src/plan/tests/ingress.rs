//! Paths of the shared Ingress, and the Services behind.

use insta::assert_snapshot;
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::Ingress as Object;
use skyports_model::OpenMode::Ingress;
use skyports_model::plan::Place;

use super::*;

/// A cluster of which `sky` opened these ports, and what it wrote for them.
fn launched(numbers: &[i32]) -> Existing {
    let backends = numbers.iter().map(|number| (port(*number), backend(C, *number).kept("7")));
    Existing {
        ingress: Some(ingress(C, numbers).kept("8")),
        backends: backends.collect(),
        ..nothing()
    }
}

fn port(number: i32) -> Port {
    Port::new(number.into()).unwrap()
}

/// A Service for one port as we make it.
fn ours(number: i32) -> Service {
    backend(C, number).kept("7").labelled("app.kubernetes.io/managed-by", "skyports")
}

fn try_open(text: &str, existing: &Existing) -> String {
    refused(open(&asked(Ingress, text), existing, &environment()))
}

#[test]
fn the_first_port_makes_its_service_and_skypilots_ingress() {
    let plan = opened(&asked(Ingress, "6006,8888"), &nothing());
    assert_snapshot!(lines(&plan), @"
    changed [6006,8888] unchanged []
    Service demo-fcd1e5cf--skypilot-svc--6006: create
      Creates the Service demo-fcd1e5cf--skypilot-svc--6006 behind the path.
    Service demo-fcd1e5cf--skypilot-svc--8888: create
      Creates the Service demo-fcd1e5cf--skypilot-svc--8888 behind the path.
    Ingress demo-fcd1e5cf-skypilot-ingress: create
      Creates the Ingress demo-fcd1e5cf-skypilot-ingress with a path for ports 6006,8888.
    ");
    assert_snapshot!(plan.writes[0].manifest.as_deref().unwrap(), @r#"
    apiVersion: v1
    kind: Service
    metadata:
      name: "demo-fcd1e5cf--skypilot-svc--6006"
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
        "skypilot-cluster-name": "demo-fcd1e5cf"
      ports:
      - port: 6006
        targetPort: 6006
    "#);
    assert_snapshot!(plan.writes[2].manifest.as_deref().unwrap(), @r#"
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: "demo-fcd1e5cf-skypilot-ingress"
      namespace: "ml"
      labels:
        "app.kubernetes.io/managed-by": "skyports"
        "parent": "skypilot"
        "skypilot-cluster-name": "demo-fcd1e5cf"
      annotations:
        "nginx.ingress.kubernetes.io/rewrite-target": "/$2"
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
          - path: "/skypilot/ml/demo-fcd1e5cf/6006(/|$)(.*)"
            pathType: ImplementationSpecific
            backend:
              service:
                name: "demo-fcd1e5cf--skypilot-svc--6006"
                port:
                  number: 6006
          - path: "/skypilot/ml/demo-fcd1e5cf/8888(/|$)(.*)"
            pathType: ImplementationSpecific
            backend:
              service:
                name: "demo-fcd1e5cf--skypilot-svc--8888"
                port:
                  number: 8888
    "#);
}

#[test]
fn a_further_port_is_a_path_of_the_same_ingress() {
    let plan = opened(&asked(Ingress, "6006,8888"), &launched(&[8888]));
    assert_snapshot!(lines(&plan), @r#"
    changed [6006] unchanged [8888]
    Service demo-fcd1e5cf--skypilot-svc--6006: create
      Creates the Service demo-fcd1e5cf--skypilot-svc--6006 behind the path.
    Ingress demo-fcd1e5cf-skypilot-ingress: patch [{"op":"test","path":"/metadata/resourceVersion","value":"8"},{"op":"add","path":"/spec/rules/0/http/paths/-","value":{"backend":{"service":{"name":"demo-fcd1e5cf--skypilot-svc--6006","port":{"number":6006}}},"path":"/skypilot/ml/demo-fcd1e5cf/6006(/|$)(.*)","pathType":"ImplementationSpecific"}}]
      Adds a path for port 6006 to the Ingress demo-fcd1e5cf-skypilot-ingress.
    "#);
    let after = plan.writes[1].after.as_ref().unwrap();
    assert_eq!(after.pointer("/spec/rules/0/http/paths").unwrap().as_array().unwrap().len(), 2);
}

#[test]
fn only_what_is_missing_is_made() {
    let mut without_service = launched(&[8888]);
    without_service.backends.clear();
    let plan = opened(&asked(Ingress, "8888"), &without_service);
    assert_eq!(plan.writes.len(), 1);
    assert_eq!((plan.writes[0].verb, plan.changed.len()), (Verb::Create, 1));
    let without_path = Existing { ingress: None, ..launched(&[8888]) };
    let plan = opened(&asked(Ingress, "8888"), &without_path);
    assert_eq!(plan.writes.len(), 1);
    assert_eq!(plan.writes[0].object.kind, skyports_model::ObjectKind::Ingress);
    let plan = opened(&asked(Ingress, "8888"), &launched(&[8888]));
    assert_eq!(lines(&plan), "changed [] unchanged [8888]\n");
}

#[test]
fn a_rule_is_made_where_every_other_one_has_a_host() {
    let hosted = ingress(C, &[8888]).kept("8").for_host("apps.example.com");
    let existing = Existing { ingress: Some(hosted), ..launched(&[8888]) };
    let plan = opened(&asked(Ingress, "6006"), &existing);
    let after = plan.writes[1].after.as_ref().unwrap();
    assert_eq!(
        after.pointer("/spec/rules/1/http/paths/0/path").unwrap(),
        "/skypilot/ml/demo-fcd1e5cf/6006(/|$)(.*)"
    );
    let bare = Existing { ingress: Some(empty_ingress("x").kept("8")), ..nothing() };
    let plan = opened(&asked(Ingress, "6006"), &bare);
    assert!(plan.writes[1].after.as_ref().unwrap().pointer("/spec/rules/0/http").is_some());
}

#[test]
fn a_new_path_has_the_form_of_those_that_are_there() {
    let older = empty_ingress(&format!("{C}-skypilot-ingress"))
        .with_path(
            &format!("/skypilot/{C}/8888(/|$)(.*)"),
            &format!("{C}--skypilot-svc--8888"),
            8888,
        )
        .kept("8");
    let existing = Existing { ingress: Some(older), ..launched(&[8888]) };
    let plan = opened(&asked(Ingress, "6006"), &existing);
    let after = plan.writes[1].after.as_ref().unwrap();
    assert_eq!(
        after.pointer("/spec/rules/0/http/paths/1/path").unwrap(),
        "/skypilot/demo-fcd1e5cf/6006(/|$)(.*)"
    );
    assert!(
        matches!(&plan.urls[0].place, Place::Future(url) if url.path == "/skypilot/demo-fcd1e5cf/6006/")
    );
}

#[test]
fn closing_takes_the_path_and_keeps_skypilots_service() {
    let plan = closed(&closing(Ingress, "8888"), &launched(&[8888, 6006]));
    assert_snapshot!(lines(&plan), @r#"
    changed [8888] unchanged []
    Ingress demo-fcd1e5cf-skypilot-ingress: patch [{"op":"test","path":"/metadata/resourceVersion","value":"8"},{"op":"remove","path":"/spec/rules/0/http/paths/0"}]
      Takes the path for port 8888 from the Ingress demo-fcd1e5cf-skypilot-ingress.
    "#);
    let after = plan.writes[0].after.as_ref().unwrap();
    let paths = after.pointer("/spec/rules/0/http/paths").unwrap().as_array().unwrap();
    assert_eq!(paths.len(), 1);
    assert_eq!(paths[0].pointer("/backend/service/port/number").unwrap(), 6006);
}

#[test]
fn what_we_made_goes_after_the_path_that_leads_to_it() {
    let mut existing = launched(&[8888, 6006, 6007]);
    existing.backends.insert(port(6006), ours(6006));
    existing.backends.insert(port(6007), ours(6007));
    let plan = closed(&closing(Ingress, "6006,6007"), &existing);
    assert_snapshot!(lines(&plan), @r#"
    changed [6006,6007] unchanged []
    Ingress demo-fcd1e5cf-skypilot-ingress: patch [{"op":"test","path":"/metadata/resourceVersion","value":"8"},{"op":"remove","path":"/spec/rules/0/http/paths/2"},{"op":"remove","path":"/spec/rules/0/http/paths/1"}]
      Takes the path for ports 6006,6007 from the Ingress demo-fcd1e5cf-skypilot-ingress.
    Service demo-fcd1e5cf--skypilot-svc--6006: delete if 0d4c0000 at 7
      Deletes the Service demo-fcd1e5cf--skypilot-svc--6006, which skyports made.
    Service demo-fcd1e5cf--skypilot-svc--6007: delete if 0d4c0000 at 7
      Deletes the Service demo-fcd1e5cf--skypilot-svc--6007, which skyports made.
    "#);
}

#[test]
fn the_last_path_takes_the_ingress_with_it() {
    let mut existing = launched(&[8888]);
    existing.backends.insert(port(8888), ours(8888));
    let plan = closed(&closing(Ingress, "8888,9999"), &existing);
    assert_snapshot!(lines(&plan), @"
    changed [8888] unchanged [9999]
    Ingress demo-fcd1e5cf-skypilot-ingress: delete if 0d4c0000 at 8
      Deletes the Ingress demo-fcd1e5cf-skypilot-ingress: it has no other path.
    Service demo-fcd1e5cf--skypilot-svc--8888: delete if 0d4c0000 at 7
      Deletes the Service demo-fcd1e5cf--skypilot-svc--8888, which skyports made.
    ");
}

#[test]
fn a_rule_goes_with_its_last_path_and_others_stay() {
    let mut ingress = ingress(C, &[8888]).kept("8");
    let mut hosted = ingress.clone().for_host("apps.example.com").spec.unwrap().rules.unwrap();
    let path = &mut hosted[0].http.as_mut().unwrap().paths[0];
    path.backend.service.as_mut().unwrap().name = "grafana".to_owned();
    ingress.spec.as_mut().unwrap().rules.as_mut().unwrap().extend(hosted);
    let plan = closed(&closing(Ingress, "8888"), &Existing { ingress: Some(ingress), ..nothing() });
    let after = plan.writes[0].after.as_ref().unwrap();
    let rules = after.pointer("/spec/rules").unwrap().as_array().unwrap();
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0]["host"], "apps.example.com");
}

#[test]
fn a_service_that_lost_its_path_can_be_closed() {
    let mut existing = launched(&[]);
    existing.ingress = None;
    existing.backends.insert(port(8888), ours(8888));
    let plan = closed(&closing(Ingress, "8888"), &existing);
    assert_eq!((plan.writes.len(), plan.writes[0].verb), (1, Verb::Delete));
    existing.backends.insert(port(8888), backend(C, 8888).kept("7"));
    assert_eq!(
        lines(&closed(&closing(Ingress, "8888"), &existing)),
        "changed [] unchanged [8888]\n"
    );
}

#[test]
fn without_the_class_nothing_is_opened() {
    let classes = |names: &[&str]| Some(names.iter().map(|it| (*it).to_owned()).collect());
    let traefik = Environment { ingress_classes: classes(&["traefik"]), ..environment() };
    assert_snapshot!(refused(open(&asked(Ingress, "8888"), &nothing(), &traefik)), @"
    no_ingress_class: There is no IngressClass `nginx`. No controller will serve this path.
    ");
    let unknown = Environment { ingress_classes: None, ..environment() };
    assert!(open(&asked(Ingress, "8888"), &nothing(), &unknown).is_ok());
    // The class of the Ingress that is there decides, whoever changed it.
    let theirs = ingress(C, &[8888]).kept("8").of_class(Some("traefik"));
    let existing = Existing { ingress: Some(theirs), ..launched(&[8888]) };
    assert!(open(&asked(Ingress, "6006"), &existing, &traefik).is_ok());
}

#[test]
fn what_the_controller_would_refuse_is_refused_before() {
    let taken =
        Object { metadata: ingress("x", &[]).within("other").metadata, ..ingress(C, &[8888]) };
    let existing = Existing { other_ingresses: vec![taken], ..nothing() };
    assert_snapshot!(try_open("8888", &existing), @"
    port_taken: Port 8888 is taken. Ingress other/x-skypilot-ingress has the path /skypilot/ml/demo-fcd1e5cf/8888(/|$)(.*) for another backend.
    ");
    let elsewhere = empty_ingress(&format!("{C}-skypilot-ingress")).kept("8").with_path(
        &format!("/skypilot/{NS}/{C}/8888(/|$)(.*)"),
        "grafana",
        3000,
    );
    assert_snapshot!(try_open("8888", &Existing { ingress: Some(elsewhere), ..nothing() }), @"
    port_taken: Port 8888 is taken. Ingress ml/demo-fcd1e5cf-skypilot-ingress has the path /skypilot/ml/demo-fcd1e5cf/8888(/|$)(.*) for another backend.
    ");
}

#[test]
fn objects_on_their_way_out_or_for_other_ports_are_not_touched() {
    let deleting = Existing { ingress: Some(ingress(C, &[8888]).held(5, "x")), ..nothing() };
    assert_snapshot!(try_open("6006", &deleting), @"
    unexpected_object: Ingress ml/demo-fcd1e5cf-skypilot-ingress is not what its name says. It is being deleted, so nothing is changed.
    ");
    assert_eq!(closed(&closing(Ingress, "8888"), &deleting).writes.len(), 0);
    let backends = |service| Existing { backends: [(port(8888), service)].into(), ..nothing() };
    assert_snapshot!(try_open("8888", &backends(backend(C, 8888).held(5, "x"))), @"
    unexpected_object: Service ml/demo-fcd1e5cf--skypilot-svc--8888 is not what its name says. It is being deleted, so nothing is changed.
    ");
    assert_snapshot!(try_open("8888", &backends(backend(C, 9999))), @"
    unexpected_object: Service ml/demo-fcd1e5cf--skypilot-svc--8888 is not what its name says. It does not lead to port 8888, so nothing is changed.
    ");
}

#[test]
fn before_the_click_it_says_what_is_to_know() {
    let longer = empty_ingress("grab").within("other").with_path(
        "/skypilot/(ml|research|production)/[a-z0-9-]+/[0-9]+/(.*)",
        "grab",
        80,
    );
    let existing = Existing { nodes: 2, other_ingresses: vec![longer], ..nothing() };
    let plan = opened(&asked(Ingress, "8888"), &existing);
    assert_eq!(
        codes(&plan),
        ["subpath_breaks_app", "path_shadowed", "multi_node_routing", "next_launch_drops"]
    );
    assert_snapshot!(plan.warnings[1].message(), @"
    Another Ingress takes the requests for port 8888. nginx tries longer expressions first, whoever wrote them.
    ");
    assert_snapshot!(plan.warnings[1].evidence.as_deref().unwrap(), @"
    Ingress other/grab has the path /skypilot/(ml|research|production)/[a-z0-9-]+/[0-9]+/(.*), which also matches /skypilot/ml/demo-fcd1e5cf/8888/
    ");
    let steps: Vec<_> = plan.warnings[0].steps.iter().map(|step| step.title.as_str()).collect();
    assert_snapshot!(steps.join("\n"), @"
    Open it in the mode loadbalancer
    Or keep the path with `--keep-prefix`, and start JupyterLab with its flag for it
    Bring it to http://localhost:8888/ on your machine
    The same through SSH
    ");
}

#[test]
fn a_shorter_or_hosted_or_foreign_path_wins_nothing() {
    let long = "/skypilot/(ml|research|production)/[a-z0-9-]+/[0-9]+/(.*)";
    let grab = |path| empty_ingress("grab").within("other").with_path(path, "grab", 80);
    for other in [
        grab("/.*"),
        grab(long).for_host("apps.example.com"),
        grab(long).of_class(Some("traefik")),
        grab("/skypilot/(ml|research|production)/[a-z0-9-]+/[0-9]+/(.*"),
        grab("/elsewhere/(ml|research|production)/[a-z0-9-]+/[0-9]+/(.*)"),
    ] {
        let existing = Existing { other_ingresses: vec![other], ..nothing() };
        let plan = opened(&asked(Ingress, "9999"), &existing);
        assert_eq!(codes(&plan), ["next_launch_drops"], "{:?}", existing.other_ingresses);
    }
}

#[test]
fn the_controllers_address_is_the_address_to_come() {
    let existing = Existing { controller: Some(controller()), ..nothing() };
    let plan = opened(&asked(Ingress, "8888"), &existing);
    let Place::Known(links) = &plan.urls[0].place else { panic!("{:?}", plan.urls) };
    let links: Vec<_> = links.iter().map(ToString::to_string).collect();
    assert_eq!(
        links,
        [
            "http://localhost:30080/skypilot/ml/demo-fcd1e5cf/8888/",
            "https://localhost:30443/skypilot/ml/demo-fcd1e5cf/8888/"
        ]
    );
    let balanced = controller().spec(|spec| spec.type_ = Some("LoadBalancer".into()));
    let place = |controller| {
        let existing = Existing { controller: Some(controller), ..nothing() };
        opened(&asked(Ingress, "8888"), &existing).urls[0].place.clone()
    };
    assert!(matches!(place(balanced.clone()), Place::Future(_)), "its address is on its way");
    let Place::Known(links) = place(balanced.with_address("203.0.113.9")) else { panic!() };
    assert_eq!(links[0].to_string(), "http://203.0.113.9/skypilot/ml/demo-fcd1e5cf/8888/");
}
