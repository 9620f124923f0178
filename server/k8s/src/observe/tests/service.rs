//! `LoadBalancer` Services: links, states, owners.

use crate::testing::*;

const C: &str = "train-2ea4";

#[test]
fn a_service_with_an_address_is_open() {
    check(
        &seen![pod(C), balancer(C, &[8888, 12345]).with_address("203.0.113.7")],
        "8888 loadbalancer open http://203.0.113.7:8888/
         12345 loadbalancer open http://203.0.113.7:12345/",
    );
}

#[test]
fn every_address_is_shown() {
    let service = balancer(C, &[8888]).with_address("203.0.113.7").with_address("2001:db8::1");
    let seen = seen![pod(C), service.with_hostname("a1.elb.amazonaws.com")];
    check(
        &seen,
        "8888 loadbalancer open http://203.0.113.7:8888/ http://[2001:db8::1]:8888/ http://a1.elb.amazonaws.com:8888/",
    );
    assert_eq!(
        seen.endpoint().addresses,
        ["203.0.113.7:8888", "[2001:db8::1]:8888", "a1.elb.amazonaws.com:8888"]
    );
}

#[test]
fn the_scheme_follows_the_port_and_its_protocol() {
    check(
        &seen![pod(C), balancer(C, &[80, 443, 8443]).with_address("203.0.113.7")],
        "80 loadbalancer open http://203.0.113.7/
         443 loadbalancer open https://203.0.113.7/
         8443 loadbalancer open https://203.0.113.7:8443/",
    );
    let speaking = |protocol: &str, port: i32| {
        let service = balancer(C, &[port]).with_address("203.0.113.7");
        let service = service
            .spec(|spec| spec.ports.as_mut().unwrap()[0].app_protocol = Some(protocol.into()));
        lines(&seen![pod(C), service].observe())
    };
    assert_eq!(speaking("https", 9000), "9000 loadbalancer open https://203.0.113.7:9000/");
    assert_eq!(
        speaking("kubernetes.io/wss", 9000),
        "9000 loadbalancer open https://203.0.113.7:9000/"
    );
    assert_eq!(speaking("http", 8443), "8443 loadbalancer open http://203.0.113.7:8443/");
    assert_eq!(speaking("http", 6379), "6379 loadbalancer open http://203.0.113.7:6379/");
    assert_eq!(speaking("h2c", 9000), "9000 loadbalancer open http://203.0.113.7:9000/");
}

#[test]
fn ports_without_http_have_an_address_and_no_link() {
    check(
        &seen![pod(C), balancer(C, &[22, 6379]).with_address("203.0.113.7")],
        "22 loadbalancer open 203.0.113.7:22
         6379 loadbalancer open 203.0.113.7:6379",
    );
    check(&seen![pod(C), balancer(C, &[5432])], "5432 loadbalancer pending waiting_for_address");
}

#[test]
fn a_waiting_service_tells_the_link_as_far_as_it_is_known() {
    check(
        &seen![pod(C), balancer(C, &[8888, 443])],
        "443 loadbalancer pending waiting_for_address ~https://:443/
         8888 loadbalancer pending waiting_for_address ~http://:8888/",
    );
}

#[test]
fn only_tcp_is_shown() {
    let service = balancer(C, &[8888, 53]).with_address("203.0.113.7");
    let service =
        service.spec(|spec| spec.ports.as_mut().unwrap()[1].protocol = Some("UDP".into()));
    check(&seen![pod(C), service], "8888 loadbalancer open http://203.0.113.7:8888/");
}

#[test]
fn the_endpoint_is_the_port_that_the_app_listens_on() {
    let service =
        service("mine", "LoadBalancer", C, &[80]).with_address("203.0.113.9").spec(|spec| {
            spec.ports.as_mut().unwrap()[0].target_port =
                Some(k8s_openapi::apimachinery::pkg::util::intstr::IntOrString::Int(8888));
        });
    check(&seen![pod(C), service], "8888 loadbalancer open http://203.0.113.9/ (other)");
}

