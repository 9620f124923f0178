//! What controllers of load balancers let know: silence, signs and errors.

use skyports_model::{Code, EndpointState};

use crate::testing::*;

const C: &str = "train-2ea4";
const LB: &str = "train-2ea4--skypilot-lb";

/// State, code and evidence of a Service of that age without an address.
fn told(seen: &Seen) -> String {
    let endpoint = seen.endpoint();
    let reason = endpoint.state.reason().unwrap();
    format!(
        "{} {}: {}",
        endpoint.state.word(),
        reason.code,
        reason.evidence.clone().unwrap_or_default()
    )
}

fn silent(age: i64) -> Seen {
    seen![pod(C).aged(age), balancer(C, &[8888]).aged(age)]
}

#[test]
fn silence_is_waited_for_then_doubted_then_given_up() {
    let lead = |age: i64| {
        let state = silent(age).endpoint().state;
        format!("{} {}", state.word(), state.reason().unwrap().lead)
    };
    assert_eq!(lead(0), "pending Waiting for an address.");
    assert_eq!(lead(9), "pending Waiting for an address.");
    assert_eq!(lead(10), "pending No controller has reacted.");
    assert_eq!(lead(59), "pending No controller has reacted.");
    assert_eq!(lead(60), "attention Nothing assigns addresses in prod.");
}

#[test]
fn silence_names_what_was_looked_for() {
    assert_eq!(
        told(&silent(60)),
        "attention no_load_balancer_controller: Service ml/train-2ea4--skypilot-lb: \
         no event, no condition, no finalizer, no loadBalancerClass"
    );
    assert!(told(&silent(3_600)).contains("no event left (they are kept for an hour), "));
}

#[test]
fn no_event_is_claimed_only_where_events_are_seen() {
    let mut seen = silent(60);
    seen.events = false;
    assert_eq!(
        told(&seen),
        "attention no_load_balancer_controller: Service ml/train-2ea4--skypilot-lb: \
         no condition, no finalizer, no loadBalancerClass; its events cannot be seen from here"
    );
    // The events of Services with other names are not kept.
    let theirs = seen![pod(C), service("mine", "LoadBalancer", C, &[8888]).aged(60)];
    assert!(told(&theirs).contains("its events cannot be seen from here"));
}

#[test]
fn an_address_elsewhere_disproves_that_nothing_assigns_them() {
    let seen = silent(60).and(
        controller().spec(|s| s.type_ = Some("LoadBalancer".into())).with_address("203.0.113.1"),
    );
    assert_eq!(
        message(&seen.endpoint()),
        "No controller has reacted to this Service. Waiting will not help. Service \
         ingress-nginx/ingress-nginx-controller has an address: what gave it that does not serve this one."
    );
}

#[test]
fn any_sign_is_a_reason_to_wait() {
    let waits = |seen: Seen, evidence: &str| {
        assert_eq!(told(&seen), format!("pending waiting_for_address: {evidence}"));
        assert!(
            matches!(seen.endpoint().state, EndpointState::Pending { since, .. } if since == NOW.plus(-300))
        );
    };
    let service = || balancer(C, &[8888]).aged(300);
    waits(
        silent(300).and(event("Service", LB, "EnsuringLoadBalancer", "Ensuring load balancer")),
        "EnsuringLoadBalancer: Ensuring load balancer",
    );
    waits(
        seen![pod(C), service().finalized("service.k8s.aws/resources")],
        "finalizer service.k8s.aws/resources",
    );
    waits(
        seen![
            pod(C),
            service().spec(|s| s.load_balancer_class = Some("service.k8s.aws/nlb".into()))
        ],
        "loadBalancerClass service.k8s.aws/nlb",
    );
    waits(
        seen![
            pod(C),
            service().with_condition("cilium.io/IPAMRequestSatisfied", "True", "satisfied")
        ],
        "condition cilium.io/IPAMRequestSatisfied=True",
    );
    waits(
        seen![pod(C), service().with_condition("TailscaleProxyReady", "False", "ProxyPending")],
        "condition TailscaleProxyReady=False",
    );
}

