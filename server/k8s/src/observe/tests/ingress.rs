//! Ingress paths: links, the controller's address, what is missing.

use crate::testing::*;
use skyports_model::{EndpointState, Repair, Route, Step};

const C: &str = "train-2ea4";

/// A cluster with SkyPilot's Ingress for one port, and the class; the controller is up to the test.
fn one(port: i32) -> Seen {
    seen![pod(C), backend(C, port), ingress(C, &[port]), class("nginx")]
}

/// The buttons of some steps.
fn offered(steps: &[Step]) -> Vec<&str> {
    steps.iter().filter_map(|step| Some(step.form.as_ref()?.label.as_str())).collect()
}

fn balanced_controller() -> k8s_openapi::api::core::v1::Service {
    controller().spec(|spec| spec.type_ = Some("LoadBalancer".into()))
}

#[test]
fn both_schemes_are_linked_with_a_slash_at_the_end() {
    check(
        &one(9000).and(controller().with_address("203.0.113.10")),
        "9000 ingress open http://203.0.113.10/skypilot/ml/train-2ea4/9000/ \
         https://203.0.113.10/skypilot/ml/train-2ea4/9000/",
    );
}

#[test]
fn the_address_follows_skypilots_rules() {
    let hosts = |controller: k8s_openapi::api::core::v1::Service| {
        let urls = one(9000).and(controller).endpoint().urls;
        urls.iter()
            .map(|url| format!("{}://{}", url.scheme().as_str(), url.authority()))
            .collect::<Vec<_>>()
            .join(" ")
    };
    // `query_ports.yaml` of the fixtures holds SkyPilot's own answers to the last three.
    assert_eq!(
        hosts(controller().with_hostname("lb.example.com")),
        "http://lb.example.com https://lb.example.com"
    );
    assert_eq!(hosts(controller()), "http://localhost:30080 https://localhost:30443");
    let annotated = || controller().annotated("skypilot.co/external-ip", "198.51.100.77");
    assert_eq!(hosts(annotated()), "http://198.51.100.77:30080 https://198.51.100.77:30443");
    let external = annotated().spec(|spec| spec.external_ips = Some(vec!["198.51.100.88".into()]));
    assert_eq!(hosts(external), "http://198.51.100.88:30080 https://198.51.100.88:30443");
}

#[test]
fn a_controller_that_waits_for_its_address_is_named() {
    let seen = one(9000).and(balanced_controller());
    check(&seen, "9000 ingress pending waiting_for_address ~http:///skypilot/ml/train-2ea4/9000/");
    assert_eq!(message(&seen.endpoint()), "Waiting for the ingress controller’s address.");
    // Its own hopelessness is the path's.
    check(
        &seen.and(balanced_controller().aged(60)),
        "9000 ingress attention no_load_balancer_controller ~http:///skypilot/ml/train-2ea4/9000/",
    );
    // What `sky local up` maps to the user's machine works all the same.
    check(
        &one(9000).and(balanced_controller()).through("kind-skypilot"),
        "9000 ingress open http://localhost:30080/skypilot/ml/train-2ea4/9000/ \
         https://localhost:30443/skypilot/ml/train-2ea4/9000/",
    );
}

#[test]
fn without_skypilots_controller_the_own_status_serves() {
    let served = || {
        seen![
            pod(C),
            backend(C, 9000),
            ingress(C, &[9000]).served_at("203.0.113.11"),
            class("nginx")
        ]
    };
    let links = "9000 ingress open http://203.0.113.11/skypilot/ml/train-2ea4/9000/ \
                 https://203.0.113.11/skypilot/ml/train-2ea4/9000/";
    check(&served(), links);
    check(&served().and(balanced_controller()), links);
    let mut blind = served().and(controller().with_address("203.0.113.10"));
    blind.controller = false;
    check(&blind, links);
    check(
        &served().and(controller().with_address("203.0.113.10")),
        &links.replace("203.0.113.11", "203.0.113.10"),
    );
}

