//! The objects that a plan looks at, so that who plans reads those and no others.

use skyports_model::{Ask, ClusterId, ObjectRef, OpenMode, OtherMode, Port, PortSet};

use super::naming;
use crate::names::CONTROLLER;

/// The objects that a plan for some ports looks at, by the place that they have in
/// [`Existing`](super::Existing).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// SkyPilot's Service for all ports.
    pub load_balancer: Option<ObjectRef>,
    /// Our Services for one restricted port each.
    pub own_load_balancers: Vec<(Port, ObjectRef)>,
    /// SkyPilot's Ingress for all ports.
    pub ingress: Option<ObjectRef>,
    /// SkyPilot's Services for one port each.
    pub backends: Vec<(Port, ObjectRef)>,
    /// Our Ingresses for ports whose path is kept.
    pub kept_routes: Vec<(Port, ObjectRef)>,
    /// Our Services behind them.
    pub kept_services: Vec<(Port, ObjectRef)>,
}

impl Reads {
    /// What a plan for this looks at.
    pub fn of(ask: &Ask) -> Self {
        let of = |mode| Self::of_mode(ask.cluster(), mode, ask.ports());
        match ask {
            Ask::Open(request) if request.extras.other_mode == OtherMode::Closes => {
                let [balancer, paths] = OpenMode::ALL.map(of);
                let Self { load_balancer, own_load_balancers, .. } = balancer;
                Self { load_balancer, own_load_balancers, ..paths }
            }
            Ask::Open(_) | Ask::Close(_) => of(ask.mode()),
        }
    }

    fn of_mode(cluster: &ClusterId, mode: OpenMode, ports: &PortSet) -> Self {
        let each = |named: fn(&ClusterId, Port) -> ObjectRef| {
            ports.iter().map(|port| (port, named(cluster, port))).collect()
        };
        match mode {
            OpenMode::LoadBalancer => Self {
                load_balancer: Some(naming::load_balancer(cluster)),
                own_load_balancers: each(naming::own_load_balancer),
                ..Self::default()
            },
            OpenMode::Ingress => Self {
                ingress: Some(naming::ingress(cluster)),
                backends: each(naming::backend),
                kept_routes: each(naming::kept_route),
                kept_services: each(naming::kept_service),
                ..Self::default()
            },
        }
    }

    /// The namespace and the name of the Service that gives an Ingress its address.
    pub fn controller() -> (&'static str, &'static str) {
        CONTROLLER
    }
}