#[test]
fn ways_to_the_same_port_are_one_endpoint() {
    let theirs = service("a-service", "LoadBalancer", C, &[8888]).with_address("203.0.113.9");
    let seen = seen![pod(C), theirs, balancer(C, &[8888]).with_address("203.0.113.7")];
    check(&seen, "8888 loadbalancer open http://203.0.113.7:8888/ http://203.0.113.9:8888/");
    assert_eq!(seen.endpoint().object.name, "train-2ea4--skypilot-lb");
}

#[test]
fn one_open_way_is_enough_and_the_other_stays_as_a_warning() {
    let theirs = service("a-service", "LoadBalancer", C, &[8888]).with_address("203.0.113.9");
    check(
        &seen![pod(C), theirs, balancer(C, &[8888]).aged(61)],
        "8888 loadbalancer open http://203.0.113.9:8888/ !no_load_balancer_controller",
    );
}

#[test]
fn services_of_ours_are_recognised_by_their_label() {
    let ours = |name: &str| {
        let service = service(name, "LoadBalancer", C, &[8888]).with_address("203.0.113.8");
        lines(
            &seen![pod(C), service.labelled("app.kubernetes.io/managed-by", "skyports")].observe(),
        )
    };
    assert_eq!(
        ours("train-2ea4-skyports-lb-8888"),
        "8888 loadbalancer open http://203.0.113.8:8888/ (skyports)"
    );
    assert_eq!(
        ours("train-2ea4--skypilot-lb"),
        "8888 loadbalancer open http://203.0.113.8:8888/ (skyports)"
    );
}

#[test]
fn a_service_of_ours_may_select_the_head_alone() {
    let service = service("train-2ea4-skyports-lb-8888", "LoadBalancer", C, &[8888])
        .with_address("203.0.113.8");
    let service = service.labelled("skypilot-cluster-name", C).spec(|spec| {
        spec.selector = Some([("component".to_owned(), "train-2ea4-head".to_owned())].into());
    });
    check(
        &seen![pod(C), worker(C), service],
        "8888 loadbalancer open http://203.0.113.8:8888/ (other)",
    );
}

#[test]
fn a_service_of_others_may_select_the_head_alone() {
    let service =
        service("mine", "LoadBalancer", C, &[8888]).with_address("203.0.113.9").spec(|spec| {
            spec.selector = Some([("component".to_owned(), "train-2ea4-head".to_owned())].into());
        });
    check(
        &seen![pod(C), worker(C), service],
        "8888 loadbalancer open http://203.0.113.9:8888/ (other)",
    );
}

#[test]
fn requests_to_several_nodes_are_warned_of() {
    let seen = seen![pod(C), worker(C), balancer(C, &[8888]).with_address("203.0.113.7")];
    check(&seen, "8888 loadbalancer open http://203.0.113.7:8888/ !multi_node_routing");
    assert_eq!(seen.endpoint().warnings[0].lead, "Requests are spread over 2 nodes.");
}

#[test]
fn the_service_of_the_oldest_supported_release_is_recognised() {
    let service = service("train-2ea4-skypilot-loadbalancer", "LoadBalancer", C, &[8888])
        .with_address("203.0.113.7");
    let service = service.spec(|spec| {
        spec.selector = Some([("skypilot-cluster".to_owned(), C.to_owned())].into());
    });
    check(&seen![pod(C), service], "8888 loadbalancer open http://203.0.113.7:8888/");
}

#[test]
fn services_of_other_things_are_no_endpoints() {
    let grafana = service("grafana", "LoadBalancer", "", &[3000]).spec(|spec| {
        spec.selector = Some([("app".to_owned(), "grafana".to_owned())].into());
    });
    let ssh = service("train-2ea4-head-ssh", "ClusterIP", C, &[22]);
    let elsewhere = balancer(C, &[8888]).within("other");
    check(&seen![pod(C), grafana, ssh, elsewhere, controller()], "");
}