#[test]
fn an_ingress_of_another_class_is_not_served_by_ingress_nginx() {
    let own = ingress(C, &[9000]).of_class(Some("traefik")).served_at("203.0.113.11");
    check(
        &seen![
            pod(C),
            backend(C, 9000),
            own,
            class("traefik"),
            controller().with_address("203.0.113.10")
        ],
        "9000 ingress open http://203.0.113.11/skypilot/ml/train-2ea4/9000/ \
         https://203.0.113.11/skypilot/ml/train-2ea4/9000/",
    );
}

#[test]
fn no_controller_is_waited_for_a_minute() {
    check(
        &one(9000),
        "9000 ingress pending no_ingress_controller ~http:///skypilot/ml/train-2ea4/9000/",
    );
    let seen = one(9000).later(55);
    check(
        &seen,
        "9000 ingress attention no_ingress_controller ~http:///skypilot/ml/train-2ea4/9000/",
    );
    assert_eq!(
        seen.endpoint().state.reason().unwrap().evidence.as_deref(),
        Some(
            "no Service ingress-nginx/ingress-nginx-controller, and no address in the status of \
             Ingress ml/train-2ea4-skypilot-ingress"
        )
    );
}

#[test]
fn absence_of_the_controller_is_not_claimed_where_it_cannot_be_seen() {
    let mut seen = one(9000).later(55);
    seen.controller = false;
    assert_eq!(
        seen.endpoint().state.reason().unwrap().evidence.as_deref(),
        Some("no address in the status of Ingress ml/train-2ea4-skypilot-ingress")
    );
}

#[test]
fn a_missing_class_is_told_with_those_that_exist() {
    let mut seen =
        seen![pod(C), backend(C, 9000), ingress(C, &[9000]), class("alb"), class("traefik")]
            .and(controller().with_address("203.0.113.10"));
    check(&seen, "9000 ingress attention no_ingress_class ~http:///skypilot/ml/train-2ea4/9000/");
    let reason = seen.endpoint().state.reason().cloned().unwrap();
    assert_eq!(reason.lead, "There is no IngressClass `nginx`.");
    assert_eq!(reason.evidence.as_deref(), Some("existing classes: alb, traefik"));
    seen.classes = false;
    assert_eq!(seen.endpoint().state, EndpointState::Open);
}

#[test]
fn an_ingress_without_a_class_needs_a_default() {
    let classless = || {
        let ingress = ingress(C, &[9000]).of_class(None);
        seen![pod(C), backend(C, 9000), ingress, controller().with_address("203.0.113.10")]
    };
    assert_eq!(
        message(&classless().and(class("nginx")).endpoint()),
        "The Ingress names no class, and none is the default. No controller will serve this path."
    );
    let default = class("nginx").annotated("ingressclass.kubernetes.io/is-default-class", "true");
    assert_eq!(classless().and(default).endpoint().state, EndpointState::Open);
    let annotated =
        ingress(C, &[9000]).of_class(None).annotated("kubernetes.io/ingress.class", "nginx");
    assert_eq!(classless().and(annotated).endpoint().state, EndpointState::Open);
}

#[test]
fn a_path_without_a_service_leads_nowhere() {
    let seen = seen![
        pod(C),
        ingress(C, &[9000]),
        class("nginx"),
        controller().with_address("203.0.113.10")
    ];
    check(
        &seen,
        "9000 ingress attention ingress_service_missing ~http:///skypilot/ml/train-2ea4/9000/",
    );
    assert!(
        message(&seen.endpoint())
            .starts_with("The path leads to the Service train-2ea4--skypilot-svc--9000,")
    );
}

#[test]
fn a_service_without_a_path_is_not_reached() {
    let seen =
        one(9000).and(controller().with_address("203.0.113.10")).and(backend(C, 7777).aged(10));
    check(
        &seen,
        "7777 ingress attention ingress_path_missing
         9000 ingress open http://203.0.113.10/skypilot/ml/train-2ea4/9000/ \
         https://203.0.113.10/skypilot/ml/train-2ea4/9000/",
    );
    check(&seen![pod(C), backend(C, 7777)], "7777 ingress pending ingress_path_missing");
    let lead =
        seen![pod(C), backend(C, 7777).aged(99)].endpoint().state.reason().unwrap().lead.clone();
    assert_eq!(lead, "The Ingress train-2ea4-skypilot-ingress does not exist.");
}

