//! Overviews for this crate's tests.

use proptest::prelude::*;

use crate::cluster::{Cluster, ClusterKind, Resources};
use crate::context::{ContextState, ContextStatus};
use crate::endpoint::{AppGuess, Confidence, Endpoint, EndpointState, Mode, Owner, Route};
use crate::id::{
    ClusterId, ContextName, EndpointId, NameOnCloud, Namespace, ObjectKind, ObjectRef,
};
use crate::net::{Host, Port, Scheme};
use crate::overview::Overview;
use crate::reason::Reason;
use crate::time::Timestamp;
use crate::url::ExternalUrl;

/// One cluster `train` of `ada` with an open 8888 and a pending 6006.
pub(crate) fn an_overview() -> Overview {
    let mut overview = Overview { revision: 1, ..Overview::default() };
    overview.contexts.push(context(ContextState::Live));
    overview.clusters.push(cluster("train", &[(8888, true), (6006, false)]));
    overview
}

fn context(state: ContextState) -> ContextStatus {
    ContextStatus {
        name: ContextName::parse("prod").unwrap(),
        state,
        findings: vec![],
        namespace: None,
    }
}

pub(crate) fn cluster(name: &str, ports: &[(u16, bool)]) -> Cluster {
    let id = ClusterId {
        context: ContextName::parse("prod").unwrap(),
        namespace: Namespace::parse("ml").unwrap(),
        name: NameOnCloud::parse(&format!("{name}-2ea4")).unwrap(),
    };
    let endpoints = ports.iter().map(|(port, open)| endpoint(&id, *port, *open)).collect();
    Cluster {
        id,
        name: name.to_owned(),
        user: Some("ada@example.com".to_owned()),
        workspace: None,
        kind: ClusterKind::Cluster,
        nodes: 1,
        ready_nodes: 1,
        resources: Resources::default(),
        created: None,
        head_address: None,
        endpoints,
        findings: vec![],
    }
}

fn endpoint(cluster: &ClusterId, number: u16, open: bool) -> Endpoint {
    let port = Port::new(i64::from(number)).unwrap();
    let url = ExternalUrl::new(Scheme::Http, Host::parse("203.0.113.7").unwrap(), Some(port), "/")
        .unwrap();
    let reason = Reason::WaitingForAddress { evidence: None }.finding(&cluster.context);
    Endpoint {
        id: EndpointId { cluster: cluster.clone(), port, mode: Mode::LoadBalancer },
        state: if open {
            EndpointState::Open
        } else {
            EndpointState::Pending { since: Timestamp(0), reason }
        },
        addresses: if open { vec![url.authority()] } else { vec![] },
        urls: if open { vec![url] } else { vec![] },
        future: None,
        owner: Owner::SkyPilot,
        object: ObjectRef {
            kind: ObjectKind::Service,
            namespace: cluster.namespace.clone(),
            name: format!("{}--skypilot-lb", cluster.name),
        },
        route: Route::Root,
        opened: None,
        warnings: vec![],
        app: (number == 8888).then(|| AppGuess {
            id: "jupyter".to_owned(),
            name: "JupyterLab".to_owned(),
            tile: "Ju".to_owned(),
            confidence: Confidence::Guess,
        }),
    }
}

/// Overviews of up to five clusters with up to three endpoints.
pub(crate) fn overviews() -> impl Strategy<Value = Overview> {
    let ports = prop::collection::btree_map(1_u16..20, any::<bool>(), 0..3);
    let clusters = prop::collection::btree_map("[a-e]", ports, 0..5);
    (any::<u32>(), any::<bool>(), clusters).prop_map(|(revision, live, clusters)| {
        let state =
            if live { ContextState::Live } else { ContextState::Stale { since: Timestamp(7) } };
        let mut overview = Overview { revision: u64::from(revision), ..Overview::default() };
        overview.contexts.push(context(state));
        for (name, ports) in clusters {
            overview.clusters.push(cluster(&name, &ports.into_iter().collect::<Vec<_>>()));
        }
        overview.sort();
        overview
    })
}
