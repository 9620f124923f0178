//! What is written through the API lives: addresses come, apps answer, paths lead, and all of it
//! goes again.

use std::time::Duration;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};
use skyports_demo::Which;
use tokio::time::{sleep, timeout};

use super::visitor::{Answer, Place, Visitor};

/// A cluster with an app on port 8080 and nothing open.
const CLUSTER: &str = "spark-etl-3b7e02f4";
const SERVICES: &str = "/api/v1/namespaces/default/services";
const INGRESSES: &str = "/apis/networking.k8s.io/v1/namespaces/ml-team/ingresses";
const PATIENCE: Duration = Duration::from_secs(20);

async fn create(api: &Place, path: &str, object: &Value) -> Answer {
    api.send_json((Method::POST, "application/json"), path, object).await
}

async fn patch(api: &Place, path: &str, steps: &Value) -> Answer {
    api.send_json((Method::PATCH, "application/json-patch+json"), path, steps).await
}

async fn delete(api: &Place, path: &str) -> Answer {
    api.send_json((Method::DELETE, "application/json"), path, &json!({})).await
}

/// Waits until an object is gone.
async fn gone(api: &Place, path: &str) {
    let gone = async {
        while api.get(path).await.status != StatusCode::NOT_FOUND {
            sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, gone).await.expect(path);
}

fn balancer(cluster: &str, ports: &[u16]) -> Value {
    let port =
        |port: &u16| json!({"name": format!("port{port}"), "port": port, "targetPort": port});
    json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": format!("{cluster}--skypilot-lb"), "labels": {"parent": "skypilot"}},
        "spec": {
            "type": "LoadBalancer",
            "selector": {"skypilot-cluster-name": cluster},
            "ports": ports.iter().map(port).collect::<Vec<_>>(),
        },
    })
}

#[tokio::test]
async fn a_new_load_balancer_gets_an_address_and_the_app_answers_there() {
    let demo = Visitor::to(Which::Default).await;
    let api = demo.api("demo-cloud");
    let made = create(&api, SERVICES, &balancer(CLUSTER, &[8080])).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    let name = format!("{CLUSTER}--skypilot-lb");
    let place = demo.balancer("default", &name, 8080).await;
    assert_eq!(place.get("/").await.status, StatusCode::OK);

    let path = format!("{SERVICES}/{name}");
    let ended = delete(&api, &path).await.json();
    assert!(ended["metadata"]["deletionTimestamp"].is_string(), "the cloud holds it: {ended}");
    gone(&api, &path).await;
    place.is_closed().await;
    let events = api.get("/api/v1/namespaces/default/events").await.json();
    let events = events["items"].as_array().unwrap().iter();
    let reasons: Vec<&str> = events
        .filter(|event| event["involvedObject"]["name"] == name.as_str())
        .map(|event| event["reason"].as_str().unwrap())
        .collect();
    for reason in ["EnsuredLoadBalancer", "DeletedLoadBalancer"] {
        assert!(reasons.contains(&reason), "{reasons:?}");
    }
    demo.leave();
}

#[tokio::test]
async fn a_port_that_is_appended_answers_at_the_same_address() {
    let demo = Visitor::to(Which::Default).await;
    let api = demo.api("demo-cloud");
    let (namespace, name) = ("default", "features-9c1d7e60--skypilot-lb");
    let before = demo.address(namespace, name).await;
    assert!(before.is_some());
    let port = json!({"name": "port9000", "port": 9000, "targetPort": 6379});
    let steps = json!([{"op": "add", "path": "/spec/ports/-", "value": port}]);
    let path = format!("{SERVICES}/{name}?fieldManager=skyports");
    let answer = patch(&api, &path, &steps).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let owners = answer.json()["metadata"]["managedFields"].clone();
    let owners: Vec<&str> =
        owners.as_array().unwrap().iter().map(|it| it["manager"].as_str().unwrap()).collect();
    assert_eq!(owners, ["OpenAPI-Generator", "skyports"]);
    let moved = demo.port(namespace, name, "port9000").await;
    assert_eq!(demo.address(namespace, name).await, before);
    assert!(moved.accepts().await, "the load balancer listens there");
    demo.leave();
}