#[test]
fn nothing_is_missing_that_was_never_listed() {
    let mut objects = crate::objects::Objects::default();
    for object in
        [Sent::from(pod(C)), Sent::from(backend(C, 7777).aged(99)), Sent::from(ingress(C, &[9000]))]
    {
        object.apply(&mut objects);
    }
    let seen = Seen { objects, ..seen![] }
        .and(class("nginx"))
        .and(controller().with_address("203.0.113.10"));
    check(
        &seen,
        "9000 ingress open http://203.0.113.10/skypilot/ml/train-2ea4/9000/ \
         https://203.0.113.10/skypilot/ml/train-2ea4/9000/",
    );
}

#[test]
fn the_path_is_read_from_the_object() {
    let path = |path: &str| {
        let ingress = empty_ingress("train-2ea4-skypilot-ingress").with_path(
            path,
            "train-2ea4--skypilot-svc--8501",
            8501,
        );
        let seen = seen![
            pod(C),
            backend(C, 8501),
            ingress,
            class("nginx"),
            controller().with_address("203.0.113.10")
        ];
        let endpoint = seen.endpoint();
        format!(
            "{} {}",
            endpoint.id.port,
            endpoint.urls.first().map(|url| url.path().to_owned()).unwrap_or_default()
        )
    };
    assert_eq!(path("/skypilot/ml/train-2ea4/8501(/|$)(.*)"), "8501 /skypilot/ml/train-2ea4/8501/");
    assert_eq!(path("/skypilot/train-2ea4/8501(/|$)(.*)"), "8501 /skypilot/train-2ea4/8501/");
    assert_eq!(
        path("/skypilot/ml/train-2ea4/8501(/.*)?()()$"),
        "8501 /skypilot/ml/train-2ea4/8501/"
    );
    assert_eq!(path("/skyports/ml/train-2ea4/8501"), "8501 /skyports/ml/train-2ea4/8501/");
    assert_eq!(path("/skypilot/ml/train-2ea4/8501/?(.*)"), "8501 /skypilot/ml/train-2ea4/8501/");
    assert_eq!(path("/notebook(/|$)(.*)"), "8501 /notebook/");
    assert_eq!(path("/"), "8501 /");
    assert_eq!(path("//evil.example/8501"), "8501 /evil.example/8501/");
    // What a link may not hold makes no link.
    assert_eq!(path("/../8501"), "8501 ");
    assert_eq!(path("/%2e/8501"), "8501 ");
}

#[test]
fn ingresses_of_the_oldest_supported_release_are_recognised() {
    let ingress = empty_ingress("train-2ea4-skypilot-ingress--8501")
        .annotated("nginx.ingress.kubernetes.io/rewrite-target", "/$2")
        .with_path("/skypilot/train-2ea4/8501(/|$)(.*)", "train-2ea4-skypilot-service--8501", 8501);
    let service = service("train-2ea4-skypilot-service--8501", "ClusterIP", C, &[8501]);
    check(
        &seen![pod(C), service, ingress, class("nginx"), controller()],
        "8501 ingress open http://localhost:30080/skypilot/train-2ea4/8501/ https://localhost:30443/skypilot/train-2ea4/8501/",
    );
}

#[test]
fn a_rules_host_is_the_links_host() {
    let hosted = |ingress: k8s_openapi::api::networking::v1::Ingress| {
        let seen = seen![
            pod(C),
            backend(C, 9000),
            ingress,
            class("nginx"),
            controller().with_address("203.0.113.10")
        ];
        lines(&seen.observe())
    };
    assert_eq!(
        hosted(ingress(C, &[9000]).for_host("ml.example.com")),
        "9000 ingress open http://ml.example.com/skypilot/ml/train-2ea4/9000/ \
         https://ml.example.com/skypilot/ml/train-2ea4/9000/"
    );
    assert_eq!(
        hosted(ingress(C, &[9000]).for_host("ml.example.com").with_certificate("ml.example.com")),
        "9000 ingress open https://ml.example.com/skypilot/ml/train-2ea4/9000/ \
         http://ml.example.com/skypilot/ml/train-2ea4/9000/"
    );
    assert_eq!(
        hosted(ingress(C, &[9000]).for_host("*.example.com")),
        "9000 ingress open 203.0.113.10:80"
    );
}

