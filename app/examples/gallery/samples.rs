//! Overviews in every state, for the gallery and for this crate's tests.

use std::sync::Arc;

use skyports_model::{
    AppGuess, Cluster, ClusterId, ClusterKind, Code, Confidence, ContextName, ContextState,
    ContextStatus, Endpoint, EndpointId, EndpointState, ExternalUrl, Finding, FutureUrl, Host,
    Mode, NameOnCloud, Namespace, ObjectKind, ObjectRef, Overview, Owner, Port, Resources, Route,
    Scheme, Step, Timestamp,
};

/// The moment of every sample: 2026-11-24 06:02 UTC.
pub(crate) const NOW: Timestamp = Timestamp(1_795_500_120);

const GKE: &str = "gke_acme-ml_us-central1_train";
const EKS: &str = "arn:aws:eks:eu-west-1:123456789012:cluster/serve";
const LAB: &str = "lab-metal";

pub(crate) fn ago(seconds: i64) -> Timestamp {
    NOW.plus(-seconds)
}

pub(crate) fn context_name(name: &str) -> ContextName {
    ContextName::parse(name).unwrap()
}

pub(crate) fn context(name: &str, state: ContextState, findings: Vec<Finding>) -> ContextStatus {
    ContextStatus { name: context_name(name), state, findings, namespace: None }
}

pub(crate) fn cluster(
    context: &str,
    namespace: &str,
    name: &str,
    endpoints: Vec<(u16, Mode, Shape)>,
) -> Cluster {
    let id = ClusterId {
        context: context_name(context),
        namespace: Namespace::parse(namespace).unwrap(),
        name: NameOnCloud::parse(&format!("{name}-5f2a91cd")).unwrap(),
    };
    let endpoints =
        endpoints.into_iter().map(|(port, mode, shape)| endpoint(&id, port, mode, shape)).collect();
    Cluster {
        id,
        name: name.to_owned(),
        user: Some("maya@acme.example".to_owned()),
        workspace: Some("default".to_owned()),
        kind: ClusterKind::Cluster,
        nodes: 1,
        ready_nodes: 1,
        resources: Resources {
            cpu: Some("4".to_owned()),
            memory: Some("16Gi".to_owned()),
            accelerator: Some("L4".to_owned()),
            accelerator_count: 1,
        },
        created: Some(ago(11_520)),
        head_address: Host::parse("10.8.3.14").ok(),
        endpoints,
        findings: vec![],
    }
}

