//! Every change by time alone is announced, and nothing else changes with time.

use crate::testing::*;

const C: &str = "train-2ea4";

/// Worlds with something that changes by time.
fn worlds() -> Vec<Seen> {
    let waiting = seen![pod(C).aged(0), balancer(C, &[8888]).aged(0)];
    let unseen = Seen { events: false, ..waiting.clone() };
    let uncontrolled = seen![
        pod(C).aged(0),
        backend(C, 9000).aged(0),
        ingress(C, &[9000]).aged(0),
        class("nginx")
    ];
    let controlled = uncontrolled
        .clone()
        .and(controller().aged(-7).spec(|spec| spec.type_ = Some("LoadBalancer".into())));
    let pathless = seen![pod(C).aged(3), backend(C, 7777).aged(3), balancer(C, &[8888]).aged(1)];
    let all = controlled.clone().and(balancer(C, &[8888]).aged(-20)).and(backend(C, 7777).aged(-3));
    vec![waiting, unseen, uncontrolled, controlled, pathless, all]
}

#[test]
fn every_change_is_announced_and_every_announcement_is_a_change() {
    for world in worlds() {
        let mut changes = 0;
        let mut before = world.observe();
        for second in 0..3_700 {
            let now = world.clone().later(second).observe();
            let at = NOW.plus(second);
            if now.clusters == before.clusters {
                assert_ne!(
                    before.next,
                    Some(at),
                    "announced after {second} s, and nothing changed"
                );
            } else {
                assert_eq!(before.next, Some(at), "changed unannounced after {second} s");
                changes += 1;
            }
            assert!(now.next.is_none_or(|next| next > at), "announced for the past");
            before = now;
        }
        assert!(changes > 0);
        assert_eq!(before.next, None, "after an hour nothing changes any more");
    }
}

#[test]
fn what_is_settled_announces_nothing() {
    let open = seen![pod(C), balancer(C, &[8888]).with_address("203.0.113.7")];
    assert_eq!(open.observe().next, None);
    assert_eq!(open.clone().later(86_400).observe(), open.observe());
}

#[test]
fn a_clock_behind_the_clusters_does_no_harm() {
    let seen = seen![pod(C), balancer(C, &[8888]).aged(-30)];
    check(&seen, "8888 loadbalancer pending waiting_for_address ~http://:8888/");
    assert_eq!(seen.observe().next, Some(NOW.plus(40)));
}

#[test]
fn objects_without_a_date_are_old() {
    let mut service = balancer(C, &[8888]);
    service.metadata.creation_timestamp = None;
    let seen = seen![pod(C), service];
    check(&seen, "8888 loadbalancer attention no_load_balancer_controller ~http://:8888/");
    assert_eq!(seen.observe().next, None);
}