#[test]
fn jupyter_is_warned_of_with_the_ways_out() {
    let seen = seen![
        pod(C).annotated("skypilot-cluster-name", "train"),
        backend(C, 8888),
        ingress(C, &[8888])
    ]
    .and(class("nginx"))
    .and(controller().with_address("203.0.113.10"));
    let warning = seen.endpoint().warnings.remove(0);
    assert_eq!(warning.lead, "Usually JupyterLab: will not work under this path.");
    assert!(warning.detail.contains("base_url alone does not help"), "{}", warning.detail);
    assert_eq!(offered(&warning.steps), [Repair::Switch, Repair::KeepPath].map(Repair::label));
    let commands: Vec<String> = warning.steps.into_iter().filter_map(|step| step.command).collect();
    assert_eq!(
        commands,
        [
            "skyports open ml/train-2ea4 8888 --mode loadbalancer --switch",
            "jupyter lab --ip=0.0.0.0 --ServerApp.base_url=/skypilot/ml/train-2ea4/8888/",
            "kubectl --context prod -n ml port-forward pod/train-2ea4-head 8888:8888",
            "ssh -L 8888:localhost:8888 train",
        ]
    );
    let local = seen.through("kind-skypilot").endpoint().warnings.remove(0);
    assert_eq!(local.steps.len(), 3, "there is no load balancer to go to");
}

#[test]
fn gradio_is_told_its_flag_and_apps_that_work_are_left_alone() {
    let warnings =
        |port: i32| one(port).and(controller().with_address("203.0.113.10")).endpoint().warnings;
    let gradio = warnings(7860).remove(0);
    assert_eq!(gradio.lead, "Usually Gradio: needs a setting to work under this path.");
    assert_eq!(
        gradio.steps[0].command.as_deref(),
        Some("demo.launch(server_name=\"0.0.0.0\", root_path=\"/skypilot/ml/train-2ea4/7860/\")")
    );
    for port in [6006, 8501, 2718, 5000, 8265, 8000, 8080, 12345] {
        assert_eq!(warnings(port), [], "{port}");
    }
}

#[test]
fn a_path_that_is_kept_needs_what_the_app_needs_there() {
    let kept = empty_ingress("train-2ea4-skyports-8888")
        .labelled("app.kubernetes.io/managed-by", "skyports")
        .labelled("skypilot-cluster-name", C)
        .with_path("/skypilot/ml/train-2ea4/8888(/.*)?()()$", "train-2ea4-skyports-8888", 8888);
    let own = service("train-2ea4-skyports-8888", "ClusterIP", C, &[8888])
        .labelled("skypilot-cluster-name", C);
    let seen =
        one(8888).and(controller().with_address("203.0.113.10")).and(kept.clone()).and(own.clone());
    let links = "http://203.0.113.10/skypilot/ml/train-2ea4/8888/ https://203.0.113.10/skypilot/ml/train-2ea4/8888/";
    check(&seen, &format!("8888 ingress open {links} !subpath_needs_flag (skyports)"));
    let endpoint = seen.endpoint();
    assert_eq!((endpoint.route, &*endpoint.object.name), (Route::Kept, "train-2ea4-skyports-8888"));
    let steps = seen.endpoint().warnings.remove(0).steps;
    assert_eq!(offered(&steps), [Repair::Switch, Repair::DropKeptPath].map(Repair::label));
    let flag = steps[0].command.clone().unwrap();
    assert_eq!(flag, "jupyter lab --ip=0.0.0.0 --ServerApp.base_url=/skypilot/ml/train-2ea4/8888/");

    // It leads to the head alone: SkyPilot's Service, which spreads requests, gets none.
    let own = own.spec(|spec| {
        let head = ("component".to_owned(), format!("{C}-head"));
        spec.selector.as_mut().unwrap().extend([head]);
    });
    let spread = seen.and(worker(C)).and(own.clone());
    check(&spread, &format!("8888 ingress open {links} !subpath_needs_flag (skyports)"));

    let alone = seen![pod(C), kept, own, class("nginx"), controller().with_address("203.0.113.10")];
    check(&alone, &format!("8888 ingress open {links} !subpath_needs_flag (skyports)"));
}