/// What an endpoint of a sample looks like.
pub(crate) enum Shape {
    /// Open at these URLs.
    Open(Vec<String>),
    /// Open, not HTTP.
    Address(&'static str),
    /// Waiting for so long.
    Pending(i64),
    /// Waiting will not help.
    Attention(Finding),
    /// Its context is silent.
    Old(&'static str),
    /// Open, with something to know.
    Warned(String, Finding),
}

/// `http://HOST:PORT/`.
pub(crate) fn at(host: &str, port: u16) -> Shape {
    Shape::Open(vec![format!("http://{host}:{port}/")])
}

pub(crate) fn endpoint(cluster: &ClusterId, number: u16, mode: Mode, shape: Shape) -> Endpoint {
    let port = Port::new(i64::from(number)).unwrap();
    let parse = |url: &String| ExternalUrl::parse(url).unwrap();
    let mut urls = vec![];
    let mut addresses = vec![];
    let mut warnings = vec![];
    let mut future = None;
    let state = match shape {
        Shape::Open(texts) => {
            urls = texts.iter().map(parse).collect();
            addresses = urls.iter().map(ExternalUrl::authority).collect();
            EndpointState::Open
        }
        Shape::Address(address) => {
            addresses.push(address.to_owned());
            EndpointState::Open
        }
        Shape::Pending(seconds) => {
            let path = if mode == Mode::Ingress {
                format!("/skypilot/ml-team/{}/{number}/", cluster.name)
            } else {
                "/".to_owned()
            };
            future = Some(FutureUrl {
                scheme: Scheme::Http,
                port: (mode != Mode::Ingress).then_some(port),
                path,
            });
            let evidence = "event EnsuringLoadBalancer: Ensuring load balancer";
            EndpointState::Pending {
                since: ago(seconds),
                reason: finding(
                    Code::WaitingForAddress,
                    "Waiting for an address.",
                    "",
                    evidence,
                    vec![],
                ),
            }
        }
        Shape::Attention(reason) => EndpointState::Attention { reason },
        Shape::Old(url) => {
            urls.push(ExternalUrl::parse(url).unwrap());
            let reason = finding(Code::Stale, "Open at 05:58 UTC.", "", "", vec![]);
            EndpointState::Unknown { reason }
        }
        Shape::Warned(url, reason) => {
            urls.push(parse(&url));
            warnings.push(reason);
            EndpointState::Open
        }
    };
    let (kind, name) = match mode {
        Mode::Ingress => (ObjectKind::Ingress, format!("{}-skypilot-ingress", cluster.name)),
        Mode::PodIp => (ObjectKind::Pod, format!("{}-head", cluster.name)),
        _ => (ObjectKind::Service, format!("{}--skypilot-lb", cluster.name)),
    };
    Endpoint {
        id: EndpointId { cluster: cluster.clone(), port, mode },
        state,
        urls,
        addresses,
        future,
        owner: Owner::SkyPilot,
        object: ObjectRef { kind, namespace: cluster.namespace.clone(), name },
        route: if mode == Mode::Ingress { Route::Stripped } else { Route::Root },
        opened: Some(ago(i64::from(number))),
        warnings,
        app: app(number),
    }
}

fn app(port: u16) -> Option<AppGuess> {
    let (id, name, tile) = match port {
        6006 => ("tensorboard", "TensorBoard", "Tb"),
        7860 => ("gradio", "Gradio", "Gr"),
        8000 => ("api", "API server", "Ap"),
        8080 => ("code-server", "code-server", "Co"),
        8265 => ("ray", "Ray dashboard", "Ra"),
        8888 => ("jupyter", "JupyterLab", "Ju"),
        _ => return None,
    };
    Some(AppGuess {
        id: id.to_owned(),
        name: name.to_owned(),
        tile: tile.to_owned(),
        confidence: Confidence::Guess,
    })
}

/// The apps that a reader may name.
pub(crate) fn apps() -> Vec<AppGuess> {
    [6006, 7860, 8888].into_iter().filter_map(app).collect()
}

/// A finding; empty evidence is none.
pub(crate) fn finding(
    code: Code,
    lead: &str,
    detail: &str,
    evidence: &str,
    steps: Vec<Step>,
) -> Finding {
    let evidence = (!evidence.is_empty()).then(|| evidence.to_owned());
    Finding { code, lead: lead.to_owned(), detail: detail.to_owned(), evidence, steps }
}

pub(crate) fn overview(contexts: Vec<ContextStatus>, clusters: Vec<Cluster>) -> Arc<Overview> {
    let mut overview = Overview { as_of: NOW, revision: 17, contexts, clusters };
    overview.sort();
    Arc::new(overview)
}

/// Three contexts with a bit of everything.
#[expect(clippy::too_many_lines, reason = "data, not a program")]
pub(crate) fn everything() -> Arc<Overview> {
    let path = |cluster: &str, port: u16| {
        format!("http://198.51.100.7/skypilot/ml-team/{cluster}-5f2a91cd/{port}/")
    };
    let multi = finding(
        Code::MultiNodeRouting,
        "Requests are spread over 8 nodes.",
        "If the app runs on the head only, some of them fail.",
        "Service ml-team/llama-train-5f2a91cd--skypilot-lb: its selector matches the head and every worker",
        vec![Step::advice("Run the app on every node, or keep to one node")],
    );
    let mut llama = cluster(
        GKE,
        "ml-team",
        "llama-train",
        vec![
            (6006, Mode::Ingress, Shape::Warned(path("llama-train", 6006), multi)),
            (8000, Mode::LoadBalancer, at("203.0.113.24", 8000)),
            (8265, Mode::LoadBalancer, Shape::Pending(42)),
        ],
    );
    llama.nodes = 8;
    llama.ready_nodes = 7;
    llama.resources.accelerator = Some("H100".to_owned());
    llama.resources.accelerator_count = 4;
    let jupyter = cluster(
        GKE,
        "ml-team",
        "jupyter-dev",
        vec![
            (22, Mode::LoadBalancer, Shape::Address("203.0.113.61:22")),
            (8080, Mode::Ingress, Shape::Open(vec![path("jupyter-dev", 8080)])),
            (8888, Mode::Ingress, Shape::Pending(3_725)),
        ],
    );
    let lab = cluster(
        LAB,
        "research",
        "rlhf-sweep",
        vec![(
            7860,
            Mode::LoadBalancer,
            Shape::Attention(finding(
                Code::NoLoadBalancerController,
                "Nothing assigns addresses in lab-metal.",
                "Waiting will not help.",
                "Service research/rlhf-sweep-5f2a91cd--skypilot-lb: no event, no condition, no finalizer, no loadBalancerClass",
                vec![
                    Step::advice(
                        "Install a controller of load balancers, MetalLB for one; with MetalLB installed, add an IPAddressPool",
                    ),
                    Step::advice(
                        "Or open the port through an Ingress: set `kubernetes.ports: ingress` in SkyPilot’s config and launch again",
                    ),
                    Step::command(
                        "See its events",
                        "kubectl describe service rlhf-sweep-5f2a91cd--skypilot-lb -n research",
                    ),
                ],
            )),
        )],
    );
    let missing = cluster(
        GKE,
        "ml-team",
        "sd-demo",
        vec![
            (
                7860,
                Mode::Ingress,
                Shape::Attention(finding(
                    Code::IngressPathMissing,
                    "The Ingress sd-demo-5f2a91cd-skypilot-ingress has no path for this port.",
                    "`sky status --endpoints` prints a URL for it all the same: it never looks at the Ingress.",
                    "Service ml-team/sd-demo-5f2a91cd-skypilot-service--7860 exists; no Ingress has it for a backend",
                    vec![Step::advice("Launch the cluster again with this port, or open it again")],
                )),
            ),
            (9100, Mode::LoadBalancer, at("10.20.0.4", 9100)),
        ],
    );
    let serve = cluster(
        EKS,
        "default",
        "serve-qwen",
        vec![(
            8000,
            Mode::LoadBalancer,
            Shape::Open(vec![
                "http://internal-a3f1c9e04b7d4f7e8b2c-1187.eu-west-1.elb.amazonaws.com:8000/"
                    .to_owned(),
            ]),
        )],
    );
    let scratch = cluster(GKE, "ml-team", "nb-scratch", vec![]);
    let mut controller = cluster(
        GKE,
        "ml-team",
        "sky-serve-controller-1a2b",
        vec![(30_001, Mode::LoadBalancer, at("203.0.113.99", 30_001))],
    );
    controller.kind = ClusterKind::ServeController;
    let live = |name| context(name, ContextState::Live, vec![]);
    overview(
        vec![live(GKE), live(EKS), live(LAB)],
        vec![llama, jupyter, lab, missing, serve, scratch, controller],
    )
}

/// One of two contexts has fallen silent.
pub(crate) fn stale() -> Arc<Overview> {
    let since = ago(200);
    let reason = finding(
        Code::Stale,
        &format!("No answer from {EKS} since 05:58 UTC."),
        "Its endpoints are shown as they were then; they may still work.",
        "GET https://3F1C9E04.gr7.eu-west-1.eks.amazonaws.com/api/v1/services?watch=1: i/o timeout",
        vec![Step::command(
            "Ask it yourself",
            format!("kubectl --context {EKS} get --raw /readyz"),
        )],
    );
    let serve = cluster(
        EKS,
        "default",
        "serve-qwen",
        vec![(
            8000,
            Mode::LoadBalancer,
            Shape::Old(
                "http://internal-a3f1c9e04b7d4f7e8b2c-1187.eu-west-1.elb.amazonaws.com:8000/",
            ),
        )],
    );
    let mut all = Overview::clone(&everything());
    all.contexts = vec![
        context(GKE, ContextState::Live, vec![]),
        context(EKS, ContextState::Stale { since }, vec![reason]),
        context(LAB, ContextState::Live, vec![]),
    ];
    all.clusters.retain(|cluster| cluster.name != "serve-qwen");
    all.clusters.push(serve);
    all.sort();
    Arc::new(all)
}

pub(crate) fn no_clusters() -> Arc<Overview> {
    overview(
        vec![context(GKE, ContextState::Live, vec![]), context(LAB, ContextState::Live, vec![])],
        vec![],
    )
}

pub(crate) fn connecting() -> Arc<Overview> {
    overview(vec![context(GKE, ContextState::Connecting, vec![])], vec![])
}

pub(crate) fn forbidden() -> Arc<Overview> {
    let role = "apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: skyports-viewer
rules:
\
                - apiGroups: [\"\"]
  resources: [pods, services]
  verbs: [list, watch]
";
    let reason = finding(
        Code::Forbidden,
        &format!("skyports may not list pods and services in {GKE}."),
        "It needs list and watch on pods, services in all namespaces. No cluster is shown.",
        "pods is forbidden: User \"maya\" cannot list resource \"pods\" in API group \"\" at the cluster scope",
        vec![Step::command("Grant it", role)],
    );
    overview(vec![context(GKE, ContextState::Forbidden, vec![reason])], vec![])
}

pub(crate) fn unreachable() -> Arc<Overview> {
    let reason = finding(
        Code::Unreachable,
        "No answer from lab-metal.",
        "Nothing is known of its clusters.",
        "dial tcp 192.0.2.40:6443: connection refused",
        vec![Step::command("Ask it yourself", "kubectl --context lab-metal get --raw /readyz")],
    );
    let invalid = finding(
        Code::ContextInvalid,
        "The kubeconfig’s entry for old cannot be used:",
        "no cluster `old`",
        "",
        vec![Step::command("See the contexts", "kubectl config get-contexts")],
    );
    overview(
        vec![
            context(LAB, ContextState::Unreachable, vec![reason]),
            context("old", ContextState::Unreachable, vec![invalid]),
        ],
        vec![],
    )
}

/// `clusters` clusters with three endpoints each, for budgets.
pub(crate) fn many(clusters: u16) -> Arc<Overview> {
    let made = (0..clusters).map(|number| {
        let host = format!("203.0.{}.{}", number / 250, number % 250 + 1);
        let mode = if number % 3 == 0 { Mode::Ingress } else { Mode::LoadBalancer };
        let name = format!("train-{number}");
        let shape = |port: u16| match (mode, number % 10) {
            (_, 7) => Shape::Pending(i64::from(number)),
            (Mode::Ingress, _) => Shape::Open(vec![format!(
                "http://198.51.100.7/skypilot/ml-team/{name}-5f2a91cd/{port}/"
            )]),
            _ => at(&host, port),
        };
        cluster(
            GKE,
            "ml-team",
            &name,
            [6006, 8080, 8888].map(|port| (port, mode, shape(port))).into(),
        )
    });
    overview(vec![context(GKE, ContextState::Live, vec![])], made.collect())
}
