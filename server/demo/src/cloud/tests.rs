//! The script, with a clock that does not have to be waited for.

use serde_json::json;
use tokio::net::TcpListener;
use tokio::time::sleep;

use super::*;

/// A store whose cloud runs, and the key of a Service in it that has just been written.
async fn with_service(edit: fn(&mut Value)) -> (Store, Key, CancellationToken) {
    with_service_at(Addresses::default(), edit).await
}

async fn with_service_at(
    addresses: Addresses,
    edit: fn(&mut Value),
) -> (Store, Key, CancellationToken) {
    // A port that this machine gives out, so that no two tests want the same.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let store = Store::new(Timestamp::now);
    let mut service = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": { "name": "a--skypilot-lb", "namespace": "default" },
        "spec": { "type": "LoadBalancer", "ports": [{ "port": port }] },
    });
    edit(&mut service);
    let key = Key::of(&service).unwrap();
    store.put(service).unwrap();
    let network = Network::new(store.clone(), []);
    let addresses = Arc::new(addresses);
    let stopping = CancellationToken::new();
    let config = Config { network, addresses, clock: Timestamp::now, pace: 1.0 };
    start(config, &stopping);
    (store, key, stopping)
}

fn address(store: &Store, key: &Key) -> Option<String> {
    let service = store.get(key)?;
    text(&service, "/status/loadBalancer/ingress/0/ip").map(str::to_owned)
}

/// The reasons of all events and how often each was told.
fn told(store: &Store) -> Vec<(String, u64)> {
    let events = store.list(Resource::Events, None);
    let mut told: Vec<_> = events
        .iter()
        .map(|event| {
            let first = text(event, "/firstTimestamp").unwrap();
            assert!(text(event, "/lastTimestamp").unwrap() >= first);
            assert_eq!(text(event, "/source/component"), Some("service-controller"));
            (text(event, "/reason").unwrap().to_owned(), event["count"].as_u64().unwrap())
        })
        .collect();
    told.sort();
    told
}

fn once(reason: &str) -> (String, u64) {
    (reason.to_owned(), 1)
}

#[tokio::test(start_paused = true)]
async fn a_new_service_gets_its_address_after_some_seconds() {
    let (store, key, _stopping) = with_service(|_| {}).await;
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(told(&store), [once("EnsuringLoadBalancer")]);
    let service = store.get(&key).unwrap();
    assert_eq!(service["metadata"]["finalizers"], json!([FINALIZER]));
    let event = &store.list(Resource::Events, Some("default"))[0];
    assert_eq!(event["involvedObject"]["uid"], service["metadata"]["uid"]);
    sleep(Duration::from_secs(7)).await;
    assert_eq!(address(&store, &key), None);
    sleep(Duration::from_secs(9)).await;
    assert_eq!(told(&store), [once("EnsuredLoadBalancer"), once("EnsuringLoadBalancer")]);
    assert!(address(&store, &key).unwrap().starts_with("127."));
}

#[tokio::test(start_paused = true)]
async fn an_old_service_has_its_address_from_the_start() {
    let (store, key, _stopping) = with_service(|service| {
        service["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z".into();
    })
    .await;
    assert!(address(&store, &key).is_some());
    assert_eq!(told(&store), []);
}

#[tokio::test(start_paused = true)]
async fn where_all_have_one_address_the_service_gets_another_port() {
    let (store, key, _stopping) = with_service_at(Addresses::one_for_all(), |service| {
        service["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z".into();
        service["spec"]["ports"] = json!([{ "port": 8888, "targetPort": 8888 }]);
    })
    .await;
    assert_eq!(address(&store, &key).as_deref(), Some("127.0.0.1"));
    let port = store.get(&key).unwrap()["spec"]["ports"][0].clone();
    assert_eq!(port["targetPort"], 8888);
    let number = u16::try_from(port["port"].as_u64().unwrap()).unwrap();
    assert_ne!(number, 8888);
    tokio::net::TcpStream::connect(("127.0.0.1", number)).await.unwrap();
    // Nothing has changed, so it stays there.
    sleep(Duration::from_mins(10)).await;
    assert_eq!(store.get(&key).unwrap()["spec"]["ports"][0], port);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_had_is_told_again_and_again() {
    let (store, key, _stopping) = with_service(|service| {
        let internal = json!({ "networking.gke.io/load-balancer-type": "Internal" });
        service["metadata"]["annotations"] = internal;
    })
    .await;
    sleep(Duration::from_secs(20) + 2 * RETRY).await;
    let wanted = [once("EnsuringLoadBalancer"), ("SyncLoadBalancerFailed".to_owned(), 3)];
    assert_eq!(told(&store), wanted);
    assert_eq!(address(&store, &key), None);
}

#[tokio::test(start_paused = true)]
async fn a_service_of_another_type_or_class_is_left_alone() {
    for edit in [
        |service: &mut Value| service["spec"]["type"] = "ClusterIP".into(),
        |service: &mut Value| service["spec"]["loadBalancerClass"] = "example.com/other".into(),
    ] {
        let (store, key, _stopping) = with_service(edit).await;
        sleep(Duration::from_secs(30)).await;
        assert_eq!((address(&store, &key), told(&store)), (None, vec![]));
    }
}

#[tokio::test(start_paused = true)]
async fn a_port_that_is_added_answers_at_the_same_address() {
    let (store, key, _stopping) = with_service(|_| {}).await;
    sleep(Duration::from_secs(20)).await;
    let ip = address(&store, &key).unwrap();
    let free = TcpListener::bind((ip.as_str(), 0)).await.unwrap().local_addr().unwrap().port();
    store.update(&key, |service| {
        service["spec"]["ports"].as_array_mut().unwrap().push(json!({ "port": free }));
        // As a client that writes the object anew.
        service["status"].take();
    });
    sleep(Duration::from_secs(1)).await;
    assert_eq!(address(&store, &key).as_deref(), Some(ip.as_str()));
    tokio::net::TcpStream::connect((ip.as_str(), free)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_gone_gives_its_port_back() {
    let (store, key, _stopping) = with_service(|_| {}).await;
    sleep(Duration::from_secs(20)).await;
    let ip = address(&store, &key).unwrap();
    let port =
        u16::try_from(store.get(&key).unwrap()["spec"]["ports"][0]["port"].as_u64().unwrap());
    let place = (ip.as_str(), port.unwrap());
    assert!(TcpListener::bind(place).await.is_err());
    store.remove(&key);
    sleep(Duration::from_secs(1)).await;
    TcpListener::bind(place).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_deleted_service_goes_when_its_load_balancer_is_down() {
    let (store, key, _stopping) = with_service(|_| {}).await;
    sleep(Duration::from_secs(20)).await;
    store.update(&key, |service| {
        service["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
    });
    sleep(Duration::from_secs(1)).await;
    assert!(told(&store).contains(&once("DeletingLoadBalancer")));
    assert!(store.get(&key).is_some());
    sleep(DELETE).await;
    assert!(told(&store).contains(&once("DeletedLoadBalancer")));
    assert!(store.get(&key).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_service_that_somebody_else_holds_stays() {
    let (store, key, _stopping) = with_service(|_| {}).await;
    sleep(Duration::from_secs(20)).await;
    store.update(&key, |service| {
        service["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
        let finalizers = service["metadata"]["finalizers"].as_array_mut().unwrap();
        finalizers.push("example.com/hold".into());
    });
    sleep(Duration::from_secs(1) + DELETE).await;
    let service = store.get(&key).unwrap();
    assert_eq!(service["metadata"]["finalizers"], json!(["example.com/hold"]));
    assert_eq!(address(&store, &key), None);
}
