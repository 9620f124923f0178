//! What people get of one endpoint: the page of all of them with the panel open.

use crate::html::{self, env, links, seen, tags};
use crate::samples::{Shape, at, cluster, context, everything, overview};
use skyports_app::page;
use skyports_model::{ContextState, EndpointId, Filter, Mode, Overview, Owner, Port, Query};
use std::sync::Arc;

#[expect(clippy::unwrap_used, reason = "the names are those of the samples")]
fn id(overview: &Overview, name: &str, port: i64, mode: Mode) -> EndpointId {
    let cluster = overview.clusters.iter().find(|cluster| cluster.name == name).unwrap();
    EndpointId { cluster: cluster.id.clone(), port: Port::new(port).unwrap(), mode }
}

fn page_of(overview: &Arc<Overview>, id: &EndpointId) -> String {
    page::endpoint(overview, id, &Query::default(), &env())
}

/// The panel's own HTML.
#[expect(clippy::unwrap_used, reason = "every such page has a panel")]
fn panel(page: &str) -> &str {
    let (_, panel) = page.split_once("<dialog class=\"drawer\"").unwrap();
    panel.split_once("</dialog>").unwrap().0
}

/// What a reader sees of the panel, in a browser that runs scripts.
fn told(name: &str, port: i64, mode: Mode) -> String {
    let everything = everything();
    let page = page_of(&everything, &id(&everything, name, port, mode));
    let panel = panel(&page);
    let shown = panel.split_once("<noscript").map_or(panel, |(shown, _)| shown);
    seen(&format!("<main{shown}</main>"))
}

#[test]
fn without_scripts_the_app_is_named_in_the_panel() {
    let everything = everything();
    let page = page_of(&everything, &id(&everything, "llama-train", 8000, Mode::LoadBalancer));
    let (_, below) = panel(&page).split_once("<noscript").unwrap();
    assert!(below.contains("What app is this?") && !below.contains("<script"));
    assert_eq!(page.matches("What app is this?").count(), 1);
}

