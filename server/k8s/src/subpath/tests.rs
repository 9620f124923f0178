//! The ways out of each verdict, with everything filled in.

use skyports_model::verdict::{Exchange, Verdict};
use skyports_model::{
    Cluster, ClusterId, ClusterKind, ContextName, Endpoint, EndpointId, EndpointState, ExternalUrl,
    Mode, NameOnCloud, Namespace, ObjectKind, ObjectRef, Owner, Port, Resources, Route, Timestamp,
    VerdictKind,
};

use super::seen;
use crate::apps::{self, Profile};

fn world(context: &str, port: i64, route: Route, owner: Owner) -> Cluster {
    let id = ClusterId {
        context: ContextName::parse(context).unwrap(),
        namespace: Namespace::parse("ml").unwrap(),
        name: NameOnCloud::parse("train-2ea4").unwrap(),
    };
    let url = ExternalUrl::parse(&format!("http://lb.example/skypilot/ml/train-2ea4/{port}/"));
    let object = ObjectRef {
        kind: ObjectKind::Ingress,
        namespace: id.namespace.clone(),
        name: "train-2ea4-skypilot-ingress".to_owned(),
    };
    let port = Port::new(port).unwrap();
    let endpoint = Endpoint {
        id: EndpointId { cluster: id.clone(), port, mode: Mode::Ingress },
        state: EndpointState::Open,
        urls: vec![url.unwrap()],
        addresses: vec![],
        future: None,
        owner,
        object,
        route,
        opened: None,
        warnings: vec![],
        app: None,
    };
    Cluster {
        id,
        name: "train".to_owned(),
        user: None,
        workspace: None,
        kind: ClusterKind::Cluster,
        nodes: 1,
        ready_nodes: 1,
        resources: Resources::default(),
        created: None,
        head_address: None,
        endpoints: vec![endpoint],
        findings: vec![],
    }
}

/// What is told: code, claim, then a line a step.
fn told(cluster: &Cluster, app: Option<&str>, kind: VerdictKind) -> String {
    let exchange = Exchange::fine("GET /x/", "302 Found").fault("leaves");
    let app = app.and_then(apps::of_id).map(Profile::seen);
    let exchanges = vec![exchange];
    let verdict = Verdict { at: Timestamp(0), kind, app, exchanges, requests: 1, millis: 1 };
    let Some(finding) = seen(cluster, &cluster.endpoints[0], &verdict) else {
        return "nothing".to_owned();
    };
    assert_eq!(finding.evidence.as_deref(), Some("GET /x/: 302 Found, leaves"));
    let steps = finding.steps.iter().map(|step| {
        let button = step.form.as_ref().map_or("", |form| &form.label);
        format!("\n[{button}] {}: {}", step.title, step.command.as_deref().unwrap_or_default())
    });
    format!("{} {}{}", finding.code, finding.lead, steps.collect::<Vec<_>>().concat())
}

#[test]
fn jupyter_is_switched_or_its_path_is_kept() {
    let cluster = world("prod", 8888, Route::Stripped, Owner::SkyPilot);
    insta::assert_snapshot!(told(&cluster, Some("jupyter"), VerdictKind::NeedsKeptRoute), @r#"
    subpath_breaks_app JupyterLab cannot run under this path.
    [Switch to LoadBalancer] Give it an address of its own: switch this port to LoadBalancer: skyports open ml/train-2ea4 8888 --mode loadbalancer --switch
    [Add the route] Or keep the path: add a route that leaves it as it is, then start JupyterLab with: jupyter lab --ip=0.0.0.0 --ServerApp.base_url=/skypilot/ml/train-2ea4/8888/
    [] Bring it to http://localhost:8888/ on your machine: kubectl --context prod -n ml port-forward pod/train-2ea4-head 8888:8888
    [] The same through SSH: ssh -L 8888:localhost:8888 train
    "#);
}

#[test]
fn an_app_that_was_told_its_path_in_vain_needs_no_setting() {
    let cluster = world("kind-skypilot", 6006, Route::Stripped, Owner::SkyPilot);
    insta::assert_snapshot!(told(&cluster, Some("tensorboard"), VerdictKind::NeedsKeptRoute), @r#"
    subpath_breaks_app TensorBoard cannot run under this path.
    [] Start TensorBoard without its setting for a path: here it needs none: 
    [Add the route] Or keep the path: add a route that leaves it as it is, then start TensorBoard with: tensorboard --bind_all --path_prefix=/skypilot/ml/train-2ea4/6006
    [] Bring it to http://localhost:6006/ on your machine: kubectl --context kind-skypilot -n ml port-forward pod/train-2ea4-head 6006:6006
    [] The same through SSH: ssh -L 6006:localhost:6006 train
    "#);
}

#[test]
fn what_is_not_known_by_its_answers_is_known_by_its_port_at_most() {
    let cluster = world("prod", 6006, Route::Kept, Owner::Skyports);
    insta::assert_snapshot!(told(&cluster, None, VerdictKind::NeedsFlag), @r#"
    subpath_needs_flag The app needs a setting to work under this path.
    [] Start it with its setting for a base path: /skypilot/ml/train-2ea4/6006/: 
    [] If it is TensorBoard, start it with: tensorboard --bind_all --path_prefix=/skypilot/ml/train-2ea4/6006
    [Move the route] Or, if it is started so already: the controller prefers SkyPilot’s route. Move ours to a path of its own, and start the app for that: skyports open ml/train-2ea4 6006 --mode ingress --keep-prefix=own-path
    [Remove the route] Or go back to SkyPilot’s route, which takes the path off: skyports close ml/train-2ea4 6006 --mode ingress --keep-prefix
    [Switch to LoadBalancer] Give it an address of its own: switch this port to LoadBalancer: skyports open ml/train-2ea4 6006 --mode loadbalancer --switch
    "#);
    let cluster = world("prod", 12_345, Route::Stripped, Owner::Other);
    insta::assert_snapshot!(told(&cluster, None, VerdictKind::NeedsOwnHost), @r#"
    subpath_breaks_app The app cannot run under this path.
    [] Bring it to http://localhost:12345/ on your machine: kubectl --context prod -n ml port-forward pod/train-2ea4-head 12345:12345
    [] The same through SSH: ssh -L 12345:localhost:12345 train
    "#);
}

#[test]
fn flags_have_path_and_host() {
    let cluster = world("prod", 7860, Route::Stripped, Owner::SkyPilot);
    insta::assert_snapshot!(told(&cluster, Some("gradio"), VerdictKind::NeedsFlag), @r#"
    subpath_needs_flag Gradio needs a setting to work under this path.
    [] Start it with: demo.launch(server_name="0.0.0.0", root_path="/skypilot/ml/train-2ea4/7860/")
    [Switch to LoadBalancer] Give it an address of its own: switch this port to LoadBalancer: skyports open ml/train-2ea4 7860 --mode loadbalancer --switch
    "#);
    insta::assert_snapshot!(told(&cluster, Some("mlflow"), VerdictKind::WrongHost), @r#"
    host_refused MLflow refuses to be called lb.example.
    [] Start it with: mlflow server --host 0.0.0.0 --allowed-hosts lb.example
    "#);
}

#[test]
fn nothing_is_told_where_nothing_is_wrong_or_known() {
    let cluster = world("prod", 8888, Route::Stripped, Owner::SkyPilot);
    for kind in VerdictKind::ALL.into_iter().filter(|kind| !kind.is_fault()) {
        assert_eq!(told(&cluster, Some("jupyter"), kind), "nothing", "{kind:?}");
    }
}