#[test]
fn a_route_at_a_path_of_its_own_is_the_endpoint_too() {
    let kept = empty_ingress("train-2ea4-skyports-9000")
        .labelled("app.kubernetes.io/managed-by", "skyports")
        .with_path("/skyports/ml/train-2ea4/9000(/.*)?()()$", "train-2ea4-skyports-9000", 9000);
    let own = service("train-2ea4-skyports-9000", "ClusterIP", C, &[9000]);
    let seen = one(9000).and(controller().with_address("203.0.113.10")).and(kept).and(own);
    check(
        &seen,
        "9000 ingress open http://203.0.113.10/skyports/ml/train-2ea4/9000/ \
         https://203.0.113.10/skyports/ml/train-2ea4/9000/ (skyports)",
    );
}

#[test]
fn a_kept_route_is_the_endpoint_where_skypilots_path_is_gone() {
    let kept = empty_ingress("train-2ea4-skyports-9000")
        .labelled("app.kubernetes.io/managed-by", "skyports")
        .with_path("/skypilot/ml/train-2ea4/9000(/.*)?()()$", "train-2ea4-skyports-9000", 9000);
    let own = service("train-2ea4-skyports-9000", "ClusterIP", C, &[9000]);
    let seen = seen![pod(C), backend(C, 9000).aged(99), kept, own, class("nginx")]
        .and(controller().with_address("203.0.113.10"));
    check(
        &seen,
        "9000 ingress open http://203.0.113.10/skypilot/ml/train-2ea4/9000/ \
         https://203.0.113.10/skypilot/ml/train-2ea4/9000/ (skyports)",
    );
}

#[test]
fn an_ingress_that_only_redirects_exposes_nothing() {
    let slash = empty_ingress("train-2ea4-skyports-slash-9000")
        .annotated(
            "nginx.ingress.kubernetes.io/permanent-redirect",
            "/skypilot/ml/train-2ea4/9000/",
        )
        .with_path(
            "/skypilot/ml/train-2ea4/9000()()()()()()$",
            "train-2ea4--skypilot-svc--9000",
            9000,
        );
    let plain = one(9000).and(controller());
    assert_eq!(plain.clone().and(slash).observe(), plain.observe());
}

#[test]
fn several_nodes_are_warned_of_by_the_service_behind_the_path() {
    let seen = one(9000).and(worker(C)).and(controller().with_address("203.0.113.10"));
    assert_eq!(
        seen.endpoint().warnings[0].evidence.as_deref(),
        Some(
            "Service ml/train-2ea4--skypilot-svc--9000: its selector matches the head and every worker"
        )
    );
}

#[test]
fn a_path_without_a_running_pod_waits_for_it() {
    let seen =
        one(9000).and(pod(C).in_phase("Pending")).and(controller().with_address("203.0.113.10"));
    assert_eq!(seen.endpoint().state.reason().unwrap().code.as_str(), "waiting_for_pod");
}

#[test]
fn both_modes_of_a_port_stand_side_by_side() {
    check(
        &one(9000)
            .and(controller().with_address("203.0.113.10"))
            .and(balancer(C, &[9000]).with_address("203.0.113.7")),
        "9000 loadbalancer open http://203.0.113.7:9000/
         9000 ingress open http://203.0.113.10/skypilot/ml/train-2ea4/9000/ \
         https://203.0.113.10/skypilot/ml/train-2ea4/9000/",
    );
}
