//! Ports of the shared load balancer.

use insta::assert_snapshot;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use skyports_model::OpenMode::LoadBalancer;
use skyports_model::plan::Place;

use super::*;
use crate::check::tests::{of_metallb, of_version};

fn having(service: k8s_openapi::api::core::v1::Service) -> Existing {
    Existing { load_balancer: Some(service), ..nothing() }
}

#[test]
fn the_first_port_makes_skypilots_service() {
    let plan = opened(&asked(LoadBalancer, "8888,6006-6008"), &nothing());
    assert_snapshot!(lines(&plan), @"
    changed [6006,6007,6008,8888] unchanged []
    Service demo-fcd1e5cf--skypilot-lb: create
      Creates the Service demo-fcd1e5cf--skypilot-lb of type LoadBalancer with ports 6006-6008,8888.
    ");
    assert_snapshot!(plan.writes[0].manifest.as_deref().unwrap(), @r#"
    apiVersion: v1
    kind: Service
    metadata:
      name: "demo-fcd1e5cf--skypilot-lb"
      namespace: "ml"
      labels:
        "app.kubernetes.io/managed-by": "skyports"
        "parent": "skypilot"
        "skypilot-cluster-name": "demo-fcd1e5cf"
      annotations:
        "service.beta.kubernetes.io/coreweave-load-balancer-type": "public"
      ownerReferences:
      - apiVersion: "v1"
        kind: "Pod"
        name: "demo-fcd1e5cf-head"
        uid: "5f3a9c1e-0000-4000-8000-00000000abcd"
    spec:
      type: LoadBalancer
      selector:
        "skypilot-cluster-name": "demo-fcd1e5cf"
      ports:
      - port: 6006
        targetPort: 6006
        protocol: TCP
        name: "port6006"
      - port: 6007
        targetPort: 6007
        protocol: TCP
        name: "port6007"
      - port: 6008
        targetPort: 6008
        protocol: TCP
        name: "port6008"
      - port: 8888
        targetPort: 8888
        protocol: TCP
        name: "port8888"
    "#);
    let preview = plan.preview();
    assert_eq!(preview.steps[0].yaml, plan.writes[0].manifest);
    assert_snapshot!(preview.steps[0].kubectl.lines().next().unwrap(), @"
    kubectl --context prod -n ml create -f - --field-manager skyports <<'MANIFEST'
    ");
    assert!(matches!(&preview.urls[0].place, Place::Future(url) if url.path == "/"));
}

#[test]
fn further_ports_are_appended_and_never_merged() {
    let plan = opened(&asked(LoadBalancer, "6006,8888,9999"), &having(shared(&[8888])));
    assert_snapshot!(lines(&plan), @r#"
    changed [6006,9999] unchanged [8888]
    Service demo-fcd1e5cf--skypilot-lb: patch [{"op":"add","path":"/spec/ports/-","value":{"name":"port6006","port":6006,"protocol":"TCP","targetPort":6006}},{"op":"add","path":"/spec/ports/-","value":{"name":"port9999","port":9999,"protocol":"TCP","targetPort":9999}}]
      Adds ports 6006,9999 to the Service demo-fcd1e5cf--skypilot-lb: same address, no second load balancer.
    "#);
    let ports = plan.writes[0].after.as_ref().unwrap().pointer("/spec/ports").unwrap();
    let numbers: Vec<_> = ports.as_array().unwrap().iter().map(|port| &port["port"]).collect();
    assert_eq!(numbers, [8888, 6006, 9999], "the first stays the first");
    let preview = plan.preview();
    assert_snapshot!(preview.steps[0].kubectl, @r#"
    kubectl --context prod -n ml patch service/demo-fcd1e5cf--skypilot-lb --type json -p '[{"op":"add","path":"/spec/ports/-","value":{"name":"port6006","port":6006,"protocol":"TCP","targetPort":6006}},{"op":"add","path":"/spec/ports/-","value":{"name":"port9999","port":9999,"protocol":"TCP","targetPort":9999}}]' --field-manager skyports
    "#);
    let diff = preview.steps[0].diff.iter().map(|it| format!("{}{}", it.change.sign(), it.text));
    let shown = diff.collect::<Vec<_>>().join("\n");
    assert_snapshot!(shown, @"
         port: 8888
         protocol: TCP
         targetPort: 8888
    +  - name: port6006
    +    port: 6006
    +    protocol: TCP
    +    targetPort: 6006
    +  - name: port9999
    +    port: 9999
    +    protocol: TCP
    +    targetPort: 9999
       selector:
         skypilot-cluster-name: demo-fcd1e5cf
       type: LoadBalancer
    ");
}

#[test]
fn what_is_open_already_is_no_error() {
    let plan = opened(&asked(LoadBalancer, "8888"), &having(shared(&[8888])));
    assert_eq!(lines(&plan), "changed [] unchanged [8888]\n");
    assert!(plan.warnings.is_empty() && plan.must_confirm.is_empty());
}

#[test]
fn the_address_that_is_there_is_the_address_to_come() {
    let service = shared(&[8888]).with_address("203.0.113.7");
    let plan = opened(&asked(LoadBalancer, "9999,22"), &having(service));
    let places: Vec<_> = plan.urls.iter().map(|it| format!("{} {:?}", it.port, it.place)).collect();
    assert_snapshot!(places.join("\n"), @r#"
    22 Address("203.0.113.7:22")
    9999 Known([ExternalUrl { scheme: Http, host: Host(Ip(203.0.113.7)), port: Some(Port(9999)), path: "/" }])
    "#);
}

#[test]
fn closing_keeps_the_other_ports() {
    let plan = closed(&closing(LoadBalancer, "6006,9999"), &having(shared(&[8888, 6006])));
    assert_snapshot!(lines(&plan), @r#"
    changed [6006] unchanged [9999]
    Service demo-fcd1e5cf--skypilot-lb: merge {"spec":{"ports":[{"$patch":"delete","port":6006,"protocol":"TCP"}]}}
      Takes port 6006 from the Service demo-fcd1e5cf--skypilot-lb.
    "#);
    let after = plan.writes[0].after.as_ref().unwrap();
    assert_eq!(after.pointer("/spec/ports").unwrap().as_array().unwrap().len(), 1);
    assert_eq!(after.pointer("/spec/ports/0/port").unwrap(), 8888);
}

#[test]
fn the_last_port_takes_the_service_with_it() {
    let plan = closed(&closing(LoadBalancer, "6000-6010,8888"), &having(shared(&[8888, 6006])));
    assert_snapshot!(lines(&plan), @"
    changed [6006,8888] unchanged [6000,6001,6002,6003,6004,6005,6007,6008,6009,6010]
    Service demo-fcd1e5cf--skypilot-lb: delete if 0d4c0000 at 7
      Deletes the Service demo-fcd1e5cf--skypilot-lb: nothing else is open on it. Its load balancer and its address go with it.
    ");
    assert_snapshot!(plan.preview().steps[0].kubectl, @"kubectl --context prod -n ml delete service/demo-fcd1e5cf--skypilot-lb");
}

#[test]
fn what_is_closed_already_is_no_error() {
    for existing in [nothing(), having(shared(&[8888]).held(5, "cleanup"))] {
        let plan = closed(&closing(LoadBalancer, "8888"), &existing);
        assert_eq!(lines(&plan), "changed [] unchanged [8888]\n");
    }
}

#[test]
fn what_is_left_of_a_cluster_that_went_can_be_closed() {
    let existing = Existing { head: None, ..having(shared(&[8888])) };
    assert_eq!(closed(&closing(LoadBalancer, "8888"), &existing).writes.len(), 1);
    let refusal = refused(open(&asked(LoadBalancer, "9999"), &existing, &environment()));
    assert_snapshot!(refusal, @"
    no_head: The cluster has no head pod. Nothing would answer on the port.
    ");
}

#[test]
fn a_service_that_is_not_as_skypilot_makes_it_is_not_touched() {
    let try_open =
        |service| refused(open(&asked(LoadBalancer, "8888"), &having(service), &environment()));
    let try_close =
        |service| refused(close(&closing(LoadBalancer, "8888"), &having(service), &environment()));
    assert_snapshot!(try_open(shared(&[6006]).held(5, "service.kubernetes.io/load-balancer-cleanup")), @"
    load_balancer_deleting: Being deleted, and not gone yet. Held by service.kubernetes.io/load-balancer-cleanup; until then the load balancer may still cost money.
    ");
    let of_other_type = || shared(&[8888]).spec(|spec| spec.type_ = Some("NodePort".into()));
    assert_snapshot!(try_open(of_other_type()), @"
    unexpected_object: Service ml/demo-fcd1e5cf--skypilot-lb is not what its name says. It is of type NodePort, not LoadBalancer, so nothing is changed.
    ");
    assert_snapshot!(try_close(of_other_type()), @"
    unexpected_object: Service ml/demo-fcd1e5cf--skypilot-lb is not what its name says. It is of type NodePort, not LoadBalancer, so nothing is changed.
    ");
    assert_snapshot!(try_open(balancer(C, &[6006])), @"
    unexpected_object: Service ml/demo-fcd1e5cf--skypilot-lb is not what its name says. It has a port without a name, beside which no other may be, so nothing is changed.
    ");
    let elsewhere = shared(&[8888]).spec(|spec| {
        spec.ports.as_mut().unwrap()[0].target_port = Some(IntOrString::Int(9999));
    });
    assert_snapshot!(try_open(elsewhere), @"
    port_taken: Port 8888 is taken. Service ml/demo-fcd1e5cf--skypilot-lb sends it to port 9999.
    ");
    let twice = shared(&[8888, 8888]).spec(|spec| {
        spec.ports.as_mut().unwrap()[1].protocol = Some("UDP".into());
    });
    assert_snapshot!(try_close(twice), @"
    unexpected_object: Service ml/demo-fcd1e5cf--skypilot-lb is not what its name says. It exposes a port twice, by TCP and another protocol, so nothing is changed.
    ");
}

#[test]
fn before_the_click_it_says_what_is_to_know() {
    let existing = Existing { nodes: 8, ..having(shared(&[8888])) };
    let plan = opened(&asked(LoadBalancer, "9999"), &existing);
    assert_eq!(codes(&plan), ["multi_node_routing", "next_launch_drops"]);
    assert_eq!(
        plan.warnings[1].steps[0].command.as_deref(),
        Some("resources:\n  ports: [8888, 9999]")
    );
    let local =
        Environment { context: ContextName::parse("kind-skypilot").unwrap(), ..environment() };
    let plan = open(&asked(LoadBalancer, "9999"), &nothing(), &local).unwrap();
    assert_eq!(codes(&plan), ["load_balancer_unsupported_here", "next_launch_drops"]);
}

#[test]
fn a_dangerous_port_wants_its_number_typed() {
    let plan = opened(&asked(LoadBalancer, "22,8265,8888"), &having(shared(&[22])));
    let told = |it: &Confirmation| {
        format!("{}: {} {:?}", it.port, it.reason.message(), it.reason.steps[0].command)
    };
    // 22 is open already: nothing to confirm.
    assert_snapshot!(plan.must_confirm.iter().map(told).collect::<Vec<_>>().join("\n"), @r#"
    8265: Port 8265 is usually Ray’s dashboard. It asks for no login: whoever reaches it can run programs on the cluster. Some("ssh -L 8265:localhost:8265 demo")
    "#);
}

/// The warnings about the load balancer, with what they rest on.
fn of_balancer(request: &OpenRequest, existing: &Existing, environment: &Environment) -> String {
    let plan = open(request, existing, environment).unwrap();
    let asked = [
        "public_address",
        "internal_address",
        "costs_extra",
        "first_port_checked",
        "no_free_address",
    ];
    let its = plan.warnings.iter().filter(|it| asked.contains(&it.code.as_str()));
    let lines = its.map(|it| {
        format!("{}: {} [{}]", it.code, it.message(), it.evidence.as_deref().unwrap_or_default())
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_new_load_balancer_is_told_with_its_reach_and_its_price() {
    let gke = Environment { surroundings: of_version("v1.34.1-gke.1279000"), ..environment() };
    let request = asked(LoadBalancer, "8888,6006");
    assert_snapshot!(of_balancer(&request, &nothing(), &gke), @"
    public_address: Everybody on the internet reaches it. The load balancer has a public address. [the provider’s default (https://docs.cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer, read on 2026-11-24)]
    costs_extra: A load balancer costs extra: $0.025 an hour for the first five forwarding rules together, $0.01 an hour for each one more, $0.008 per GiB. SkyPilot does not count it. [list price of Google Kubernetes Engine: https://cloud.google.com/vpc/network-pricing (read on 2026-09-20)]
    ");
    // One more port of the load balancer that is there costs nothing more.
    let shared = Existing { load_balancer: Some(shared(&[8888])), ..nothing() };
    assert_snapshot!(of_balancer(&asked(LoadBalancer, "6006"), &shared, &gke), @"
    public_address: Everybody on the internet reaches it. The load balancer has a public address. [the provider’s default (https://docs.cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer, read on 2026-11-24)]
    ");
    assert_eq!(of_balancer(&request, &nothing(), &environment()), "");
    assert_eq!(of_balancer(&asked(OpenMode::Ingress, "6006"), &nothing(), &gke), "");
    let internal = OpenRequest { reach: Reach::Internal, ..asked(LoadBalancer, "8888") };
    let told = of_balancer(&internal, &nothing(), &gke);
    assert!(told.starts_with("costs_extra") && !told.contains("public_address"), "{told}");
}

#[test]
fn of_several_ports_a_classic_load_balancer_checks_the_first() {
    let eks = Environment { surroundings: of_version("v1.33.5-eks-113cf36"), ..environment() };
    let told = of_balancer(&asked(LoadBalancer, "8888,6006-6008"), &nothing(), &eks);
    assert_snapshot!(told.lines().find(|it| it.starts_with("first_port")).unwrap(), @"
    first_port_checked: If nothing listens on port 6006, none of the ports works. The load balancer asks this one alone whether it lives, and sends nothing to ports 6007, 6008, 8888 either. [cloud-provider-aws, pkg/providers/v1/aws.go: “We only configure a TCP health-check on the first port” (read on 2026-11-24)]
    ");
    // The first port of the object that is there stays the first.
    let shared = Existing { load_balancer: Some(shared(&[8888])), ..nothing() };
    let told = of_balancer(&asked(LoadBalancer, "6006"), &shared, &eks);
    assert!(
        told.contains("If nothing listens on port 8888") && told.contains("to port 6006"),
        "{told}"
    );
    // One port has nothing that hangs on it, and `nlb` checks each by itself.
    let alone = of_balancer(&asked(LoadBalancer, "8888"), &nothing(), &eks);
    assert!(!alone.contains("first_port"), "{alone}");
    let nlb = ("service.beta.kubernetes.io/aws-load-balancer-type".to_owned(), "nlb".to_owned());
    let custom_metadata = CustomMetadata { annotations: [nlb].into(), ..CustomMetadata::default() };
    let mended = Environment { custom_metadata, ..eks };
    let told = of_balancer(&asked(LoadBalancer, "8888,6006"), &nothing(), &mended);
    assert!(!told.contains("first_port"), "{told}");
}

#[test]
fn that_no_address_is_left_is_told_before() {
    let full = of_metallb("192.168.7.80-192.168.7.80", &[&["192.168.7.80"]]);
    let full = Environment { surroundings: full, ..environment() };
    assert_snapshot!(of_balancer(&asked(LoadBalancer, "8888"), &nothing(), &full), @"
    no_free_address: No address is left for a load balancer. The port would wait for one for ever. [MetalLB’s pool skypilot holds 1 addresses, and Services have them all]
    internal_address: It is reached from the cloud’s or the site’s own network alone. The load balancer has an internal address. [MetalLB’s pools: 192.168.7.80]
    ");
    // A Service that has its address needs no other.
    let shared = Existing { load_balancer: Some(shared(&[8888])), ..nothing() };
    let told = of_balancer(&asked(LoadBalancer, "6006"), &shared, &full);
    assert!(!told.contains("no_free_address"), "{told}");
}
