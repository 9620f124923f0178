//! The order of events never matters, and what is kept is a function of the objects alone.

use proptest::prelude::*;

use crate::objects::{Key, Objects};
use crate::testing::*;
use crate::wire;

/// A handful of objects that have to do with each other.
fn objects() -> Vec<Sent> {
    let c = "train-2ea4";
    vec![
        pod(c).into(),
        worker(c).into(),
        pod("demo-2ea4").in_phase("Pending").into(),
        balancer(c, &[8888, 6006, 22]).with_address("203.0.113.7").into(),
        service("theirs", "LoadBalancer", c, &[8888]).with_address("203.0.113.9").into(),
        balancer("demo-2ea4", &[8000]).aged(70).into(),
        backend(c, 8888).into(),
        backend(c, 7777).aged(60).into(),
        ingress(c, &[8888, 8501]).into(),
        empty_ingress("train-2ea4-skyports-8888")
            .with_path("/skypilot/ml/train-2ea4/8888(/.*)?()()$", "x", 8888)
            .into(),
        class("nginx").into(),
        controller().with_address("203.0.113.10").into(),
        warning("Service", "demo-2ea4--skypilot-lb", "SyncLoadBalancerFailed", "quota").into(),
        event("Service", "demo-2ea4--skypilot-lb", "EnsuringLoadBalancer", "…").into(),
        event("Pod", "demo-2ea4-head", "Scheduled", "…").into(),
        event("Pod", "demo-2ea4-head", "Pulling", "…").into(),
    ]
}

proptest! {
    #[test]
    fn the_order_of_events_never_matters(order in Just((0..objects().len()).collect::<Vec<_>>()).prop_shuffle()) {
        let sent = objects();
        let shuffled = Seen::of(order.iter().map(|at| sent[*at].clone()).collect());
        let plain = Seen::of(sent);
        prop_assert_eq!(&shuffled.objects, &plain.objects);
        prop_assert_eq!(shuffled.observe(), plain.observe());
    }

    #[test]
    fn events_twice_change_nothing(at in 0..objects().len()) {
        let sent = objects();
        let mut seen = Seen::of(sent.clone());
        prop_assert!(!sent[at].clone().apply(&mut seen.objects));
    }
}

#[test]
fn an_object_that_stops_being_skypilots_is_forgotten() {
    let mut objects = Objects::default();
    assert!(Sent::from(pod("train-2ea4")).apply(&mut objects));
    assert!(!Sent::from(pod("train-2ea4")).apply(&mut objects));
    assert!(Sent::from(pod("train-2ea4").without_labels()).apply(&mut objects));
    assert_eq!(objects, Objects::default());
    assert!(!Sent::from(pod("train-2ea4").without_labels()).apply(&mut objects));
}

#[test]
fn a_service_that_becomes_a_balancer_is_seen_and_one_that_stops_is_not() {
    let named = |kind: &str| service("mine", kind, "train-2ea4", &[8888]);
    let seen = seen![pod("train-2ea4"), named("ClusterIP")];
    check(&seen, "");
    let seen = seen.and(named("LoadBalancer"));
    assert_eq!(seen.observe().clusters[0].endpoints.len(), 1);
    check(&seen.and(named("ClusterIP")), "");
}

#[test]
fn a_new_list_replaces_the_old_one_and_says_whether_that_changed_anything() {
    use crate::objects::Kind;
    let list = |names: &[&str]| {
        let pods = names.iter().map(|name| decoded::<wire::Pod>(&pod(name)));
        pods.map(|pod| (Key::of(&pod.metadata), pod.facts().unwrap()))
            .collect::<std::collections::BTreeMap<_, _>>()
    };
    let mut objects = Objects::default();
    assert!(objects.replace::<wire::Pod>(list(&[])), "now it is known that there is none");
    assert!(!objects.replace::<wire::Pod>(list(&[])));
    assert!(objects.replace::<wire::Pod>(list(&["a-2ea4", "b-2ea4"])));
    assert!(!objects.replace::<wire::Pod>(list(&["b-2ea4", "a-2ea4"])));
    assert!(objects.replace::<wire::Pod>(list(&["b-2ea4"])));
    assert!(objects.remove::<wire::Pod>(&Key { namespace: NS.into(), name: "b-2ea4-head".into() }));
    assert!(
        !objects.remove::<wire::Pod>(&Key { namespace: NS.into(), name: "b-2ea4-head".into() })
    );
}

#[test]
fn two_watches_can_share_a_kind() {
    use crate::objects::{About, EventFacts, Kind};
    let facts = |event: k8s_openapi::api::core::v1::Event| {
        let event: wire::Event = decoded(&event);
        (Key::of(&event.metadata), event.facts().unwrap())
    };
    let of_pod = facts(event("Pod", "a-2ea4-head", "Pulling", "…"));
    let of_service = facts(event("Service", "a-2ea4--skypilot-lb", "EnsuringLoadBalancer", "…"));
    let about = |about: About| move |facts: &EventFacts| facts.about() == about;
    let mut objects = Objects::default();
    assert!(objects.replace_part::<wire::Event>([of_pod.clone()].into(), about(About::Pod)));
    assert!(
        objects.replace_part::<wire::Event>([of_service.clone()].into(), about(About::Service))
    );
    assert!(!objects.replace_part::<wire::Event>([of_pod].into(), about(About::Pod)));
    assert!(objects.replace_part::<wire::Event>([].into(), about(About::Pod)));
    assert!(!objects.replace_part::<wire::Event>([of_service].into(), about(About::Service)));
}
