//! Objects that SkyPilot 0.14.1 wrote on a real API server: nothing of them changes but the ports
//! and paths that were asked for.

use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::Ingress;
use serde_json::Value;
use skyports_model::OpenMode;

use super::*;

macro_rules! fixture {
    ($name:literal) => {
        serde_yaml_ng::from_str(include_str!(concat!("../../../fixtures/skypilot-0.14.1/", $name)))
            .unwrap()
    };
}

/// The cluster of the fixtures, with both of SkyPilot's objects.
fn launched() -> Existing {
    let service: Service =
        fixture!("loadbalancer/service-C--skypilot-lb.with-metallb-address.yaml");
    let ingress: Ingress = fixture!("ingress/ingress-C-skypilot-ingress.yaml");
    let backends: [Service; 4] = [
        fixture!("ingress/service-C--skypilot-svc--8888.yaml"),
        fixture!("ingress/service-C--skypilot-svc--6006.yaml"),
        fixture!("ingress/service-C--skypilot-svc--6007.yaml"),
        fixture!("ingress/service-C--skypilot-svc--6008.yaml"),
    ];
    let number = |service: &Service| service.spec.as_ref().unwrap().ports.as_ref().unwrap()[0].port;
    let backends = backends.map(|it| (Port::new(number(&it).into()).unwrap(), it.kept("9")));
    Existing {
        load_balancer: Some(service.kept("7")),
        ingress: Some(ingress.kept("8")),
        backends: backends.into(),
        ..nothing()
    }
}

fn here(request: &OpenRequest) -> OpenRequest {
    let namespace = Namespace::parse("default").unwrap();
    OpenRequest { cluster: ClusterId { namespace, ..request.cluster.clone() }, ..request.clone() }
}

/// What of a list came and went, if that is all that differs between two objects.
fn difference(write: &Write, list: &str) -> (Vec<Value>, Vec<Value>) {
    let (mut before, mut after) = (write.before.clone().unwrap(), write.after.clone().unwrap());
    let items =
        |object: &mut Value| object.pointer_mut(list).unwrap().as_array_mut().unwrap().split_off(0);
    let (old, new) = (items(&mut before), items(&mut after));
    assert_eq!(before, after, "nothing else changes");
    let stays: Vec<_> = old.iter().filter(|item| new.contains(item)).collect();
    assert_eq!(stays, new.iter().filter(|item| old.contains(item)).collect::<Vec<_>>(), "in order");
    let without = |all: &[Value], others: &[Value]| {
        all.iter().filter(|item| !others.contains(item)).cloned().collect::<Vec<_>>()
    };
    (without(&new, &old), without(&old, &new))
}

#[test]
fn a_port_more_and_nothing_else() {
    let plan = opened(&here(&asked(OpenMode::LoadBalancer, "8888,9999")), &launched());
    let (came, went) = difference(&plan.writes[0], "/spec/ports");
    assert_eq!((came.len(), went.len()), (1, 0));
    assert_eq!(came[0]["port"], 9999);
    assert!(matches!(&plan.urls[1].place, skyports_model::plan::Place::Known(links)
        if links[0].to_string() == "http://203.0.113.206:9999/"));
}

#[test]
fn a_port_less_and_nothing_else() {
    let plan = closed(&closing(OpenMode::LoadBalancer, "6006"), &launched());
    let (came, went) = difference(&plan.writes[0], "/spec/ports");
    assert_eq!((came.len(), went.len()), (0, 1));
    assert_eq!(went[0]["nodePort"], 31655);
}

#[test]
fn a_path_more_and_nothing_else() {
    let plan = opened(&here(&asked(OpenMode::Ingress, "6006-6009")), &launched());
    assert_eq!(plan.changed, [Port::new(6009).unwrap()]);
    let (came, went) = difference(&plan.writes[1], "/spec/rules/0/http/paths");
    assert_eq!((came.len(), went.len()), (1, 0));
    assert_eq!(came[0]["path"], "/skypilot/default/demo-fcd1e5cf/6009(/|$)(.*)");
}

#[test]
fn paths_less_and_nothing_else() {
    let plan = closed(&closing(OpenMode::Ingress, "6007,8888"), &launched());
    assert_eq!(plan.writes.len(), 1, "SkyPilot's Services stay");
    let (came, went) = difference(&plan.writes[0], "/spec/rules/0/http/paths");
    assert_eq!((came.len(), went.len()), (0, 2));
}
