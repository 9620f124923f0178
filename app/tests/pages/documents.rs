//! What people get: the documents of every page, in every state.

use crate::html::{self, env, links, seen, tags};
use crate::samples::{
    Shape, at, cluster, connecting, context, everything, finding, forbidden, many, no_clusters,
    overview, stale, unreachable,
};
use skyports_app::page::{self, LOGIN_SCRIPT, PageEnv, Theme};
use skyports_model::{
    Cluster, Code, ContextState, ExternalUrl, Filter, Mode, Overview, Query, Scheme, Step,
};

fn shown(overview: &std::sync::Arc<Overview>, text: &str, state: &str) -> String {
    let filter = Filter { state: state.to_owned(), ..Filter::text(text) };
    page::overview(overview, &filter.into(), &env())
}

#[expect(clippy::unwrap_used, reason = "the names are those of the samples")]
fn of<'a>(overview: &'a Overview, name: &str) -> &'a Cluster {
    overview.clusters.iter().find(|cluster| cluster.name == name).unwrap()
}

/// The table of one cluster whose only endpoint has that shape.
fn one(mode: Mode, shape: Shape) -> String {
    let clusters = vec![cluster("prod", "ml", "train", vec![(8888, mode, shape)])];
    let page =
        shown(&overview(vec![context("prod", ContextState::Live, vec![])], clusters), "", "");
    seen(&page).lines().filter(|line| line.contains("8888")).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_state_tells_what_can_be_done() {
    insta::assert_snapshot!(one(Mode::LoadBalancer, at("203.0.113.7", 8888)), @"Open | 8888 Ju JupyterLab | [http://203.0.113.7:8888/] (copy) | LoadBalancer | Public address | 2 h");
    insta::assert_snapshot!(one(Mode::LoadBalancer, at("[2001:db8::7]", 8888)), @"Open | 8888 Ju JupyterLab | [http://[2001:db8::7]:8888/] (copy) | LoadBalancer | Public address | 2 h");
    insta::assert_snapshot!(one(Mode::LoadBalancer, Shape::Address("10.0.0.7:8888")), @"Open | 8888 Ju JupyterLab | 10.0.0.7:8888 (copy) | LoadBalancer | Private network | 2 h");
    insta::assert_snapshot!(one(Mode::LoadBalancer, Shape::Pending(42)), @"Pending 0:42 | 8888 Ju JupyterLab | http://address:8888/ Waiting for an address. Evidence: event EnsuringLoadBalancer: Ensuring load balancer | LoadBalancer | – | –");
    insta::assert_snapshot!(one(Mode::Ingress, Shape::Pending(3_725)), @"Pending 1:02:05 | 8888 Ju JupyterLab | http://address/skypilot/ml-team/train-5f2a91cd/8888/ Waiting for an address. Evidence: event EnsuringLoadBalancer: Ensuring load balancer | Ingress | – | –");
    insta::assert_snapshot!(one(Mode::LoadBalancer, Shape::Old("https://lb.example.com:8443/")), @"Unknown | 8888 Ju JupyterLab | [https://lb.example.com:8443/] (copy) Open at 05:58 UTC. | LoadBalancer | Not known | 2 h");
    let nothing_assigns = finding(
        Code::NoLoadBalancerController,
        "Nothing assigns addresses in prod.",
        "Waiting will not help.",
        "Service ml/train: no event",
        vec![
            Step::advice("Install `MetalLB`"),
            Step::command("See its events", "kubectl describe service train"),
        ],
    );
    insta::assert_snapshot!(one(Mode::LoadBalancer, Shape::Attention(nothing_assigns)), @"Needs attention | 8888 Ju JupyterLab | No address Nothing assigns addresses in prod. Waiting will not help. What to do Install MetalLB See its events");
    let multi =
        finding(Code::MultiNodeRouting, "Requests are spread over 8 nodes.", "", "", vec![]);
    insta::assert_snapshot!(one(Mode::Ingress, Shape::Warned("http://10.0.0.1/a/8888/".to_owned(), multi)), @"Open | 8888 Ju JupyterLab | [http://10.0.0.1/a/8888/] (copy) Requests are spread over 8 nodes. | Ingress | Private network | 2 h");
}

#[test]
fn a_warning_that_several_ports_share_is_told_once() {
    let warned = |port: u16, evidence: &str| {
        let detail = "If the app runs on the head only, some of them fail.";
        let lead = "Requests are spread over 2 nodes.";
        let finding = finding(Code::MultiNodeRouting, lead, detail, evidence, vec![]);
        (port, Mode::LoadBalancer, Shape::Warned(format!("http://10.0.0.1:{port}/"), finding))
    };
    let table = |ports| {
        let clusters = vec![cluster("prod", "ml", "train", ports)];
        let contexts = vec![context("prod", ContextState::Live, vec![])];
        seen(&shown(&overview(contexts, clusters), "", ""))
    };
    let both = table(vec![warned(8888, "one Service"), warned(6006, "another Service")]);
    assert_eq!(both.matches("Requests are spread").count(), 1, "{both}");
    let group = both.lines().position(|line| line.contains("Requests are spread"));
    let first = both.lines().position(|line| line.contains("10.0.0.1"));
    assert!(group < first, "above the ports: {both}");
    let one = table(vec![warned(8888, "one Service")]);
    assert!(
        one.lines().any(|line| line.contains("10.0.0.1") && line.contains("Requests are spread")),
        "{one}"
    );
}

#[test]
fn a_row_is_a_row_of_a_real_table() {
    let page = shown(&everything(), "22 jupyter", "");
    let row = page.split("<tr").find(|row| row.contains("203.0.113.61:22")).unwrap();
    insta::assert_snapshot!(row.split("</tr>").next().unwrap(), @r#" class="row" role="row" data-endpoint="gke_acme-ml_us-central1_train/ml-team/jupyter-dev-5f2a91cd/22/loadbalancer"><td class="c-status" role="cell"><span class="status" data-state="open"><i class="icon i-open"></i>Open</span></td><th class="c-port" role="rowheader" scope="row"><a href="/c/gke_acme-ml_us-central1_train/ml-team/jupyter-dev-5f2a91cd/22?mode=loadbalancer" data-port-link=""><span class="port">22</span><span class="app"><span aria-hidden="true" class="tile none"><i class="icon small i-pod"></i></span><span class="truncate">Unknown app</span></span></a></th><td class="c-url" role="cell"><div class="url-line"><span class="url">203.0.113.61:22</span><button class="icon-btn" type="button" data-copy="" aria-label="Copy address for port 22 of jupyter-dev"><i class="icon i-copy"></i></button></div></td><td class="c-mode" role="cell" title="Service ml-team/jupyter-dev-5f2a91cd--skypilot-lb">LoadBalancer</td><td class="c-reach" role="cell"><span class="reach"><i class="icon i-globe"></i>Public address</span></td><td class="c-age" role="cell"><time datetime="2026-11-24T06:01:38Z" title="2026-11-24 06:01 UTC">22 s</time></td><td class="c-actions" role="cell"><div class="row-actions"><a class="icon-btn details" href="/c/gke_acme-ml_us-central1_train/ml-team/jupyter-dev-5f2a91cd/22?mode=loadbalancer" data-panel="" aria-label="Details of port 22 of jupyter-dev"><i class="icon i-details"></i></a><button class="icon-btn" type="button" data-copies="" popovertarget="copy-menu" aria-haspopup="menu" aria-label="More actions for port 22 of jupyter-dev"><i class="icon i-more"></i></button></div></td>"#);
}

#[test]
fn the_overview_groups_by_cluster_with_controllers_apart() {
    insta::assert_snapshot!(seen(&shown(&everything(), "", "")), @r"
    Endpoints 7 clusters in 3 contexts
    Filter by cluster, port, app, URL or owner/
    Mine
    Owner Any owner maya@acme.example
    Context All contexts gke_acme-ml_us-central1_train arn:aws:eks:eu-west-1:123456789012:cluster/serve lab-metal
    Mode Any mode LoadBalancer Ingress
    Group By cluster By context By owner
    Apply
    All 11Ready 0Open 7Pending 2Needs attention 2Failed 0Unknown 0
    Status | Port | URL | Mode | Reachable from | Open for | Actions
    jupyter-dev 1 node · L4:1 gke_acme-ml_us-central1_train / ml-team maya@acme.example Open port of jupyter-dev
    Open | 22 Unknown app | 203.0.113.61:22 (copy) | LoadBalancer | Public address | 22 s
    Open | 8080 Co code-server | [http://198.51.100.7/skypilot/ml-team/jupyter-dev-5f2a91cd/8080/] (copy) | Ingress | Public address | 2 h
    Pending 1:02:05 | 8888 Ju JupyterLab | http://address/skypilot/ml-team/jupyter-dev-5f2a91cd/8888/ Waiting for an address. Evidence: event EnsuringLoadBalancer: Ensuring load balancer | Ingress | – | –
    llama-train 8 nodes · H100:4 gke_acme-ml_us-central1_train / ml-team maya@acme.example Open port of llama-train
    Open | 6006 Tb TensorBoard | [http://198.51.100.7/skypilot/ml-team/llama-train-5f2a91cd/6006/] (copy) Requests are spread over 8 nodes. If the app runs on the head only, some of them fail. Run the app on every node, or keep to one node Why we say so Evidence: Service ml-team/llama-train-5f2a91cd--skypilot-lb: its selector matches the head and every worker | Ingress | Public address | 1 h
    Open | 8000 Ap API server | [http://203.0.113.24:8000/] (copy) | LoadBalancer | Public address | 2 h
    Pending 0:42 | 8265 Ra Ray dashboard | http://address:8265/ Waiting for an address. Evidence: event EnsuringLoadBalancer: Ensuring load balancer | LoadBalancer | – | –
    nb-scratch 1 node · L4:1 gke_acme-ml_us-central1_train / ml-team maya@acme.example Open port of nb-scratch
    No open ports Head pod 10.8.3.14 (copy)
    rlhf-sweep 1 node · L4:1 lab-metal / research maya@acme.example Open port of rlhf-sweep
    Needs attention | 7860 Gr Gradio | No address Nothing assigns addresses in lab-metal. Waiting will not help. What to do Install a controller of load balancers, MetalLB for one; with MetalLB installed, add an IPAddressPool Or open the port through an Ingress: set kubernetes.ports: ingress in SkyPilot’s config and launch again See its events
    kubectl describe service rlhf-sweep-5f2a91cd--skypilot-lb -n research (copy) Evidence: Service research/rlhf-sweep-5f2a91cd--skypilot-lb: no event, no condition, no finalizer, no loadBalancerClass | LoadBalancer | – | –
    sd-demo 1 node · L4:1 gke_acme-ml_us-central1_train / ml-team maya@acme.example Open port of sd-demo
    Needs attention | 7860 Gr Gradio | No address The Ingress sd-demo-5f2a91cd-skypilot-ingress has no path for this port. sky status --endpoints prints a URL for it all the same: it never looks at the Ingress. Launch the cluster again with this port, or open it again Why we say so Evidence: Service ml-team/sd-demo-5f2a91cd-skypilot-service--7860 exists; no Ingress has it for a backend | Ingress | – | –
    Open | 9100 Unknown app | [http://10.20.0.4:9100/] (copy) | LoadBalancer | Private network | 2 h
    serve-qwen 1 node · L4:1 arn:aws:eks:eu-west-1:123456789012:cluster/serve / default maya@acme.example Open port of serve-qwen
    Open | 8000 Ap API server | [http://internal-a3f1c9e04b7d4f7e8b2c-1187.eu-west-1.elb.amazonaws.com:8000/] (copy) | LoadBalancer | Private network | 2 h
    SkyPilot controllers
    Status | Port | URL | Mode | Reachable from | Open for | Actions
    sky-serve-controller-1a2b 1 node · L4:1 gke_acme-ml_us-central1_train / ml-team maya@acme.example SkyServe Open port of sky-serve-controller-1a2b
    Open | 30001 Unknown app | [http://203.0.113.99:30001/] (copy) | LoadBalancer | Public address | 8 h
    ");
}

#[test]
fn the_page_of_a_cluster_tells_its_facts() {
    let everything = everything();
    let id = &of(&everything, "llama-train").id;
    let page = page::cluster(&everything, id, &env());
    insta::assert_snapshot!(seen(&page), @r"
    llama-train 7 of 8 pods running · up for 3 h Open port of llama-train
    Accelerators | 8 × H100:4
    CPU a node | 4
    Memory a node | 16Gi
    Owner | maya@acme.example
    Workspace | default
    Namespace | ml-team
    Context | gke_acme-ml_us-central1_train
    Name on Kubernetes | llama-train-5f2a91cd (copy)
    Head pod’s address | 10.8.3.14 (copy)
    Open ports
    Status | Port | URL | Mode | Reachable from | Open for | Actions
    Open | 6006 Tb TensorBoard | [http://198.51.100.7/skypilot/ml-team/llama-train-5f2a91cd/6006/] (copy) Requests are spread over 8 nodes. If the app runs on the head only, some of them fail. Run the app on every node, or keep to one node Why we say so Evidence: Service ml-team/llama-train-5f2a91cd--skypilot-lb: its selector matches the head and every worker | Ingress | Public address | 1 h
    Open | 8000 Ap API server | [http://203.0.113.24:8000/] (copy) | LoadBalancer | Public address | 2 h
    Pending 0:42 | 8265 Ra Ray dashboard | http://address:8265/ Waiting for an address. Evidence: event EnsuringLoadBalancer: Ensuring load balancer | LoadBalancer | – | –
    Same in a terminal
    sky status --endpoints llama-train
    skyports list llama-train
    kubectl --context gke_acme-ml_us-central1_train -n ml-team get ingress/llama-train-5f2a91cd-skypilot-ingress service/llama-train-5f2a91cd--skypilot-lb (copy)
    ");
}

#[test]
fn a_cluster_without_ports_shows_its_heads_address() {
    let everything = everything();
    let page = page::cluster(&everything, &of(&everything, "nb-scratch").id, &env());
    insta::assert_snapshot!(seen(&page), @r"
    nb-scratch 1 of 1 pods running · up for 3 h Open port of nb-scratch
    Accelerators | 1 × L4:1
    CPU a node | 4
    Memory a node | 16Gi
    Owner | maya@acme.example
    Workspace | default
    Namespace | ml-team
    Context | gke_acme-ml_us-central1_train
    Name on Kubernetes | nb-scratch-5f2a91cd (copy)
    Head pod’s address | 10.8.3.14 (copy)
    Open ports
    Status | Port | URL | Mode | Reachable from | Open for | Actions
    No open ports Head pod 10.8.3.14 (copy) No open ports on nb-scratch Start an app, then open its port. Usual ones: 8888 Jupyter 6006 TensorBoard 7860 Gradio 8501 Streamlit 8000 API server
    sky launch -c nb-scratch --ports 8888 task.yaml (copy) The head pod is at 10.8.3.14 (copy)
    Same in a terminal
    sky status --endpoints nb-scratch
    skyports list nb-scratch (copy)
    ");
}

#[test]
fn a_cluster_that_is_gone_is_said_to_be() {
    let everything = everything();
    let page = page::cluster(&no_clusters(), &of(&everything, "nb-scratch").id, &env());
    insta::assert_snapshot!(seen(&page), @"No cluster “nb-scratch-5f2a91cd” in ml-team It was probably removed with sky down; its ports went with it. All endpoints");
}

#[test]
fn the_contexts_page_has_a_card_each() {
    insta::assert_snapshot!(seen(&page::contexts(&stale(), &env())), @r"
    Contexts What skyports sees of each cluster, and what is missing
    gke_acme-ml_us-central1_train (copy) Everything shown of it is current All namespaces are shown Live
    arn:aws:eks:eu-west-1:123456789012:cluster/serve (copy) No answer since 05:58 UTC All namespaces are shown Stale No answer from arn:aws:eks:eu-west-1:123456789012:cluster/serve since 05:58 UTC. Its endpoints are shown as they were then; they may still work. What to do Ask it yourself
    kubectl --context arn:aws:eks:eu-west-1:123456789012:cluster/serve get --raw /readyz (copy) Evidence: GET https://3F1C9E04.gr7.eu-west-1.eks.amazonaws.com/api/v1/services?watch=1: i/o timeout
    lab-metal (copy) Everything shown of it is current All namespaces are shown Live
    ");
}

#[test]
fn what_is_empty_says_why() {
    let said = |overview, text, state| {
        let page = seen(&shown(&overview, text, state));
        page.split_once("Unknown").unwrap().1.to_owned()
    };
    insta::assert_snapshot!(said(no_clusters(), "", ""), @r"
     0
    No SkyPilot clusters yet skyports looks for pods with the label skypilot-cluster-name in 2 contexts and found none. Launch a cluster and it appears here by itself.
    sky launch -c my-cluster --infra k8s --ports 8888 task.yaml (copy)
    ");
    insta::assert_snapshot!(said(connecting(), "", ""), @r"
     0
    Connecting No context has answered yet. Clusters appear here as soon as one does; without JavaScript, when you reload this page.
    ");
    insta::assert_snapshot!(said(everything(), "tensorbord", ""), @r"
     0
    Nothing matches “tensorbord” 11 endpoints are hidden by this filter. Clear filters
    ");
    insta::assert_snapshot!(said(everything(), "", "unknown"), @r"
     0
    Nothing is in that state 11 endpoints are hidden by this filter. Clear filters
    ");
    insta::assert_snapshot!(said(overview(vec![], vec![]), "", ""), @r"
     0
    No contexts The kubeconfig names no context to look at.
    kubectl config get-contexts (copy)
    ");
}

#[test]
fn what_is_missing_stands_above_with_what_to_copy() {
    insta::assert_snapshot!(seen(&shown(&forbidden(), "", "")), @r#"
    Endpoints 0 clusters in 1 context skyports may not list pods and services in gke_acme-ml_us-central1_train. It needs list and watch on pods, services in all namespaces. No cluster is shown. What to do Grant it
    apiVersion: rbac.authorization.k8s.io/v1
    kind: ClusterRole
    metadata:
    name: skyports-viewer
    rules:
    - apiGroups: [""]
    resources: [pods, services]
    verbs: [list, watch] (copy) Evidence: pods is forbidden: User "maya" cannot list resource "pods" in API group "" at the cluster scope
    Filter by cluster, port, app, URL or owner/
    Mine
    Owner Any owner
    Context All contexts gke_acme-ml_us-central1_train
    Mode Any mode
    Group By cluster By context By owner
    Apply
    All 0Ready 0Open 0Pending 0Needs attention 0Failed 0Unknown 0
    skyports may not list clusters The notes above say which right is missing, and hold the role to grant it.
    "#);
    insta::assert_snapshot!(seen(&shown(&unreachable(), "", "")), @r"
    Endpoints 0 clusters in 2 contexts No answer from lab-metal. Nothing is known of its clusters. What to do Ask it yourself
    kubectl --context lab-metal get --raw /readyz (copy) Evidence: dial tcp 192.0.2.40:6443: connection refused The kubeconfig’s entry for old cannot be used: no cluster old What to do See the contexts
    kubectl config get-contexts (copy)
    Filter by cluster, port, app, URL or owner/
    Mine
    Owner Any owner
    Context All contexts lab-metal old
    Mode Any mode
    Group By cluster By context By owner
    Apply
    All 0Ready 0Open 0Pending 0Needs attention 0Failed 0Unknown 0
    No context answers Nothing is known of their clusters. skyports keeps trying; the notes above say what failed.
    ");
}

#[test]
fn a_silent_context_has_a_banner_and_old_rows() {
    let page = shown(&stale(), "serve", "");
    insta::assert_snapshot!(seen(&page), @r"
    Endpoints 7 clusters in 3 contexts No answer from arn:aws:eks:eu-west-1:123456789012:cluster/serve since 05:58 UTC. Its endpoints are shown as they were then; they may still work. What to do Ask it yourself
    kubectl --context arn:aws:eks:eu-west-1:123456789012:cluster/serve get --raw /readyz (copy) Evidence: GET https://3F1C9E04.gr7.eu-west-1.eks.amazonaws.com/api/v1/services?watch=1: i/o timeout
    Filter by cluster, port, app, URL or owner/
    Mine
    Owner Any owner maya@acme.example
    Context All contexts gke_acme-ml_us-central1_train arn:aws:eks:eu-west-1:123456789012:cluster/serve lab-metal
    Mode Any mode LoadBalancer Ingress
    Group By cluster By context By owner
    Apply
    All 4Ready 0Open 3Pending 0Needs attention 0Failed 0Unknown 1
    Status | Port | URL | Mode | Reachable from | Open for | Actions
    jupyter-dev 1 node · L4:1 gke_acme-ml_us-central1_train / ml-team maya@acme.example Open port of jupyter-dev
    Open | 8080 Co code-server | [http://198.51.100.7/skypilot/ml-team/jupyter-dev-5f2a91cd/8080/] (copy) | Ingress | Public address | 2 h
    llama-train 8 nodes · H100:4 gke_acme-ml_us-central1_train / ml-team maya@acme.example Open port of llama-train
    Open | 8000 Ap API server | [http://203.0.113.24:8000/] (copy) | LoadBalancer | Public address | 2 h
    serve-qwen 1 node · L4:1 arn:aws:eks:eu-west-1:123456789012:cluster/serve / default maya@acme.example As of 05:58 UTC
    Unknown | 8000 Ap API server | [http://internal-a3f1c9e04b7d4f7e8b2c-1187.eu-west-1.elb.amazonaws.com:8000/] (copy) Open at 05:58 UTC. | LoadBalancer | Private network | 2 h
    SkyPilot controllers
    Status | Port | URL | Mode | Reachable from | Open for | Actions
    sky-serve-controller-1a2b 1 node · L4:1 gke_acme-ml_us-central1_train / ml-team maya@acme.example SkyServe Open port of sky-serve-controller-1a2b
    Open | 30001 Unknown app | [http://203.0.113.99:30001/] (copy) | LoadBalancer | Public address | 8 h
    ");
    assert_eq!(page.matches("stale-rows").count(), 1);
}

#[test]
fn the_filter_works_without_a_script() {
    let page = shown(&everything(), "jupyter 80", "open");
    let ports = tags(&page).iter().filter(|tag| tag.attribute("data-port-link").is_some()).count();
    assert_eq!(ports, 1);
    assert!(page.contains("value=\"jupyter 80\""));
    assert!(page.contains("name=\"state\""));
    // The tabs keep the words.
    assert!(links(&page).contains(&"/?q=jupyter+80&state=pending".to_owned()));
    assert!(page.contains("<form") && page.contains("method=\"get\""));
}

#[test]
fn a_document_has_one_script_that_runs_and_one_sheet_of_its_own() {
    let assets = env().assets.unwrap();
    for (name, page) in html::all_pages() {
        let scripts: Vec<_> = page.split("<script type=\"module\">").skip(1).collect();
        assert_eq!(scripts.len(), 1, "{name}");
        let text = scripts[0].split("</script>").next().unwrap();
        let expected = if name.starts_with("login") {
            LOGIN_SCRIPT.to_owned()
        } else {
            page::boot_script(&assets)
        };
        assert_eq!(text, expected, "{name}");
        assert!(!text.contains('<'), "{name}");
        let sheets: Vec<_> = page.split("<style").skip(1).collect();
        assert_eq!(sheets.len(), 1, "{name}");
        assert!(sheets[0].starts_with(&format!(">{}</style>", assets.first)), "{name}");
        assert!(!page.contains(" style="), "{name}");
        assert!(
            tags(&page).iter().all(|tag| !tag.shape().contains(" on")),
            "{name}: an inline handler"
        );
    }
}

#[test]
fn without_assets_nothing_is_loaded() {
    let env = PageEnv { assets: None, ..env() };
    let page = page::overview(&everything(), &Query::default(), &env);
    assert!(!page.contains("<script") && !page.contains("stylesheet"));
    assert!(page.contains("http://203.0.113.24:8000/"));
}

#[test]
fn links_out_open_a_window_that_knows_nothing_of_us() {
    for (name, page) in html::all_pages() {
        for tag in tags(&page) {
            let Some(href) = tag.attribute("href") else { continue };
            if href.starts_with("http") {
                assert!(ExternalUrl::parse(href).is_ok(), "{name}: {href}");
                assert_eq!(tag.name, "a", "{name}");
                assert_eq!(tag.attribute("rel"), Some("noopener noreferrer"), "{name}: {href}");
                assert_eq!(tag.attribute("target"), Some("_blank"), "{name}: {href}");
            } else {
                // An empty one is the page itself.
                let own = href.is_empty()
                    || href.starts_with('#')
                    || (href.starts_with('/') && !href.starts_with("//"));
                assert!(
                    own || (tag.name == "link" && href.starts_with("data:image/svg+xml,")),
                    "{name}: {href}"
                );
            }
        }
    }
}

#[test]
fn buttons_and_inputs_have_names() {
    for (name, page) in html::all_pages() {
        let labels: Vec<_> =
            tags(&page).iter().filter_map(|tag| tag.attribute("for").map(str::to_owned)).collect();
        for tag in tags(&page) {
            let labelled =
                tag.attribute("id").is_some_and(|id| labels.iter().any(|label| label == id));
            match tag.name.as_str() {
                "button" if tag.attribute("type") == Some("button") => {
                    // Its words are its name.
                    let is_told = tag.attribute("data-mine").is_some()
                        || tag.attribute("data-check").is_some()
                        || tag.attribute("data-copy") == Some("page");
                    assert!(is_told || tag.attribute("aria-label").is_some(), "{name}");
                }
                "select" => assert!(labelled, "{name}"),
                "input" if tag.attribute("aria-label").is_some() => {}
                "input" => assert!(labelled || tag.attribute("type") == Some("hidden"), "{name}"),
                _ => {}
            }
        }
    }
    let page = shown(&everything(), "", "");
    assert!(page.contains("aria-label=\"Copy URL for port 8000 of llama-train\""));
    assert!(page.contains("aria-label=\"Copy address for port 22 of jupyter-dev\""));
}

#[test]
fn the_theme_of_the_cookie_is_in_the_document() {
    let themed =
        |theme| page::overview(&no_clusters(), &Query::default(), &PageEnv { theme, ..env() });
    assert!(themed(Theme::Dark).contains("<html lang=\"en\" data-theme=\"dark\">"));
    assert!(themed(Theme::System).contains("<html lang=\"en\">"));
    assert_eq!(Theme::parse("dark"), Theme::Dark);
    assert_eq!(Theme::parse("\"><script>"), Theme::System);
}

#[test]
fn a_login_that_failed_says_so() {
    insta::assert_snapshot!(seen(&page::login(&env(), true)), @r"
    skyports
    Log in Open the address that skyports printed in the terminal; it holds the code. Or type the code here.
    Code from the terminal That code is not the one of this run. It changes each time skyports starts.
    Log in
    ");
    assert!(!page::login(&env(), false).contains("aria-invalid"));
}

#[test]
fn an_error_tells_what_to_do_next() {
    let next = [Step::command("See what there is", "skyports list")];
    let page =
        page::error(&env(), 404, "No cluster “x” in ml", "It was removed with `sky down`.", &next);
    insta::assert_snapshot!(seen(&page), @r"
    skyports
    No cluster “x” in ml It was removed with sky down. See what there is
    skyports list (copy) All endpoints
    ");
}

#[test]
fn three_hundred_endpoints_are_a_small_document() {
    let page = shown(&many(100), "", "");
    let parameters = brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
    let mut small = vec![];
    brotli::BrotliCompress(&mut page.as_bytes(), &mut small, &parameters).unwrap();
    assert!(small.len() <= 25_000, "{} bytes of {}", small.len(), page.len());
}

#[test]
fn odd_ports_and_schemes_are_shown_as_they_are_opened() {
    let shape = Shape::Open(vec![
        "https://lb.example.com/".to_owned(),
        "http://lb.example.com:8080/".to_owned(),
    ]);
    insta::assert_snapshot!(one(Mode::Gateway, shape), @"Open | 8888 Ju JupyterLab | [https://lb.example.com/] (copy) [http://lb.example.com:8080/] (copy) | Gateway | Not known | 2 h");
    assert_eq!(Scheme::Https.default_port(), 443);
}

#[test]
fn what_is_pending_is_no_link_even_where_its_address_is_known() {
    let everything = everything();
    let link = "href=\"http://203.0.113.24:8000/\"";
    assert!(page::overview(&everything, &Query::default(), &env()).contains(link));
    let pending = of(&everything, "llama-train").endpoints.iter().find(|e| e.urls.is_empty());
    let state = pending.unwrap().state.clone();
    let mut waits = Overview::clone(&everything);
    for endpoint in waits.clusters.iter_mut().flat_map(|cluster| &mut cluster.endpoints) {
        endpoint.state = state.clone();
    }
    let id = of(&everything, "llama-train").endpoints.iter().find(|e| e.port().number() == 8000);
    let (waits, id) = (std::sync::Arc::new(waits), id.unwrap().id.clone());
    let panel = page::endpoint(&waits, &id, &Query::default(), &env());
    assert!(panel.contains("203.0.113.24") && !panel.contains(link), "{panel}");
}