#[test]
fn errors_need_attention_whoever_reports_them() {
    let service = || balancer(C, &[8888]).aged(300);
    for (reason, message) in [
        ("SyncLoadBalancerFailed", "Error syncing load balancer: quota"),
        ("AllocationFailed", "Failed to allocate IP for \"ml/train\": no available IPs"),
        ("FailedBuildModel", "no subnets"),
        ("FailedDeployModel", "AccessDenied"),
        ("LoadBalancerFailed", "pool is gone"),
        ("UnAvailableLoadBalancer", "There are no available nodes for LoadBalancer"),
    ] {
        let seen = seen![pod(C), service(), warning("Service", LB, reason, message)];
        assert_eq!(
            told(&seen),
            format!("attention load_balancer_error: Service ml/{LB}: {reason}: {message}"),
        );
    }
    for condition in [
        ("cilium.io/IPAMRequestSatisfied", "False", "no_pool"),
        ("LoadBalancerPortsError", "True", "LoadBalancerMixedProtocolNotSupported"),
        ("TailscaleProxyReady", "False", "ProxyFailed"),
    ] {
        let seen = seen![pod(C), service().with_condition(condition.0, condition.1, condition.2)];
        assert_eq!(
            told(&seen),
            format!("attention load_balancer_error: Service ml/{LB}: {}: said so", condition.2),
        );
    }
}

#[test]
fn an_error_counts_until_a_success() {
    let failed = |at: i64| warning("Service", LB, "SyncLoadBalancerFailed", "quota").at(at);
    let done = |at: i64| event("Service", LB, "EnsuredLoadBalancer", "done").at(at);
    let code = |seen: Seen| seen.endpoint().state.reason().unwrap().code;
    assert_eq!(code(silent(300).and(failed(20)).and(done(10))), Code::WaitingForAddress);
    assert_eq!(code(silent(300).and(failed(10)).and(done(20))), Code::LoadBalancerError);
    assert_eq!(code(silent(300).and(failed(10)).and(done(10))), Code::WaitingForAddress);
    // Trying once more is no success.
    let retry = event("Service", LB, "EnsuringLoadBalancer", "Ensuring load balancer").at(5);
    assert_eq!(code(silent(300).and(failed(10)).and(retry)), Code::LoadBalancerError);
}

#[test]
fn errors_of_a_namesake_do_not_count() {
    let service = || balancer(C, &[8888]).aged(30).identified("new");
    let failed = || warning("Service", LB, "SyncLoadBalancerFailed", "quota");
    let code = |seen: Seen| seen.endpoint().state.reason().unwrap().code;
    assert_eq!(
        code(seen![pod(C), service(), failed().about_uid("old")]),
        Code::NoLoadBalancerController
    );
    assert_eq!(code(seen![pod(C), service(), failed().about_uid("new")]), Code::LoadBalancerError);
    // An event that names no uid and is older than the object cannot be about it.
    assert_eq!(code(seen![pod(C), service(), failed().at(31)]), Code::NoLoadBalancerController);
}

#[test]
fn an_error_beside_an_address_is_a_warning() {
    let service = balancer(C, &[8888]).with_address("203.0.113.7");
    let seen =
        seen![pod(C), service, warning("Service", LB, "UpdateLoadBalancerFailed", "no such group")];
    check(&seen, "8888 loadbalancer open http://203.0.113.7:8888/ !load_balancer_error");
    assert_eq!(
        seen.endpoint().warnings[0].message(),
        "The load balancer reports an error: no such group (UpdateLoadBalancerFailed)"
    );
}

#[test]
fn noise_is_no_sign() {
    let repair = warning(
        "Service",
        LB,
        "ClusterIPNotAllocated",
        "Cluster IP [IPv4]: 10.96.0.9 is not allocated; repairing",
    );
    let slices = warning("Service", LB, "FailedToUpdateEndpointSlices", "conflict");
    let normal_failure = event("Service", LB, "SomethingFailed", "but only a Normal event");
    let code = |seen: Seen| seen.endpoint().state.reason().unwrap().code;
    assert_eq!(code(silent(60).and(repair)), Code::NoLoadBalancerController);
    assert_eq!(code(silent(60).and(slices)), Code::NoLoadBalancerController);
    assert_eq!(code(silent(60).and(normal_failure)), Code::WaitingForAddress);
}