#[tokio::test]
async fn who_is_not_let_in_gets_no_answer() {
    let demo = Visitor::to(Which::Default).await;
    let api = demo.api("demo-cloud");
    let mut service = balancer(CLUSTER, &[8080]);
    service["spec"]["loadBalancerSourceRanges"] = json!(["203.0.113.0/24"]);
    assert_eq!(create(&api, SERVICES, &service).await.status, StatusCode::CREATED);
    let name = format!("{CLUSTER}--skypilot-lb");
    let place = demo.balancer("default", &name, 8080).await;
    assert!(place.try_get("/").await.is_err());
    let steps = json!([{
        "op": "add", "path": "/spec/loadBalancerSourceRanges/-", "value": "127.0.0.0/8",
    }]);
    assert_eq!(patch(&api, &format!("{SERVICES}/{name}"), &steps).await.status, StatusCode::OK);
    assert_eq!(place.get("/").await.status, StatusCode::OK);
    demo.leave();
}

#[tokio::test]
async fn a_new_path_and_its_service_lead_to_the_app() {
    let demo = Visitor::to(Which::Default).await;
    let (api, ingress) = (demo.api("demo-cloud"), demo.ingress().await);
    let cluster = "notebooks-3b7e02f4";
    let service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": format!("{cluster}--skypilot-svc--8501")},
        "spec": {"selector": {"skypilot-cluster-name": cluster}, "ports": [{"port": 8501}]},
    });
    let services = "/api/v1/namespaces/ml-team/services";
    assert_eq!(create(&api, services, &service).await.status, StatusCode::CREATED);
    let prefix = format!("/skypilot/ml-team/{cluster}/8501");
    let made = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": format!("{cluster}-skypilot-ingress"),
            "annotations": {
                "nginx.ingress.kubernetes.io/use-regex": "true",
                "nginx.ingress.kubernetes.io/rewrite-target": "/$2",
            },
        },
        "spec": {"ingressClassName": "nginx", "rules": [{"http": {"paths": [{
            "path": format!("{prefix}(/|$)(.*)"),
            "pathType": "ImplementationSpecific",
            "backend": {"service": {
                "name": format!("{cluster}--skypilot-svc--8501"),
                "port": {"number": 8501},
            }},
        }]}}]},
    });
    assert_eq!(ingress.get(&format!("{prefix}/")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(create(&api, INGRESSES, &made).await.status, StatusCode::CREATED);
    assert_eq!(ingress.get(&format!("{prefix}/")).await.status, StatusCode::OK);
    let path = format!("{INGRESSES}/{cluster}-skypilot-ingress");
    assert_eq!(delete(&api, &path).await.status, StatusCode::OK);
    assert_eq!(ingress.get(&format!("{prefix}/")).await.status, StatusCode::NOT_FOUND);
    demo.leave();
}

#[tokio::test]
async fn what_belongs_to_a_pod_goes_with_it() {
    let demo = Visitor::to(Which::Default).await;
    let api = demo.api("demo-cloud");
    let head = format!("/api/v1/namespaces/default/pods/{CLUSTER}-head");
    let pod = api.get(&head).await.json();
    let mut service = balancer(CLUSTER, &[8080]);
    service["metadata"]["ownerReferences"] = json!([{
        "apiVersion": "v1",
        "kind": "Pod",
        "name": pod["metadata"]["name"],
        "uid": pod["metadata"]["uid"],
    }]);
    assert_eq!(create(&api, SERVICES, &service).await.status, StatusCode::CREATED);
    let place = demo.balancer("default", &format!("{CLUSTER}--skypilot-lb"), 8080).await;
    assert_eq!(place.get("/").await.status, StatusCode::OK);
    assert_eq!(delete(&api, &head).await.status, StatusCode::OK);
    gone(&api, &head).await;
    gone(&api, &format!("{SERVICES}/{CLUSTER}--skypilot-lb")).await;
    place.is_closed().await;
    demo.leave();
}

#[tokio::test]
async fn where_a_right_is_missing_nothing_new_opens() {
    let demo = Visitor::to(Which::Default).await;
    let api = demo.api("demo-lab");
    let path = "/api/v1/namespaces/research/services";
    let refused = create(&api, path, &balancer("data-prep-3b7e02f4", &[8080])).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let message = refused.json()["message"].as_str().unwrap().to_owned();
    let wanted = "services is forbidden: User \"demo\" cannot create resource \"services\" in API \
        group \"\" in the namespace \"research\"";
    assert_eq!(message, wanted);
    let reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    for (verb, allowed) in [("create", false), ("patch", true)] {
        let objects = json!({"verb": verb, "resource": "services", "namespace": "research"});
        let review = create(&api, reviews, &json!({"spec": {"resourceAttributes": objects}})).await;
        assert_eq!(review.json()["status"]["allowed"], allowed, "{verb}");
    }
    demo.leave();
}