#[test]
fn an_address_without_a_running_pod_waits_for_it() {
    let service = balancer(C, &[8888]).with_address("203.0.113.7");
    let seen = seen![pod(C).in_phase("Pending"), service.clone()];
    check(&seen, "8888 loadbalancer pending waiting_for_pod http://203.0.113.7:8888/");
    assert_eq!(seen.endpoint().state.reason().unwrap().evidence.as_deref(), Some("phase Pending"));

    let scheduling =
        warning("Pod", "train-2ea4-head", "FailedScheduling", "0/3 nodes are available");
    let older = event("Pod", "train-2ea4-head", "Queued", "in line").at(3);
    let evidence =
        seen.and(scheduling).and(older).endpoint().state.reason().unwrap().evidence.clone();
    assert_eq!(evidence.as_deref(), Some("FailedScheduling: 0/3 nodes are available"));

    check(
        &seen![pod(C).in_phase("Pending"), worker(C), service],
        "8888 loadbalancer open http://203.0.113.7:8888/ !multi_node_routing",
    );
}

#[test]
fn pods_that_have_ended_are_not_waited_for() {
    let service = balancer(C, &[8888]).with_address("203.0.113.7");
    check(
        &seen![pod(C).in_phase("Failed"), service],
        "8888 loadbalancer attention pod_ended http://203.0.113.7:8888/",
    );
}

#[test]
fn clusters_of_sky_local_have_no_load_balancers() {
    let seen = seen![pod(C), balancer(C, &[8888])];
    check(
        &seen.clone().through("kind-skypilot"),
        "8888 loadbalancer attention load_balancer_unsupported_here ~http://:8888/",
    );
    check(
        &seen.through("kind-skypilot2"),
        "8888 loadbalancer pending waiting_for_address ~http://:8888/",
    );
    // Somebody may have installed one.
    check(
        &seen![pod(C), balancer(C, &[8888]).with_address("172.18.0.5")].through("kind-skypilot"),
        "8888 loadbalancer open http://172.18.0.5:8888/",
    );
}

#[test]
fn a_deleted_service_says_who_holds_it() {
    let service = balancer(C, &[8888]).with_address("203.0.113.7");
    let seen = seen![pod(C), service.held(4, "service.kubernetes.io/load-balancer-cleanup")];
    check(&seen, "8888 loadbalancer pending load_balancer_deleting 203.0.113.7:8888");
    assert!(
        message(&seen.endpoint()).contains("Held by service.kubernetes.io/load-balancer-cleanup;")
    );
    check(
        &seen.and(warning(
            "Service",
            "train-2ea4--skypilot-lb",
            "DeleteLoadBalancerFailed",
            "in use",
        )),
        "8888 loadbalancer attention load_balancer_error 203.0.113.7:8888",
    );
}

#[test]
fn a_port_that_the_balancer_refuses_needs_attention_alone() {
    use k8s_openapi::api::core::v1::{LoadBalancerIngress, PortStatus};
    let mut service = balancer(C, &[8888, 9999]);
    let port = PortStatus { port: 9999, protocol: "TCP".into(), error: Some("PortTaken".into()) };
    let address = LoadBalancerIngress {
        ip: Some("203.0.113.7".into()),
        ports: Some(vec![port]),
        ..Default::default()
    };
    service.status.get_or_insert_default().load_balancer.get_or_insert_default().ingress =
        Some(vec![address]);
    check(
        &seen![pod(C), service],
        "8888 loadbalancer open http://203.0.113.7:8888/
         9999 loadbalancer attention load_balancer_error http://203.0.113.7:9999/",
    );
}

#[test]
fn apps_are_guessed_from_usual_ports() {
    let app = |port: i32| {
        let seen = seen![pod(C), balancer(C, &[port])];
        seen.endpoint().app.map(|app| format!("{} {} {:?}", app.id, app.tile, app.confidence))
    };
    assert_eq!(app(8888).as_deref(), Some("jupyter Ju Guess"));
    assert_eq!(app(6006).as_deref(), Some("tensorboard Tb Guess"));
    assert_eq!(app(12345), None);
}