#[test]
fn an_open_port_says_what_it_is_and_that_nobody_checked_it() {
    insta::assert_snapshot!(told("llama-train", 8000, Mode::LoadBalancer), @r"
    8000 Ap API server Open llama-train · LoadBalancer · open for 2 h [http://203.0.113.24:8000/] (copy)
    [Open ]
    Check nowShareClose port
    Open, not checked. Kubernetes has an address and a route. Nobody has asked the app yet, so skyports does not say Ready.
    Facts
    Object | service/llama-train-5f2a91cd--skypilot-lb (copy) opened by SkyPilot
    Address | 203.0.113.24:8000 (copy)
    Reachable from | Public address the address is routed on the internet; a firewall may still stand before it
    Made | 2026-11-24 03:48 UTC 2 h ago
    App | API server guessed from the port number
    Context | gke_acme-ml_us-central1_train
    Namespace | ml-team Reading events and YAML… Same in a terminal
    kubectl --context gke_acme-ml_us-central1_train -n ml-team describe service/llama-train-5f2a91cd--skypilot-lb
    kubectl --context gke_acme-ml_us-central1_train -n ml-team get service/llama-train-5f2a91cd--skypilot-lb -o yaml (copy)
    ");
}

#[test]
fn a_pending_port_says_what_it_waits_for_and_since_when() {
    insta::assert_snapshot!(told("llama-train", 8265, Mode::LoadBalancer), @r"
    8265 Ra Ray dashboard Pending 0:42 llama-train · LoadBalancer http://address:8265/
    ShareClose port
    Waiting for an address. 0:42 so far. This page updates by itself. Last heard
    event EnsuringLoadBalancer: Ensuring load balancer (copy)
    Facts
    Object | service/llama-train-5f2a91cd--skypilot-lb (copy) opened by SkyPilot
    Made | 2026-11-24 03:44 UTC 2 h ago
    App | Ray dashboard guessed from the port number
    Context | gke_acme-ml_us-central1_train
    Namespace | ml-team Reading events and YAML… Same in a terminal
    kubectl --context gke_acme-ml_us-central1_train -n ml-team describe service/llama-train-5f2a91cd--skypilot-lb
    kubectl --context gke_acme-ml_us-central1_train -n ml-team get service/llama-train-5f2a91cd--skypilot-lb -o yaml (copy)
    ");
}

#[test]
fn a_stuck_port_says_what_to_do_best_first() {
    insta::assert_snapshot!(told("rlhf-sweep", 7860, Mode::LoadBalancer), @r"
    7860 Gr Gradio Needs attention rlhf-sweep · LoadBalancer No address
    ShareClose port
    Nothing assigns addresses in lab-metal. Waiting will not help. Evidence
    Service research/rlhf-sweep-5f2a91cd--skypilot-lb: no event, no condition, no finalizer, no loadBalancerClass (copy) What to do best first Install a controller of load balancers, MetalLB for one; with MetalLB installed, add an IPAddressPool Or open the port through an Ingress: set kubernetes.ports: ingress in SkyPilot’s config and launch again See its events
    kubectl describe service rlhf-sweep-5f2a91cd--skypilot-lb -n research (copy)
    Facts
    Object | service/rlhf-sweep-5f2a91cd--skypilot-lb (copy) opened by SkyPilot
    Made | 2026-11-24 03:51 UTC 2 h ago
    App | Gradio guessed from the port number
    Context | lab-metal
    Namespace | research Reading events and YAML… Same in a terminal
    kubectl --context lab-metal -n research describe service/rlhf-sweep-5f2a91cd--skypilot-lb
    kubectl --context lab-metal -n research get service/rlhf-sweep-5f2a91cd--skypilot-lb -o yaml (copy)
    ");
}

#[test]
fn a_port_that_does_not_speak_http_has_an_address_and_nothing_to_open() {
    let told = told("jupyter-dev", 22, Mode::LoadBalancer);
    assert!(told.contains("203.0.113.61:22 (copy)"), "{told}");
    assert!(!told.contains('['), "{told}");
}

#[test]
fn a_port_that_is_not_open_is_said_not_to_be() {
    insta::assert_snapshot!(told("nb-scratch", 8888, Mode::LoadBalancer), @r"
    8888 Unknown app Not open nb-scratch · LoadBalancer
    Port 8888 of nb-scratch is not open. Nothing exposes it by LoadBalancer now. All ports of nb-scratch
    ");
    let mut nowhere = id(&everything(), "nb-scratch", 8888, Mode::LoadBalancer);
    nowhere.cluster.namespace = skyports_model::Namespace::parse("elsewhere").unwrap();
    let page = page_of(&everything(), &nowhere);
    insta::assert_snapshot!(seen(&format!("<main{}</main>", panel(&page))), @r"
    8888 Unknown app Not open nb-scratch-5f2a91cd · LoadBalancer
    There is no cluster nb-scratch-5f2a91cd in elsewhere. It may be down since, or in a context that is not shown.
    ");
}

#[test]
fn the_document_is_named_by_state_and_port() {
    let everything = everything();
    let title = |name, port, mode| {
        let page = page_of(&everything, &id(&everything, name, port, mode));
        let (_, title) = page.split_once("<title>").unwrap();
        title.split_once("</title>").unwrap().0.to_owned()
    };
    assert_eq!(
        title("llama-train", 8265, Mode::LoadBalancer),
        "Pending 8265 · llama-train · skyports"
    );
    assert_eq!(title("llama-train", 9, Mode::PodIp), "Not open 9 · llama-train · skyports");
}

#[test]
fn the_list_is_beneath_it_and_closing_leads_back_to_it() {
    let everything = everything();
    let id = id(&everything, "llama-train", 8000, Mode::LoadBalancer);
    let query = Query::from(Filter::text("llama"));
    let page = page::endpoint(&everything, &id, &query, &env());
    assert!(page.split("</main>").next().unwrap().contains("llama-train"));
    let close = tags(panel(&page));
    let close = close.iter().find(|tag| tag.attribute("data-panel-close").is_some()).unwrap();
    assert_eq!(close.attribute("href"), Some("/?q=llama"));
    let selected = |tag: &&html::Tag| tag.name == "tr" && tag.attribute("aria-current").is_some();
    assert_eq!(tags(&page).iter().filter(selected).count(), 1);
    assert!(links(panel(&page)).contains(&id.cluster.path()));
}

#[test]
fn the_panel_is_shut_and_empty_on_every_other_page() {
    let page = page::overview(&everything(), &Query::default(), &env());
    assert_eq!(panel(&page), " id=\"endpoint\" aria-labelledby=\"endpoint-title\">");
}

#[test]
fn a_port_that_skypilot_does_not_know_is_made_permanent() {
    let mut train = cluster(
        "prod",
        "ml",
        "train",
        vec![
            (8888, Mode::LoadBalancer, at("203.0.113.7", 8888)),
            (6006, Mode::LoadBalancer, Shape::Pending(9)),
        ],
    );
    let known = overview(vec![context("prod", ContextState::Live, vec![])], vec![train.clone()]);
    let id = train.endpoints[0].id.clone();
    assert!(!panel(&page_of(&known, &id)).contains("Make it permanent"));
    train.endpoints[0].owner = Owner::Skyports;
    let ours = overview(vec![context("prod", ContextState::Live, vec![])], vec![train]);
    let told = seen(&format!("<main{}</main>", panel(&page_of(&ours, &id))));
    assert!(
        told.contains("ports: [6006, 8888]") && told.contains("sky launch -c train task.yaml"),
        "{told}"
    );
}
