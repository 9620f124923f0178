//! Overviews for this crate's tests.

use skyports_model::{
    Cluster, ClusterId, ClusterKind, ContextName, ContextState, ContextStatus, Endpoint,
    EndpointId, EndpointState, ExternalUrl, Host, Mode, NameOnCloud, Namespace, ObjectKind,
    ObjectRef, Overview, Owner, Port, Reason, Resources, Route, Scheme, Timestamp,
};

pub(crate) fn overview(clusters: Vec<Cluster>) -> Overview {
    let context = ContextStatus {
        name: ContextName::parse("prod").unwrap(),
        state: ContextState::Live,
        findings: vec![],
        namespace: None,
    };
    let mut overview =
        Overview { as_of: Timestamp(0), revision: 1, contexts: vec![context], clusters };
    overview.sort();
    overview
}

pub(crate) fn cluster(context: &str, namespace: &str, name: &str, name_on_cloud: &str) -> Cluster {
    Cluster {
        id: ClusterId {
            context: ContextName::parse(context).unwrap(),
            namespace: Namespace::parse(namespace).unwrap(),
            name: NameOnCloud::parse(name_on_cloud).unwrap(),
        },
        name: name.to_owned(),
        user: Some("ada@example.com".to_owned()),
        workspace: None,
        kind: ClusterKind::Cluster,
        nodes: 1,
        ready_nodes: 1,
        resources: Resources { cpu: Some("4".to_owned()), ..Resources::default() },
        created: Some(Timestamp(0)),
        head_address: None,
        endpoints: vec![],
        findings: vec![],
    }
}

pub(crate) fn open_port(cluster: &ClusterId, port: u16, hosts: &[&str]) -> Endpoint {
    let port = Port::new(i64::from(port)).unwrap();
    let url = |host: &&str| {
        ExternalUrl::new(Scheme::Http, Host::parse(host).unwrap(), Some(port), "/").unwrap()
    };
    let urls: Vec<ExternalUrl> = hosts.iter().map(url).collect();
    Endpoint {
        addresses: urls.iter().map(ExternalUrl::authority).collect(),
        urls,
        ..pending(cluster, port, EndpointState::Open)
    }
}

pub(crate) fn pending_port(cluster: &ClusterId, port: u16) -> Endpoint {
    let reason = Reason::WaitingForAddress { evidence: None }.finding(&cluster.context);
    let state = EndpointState::Pending { since: Timestamp(0), reason };
    pending(cluster, Port::new(i64::from(port)).unwrap(), state)
}

fn pending(cluster: &ClusterId, port: Port, state: EndpointState) -> Endpoint {
    Endpoint {
        id: EndpointId { cluster: cluster.clone(), port, mode: Mode::LoadBalancer },
        state,
        urls: vec![],
        addresses: vec![],
        future: None,
        owner: Owner::SkyPilot,
        object: ObjectRef {
            kind: ObjectKind::Service,
            namespace: cluster.namespace.clone(),
            name: format!("{}--skypilot-lb", cluster.name),
        },
        route: Route::Root,
        opened: Some(Timestamp(0)),
        warnings: vec![],
        app: None,
    }
}
