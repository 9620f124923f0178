//! The objects that a plan looks at, so that who plans reads those and no others.

use skyports_model::{ClusterId, ObjectRef, OpenMode, Port, PortSet};

use super::naming;
use crate::names::CONTROLLER;

/// The objects that a plan for some ports looks at, by the place that they have in
/// [`Existing`](super::Existing).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reads {
    /// SkyPilot's Service for all ports.
    pub load_balancer: Option<ObjectRef>,
    /// Our Services for one restricted port each.
    pub own_load_balancers: Vec<(Port, ObjectRef)>,
    /// SkyPilot's Ingress for all ports.
    pub ingress: Option<ObjectRef>,
    /// SkyPilot's Services for one port each.
    pub backends: Vec<(Port, ObjectRef)>,
}

impl Reads {
    /// What a plan in that mode looks at.
    pub fn of(cluster: &ClusterId, mode: OpenMode, ports: &PortSet) -> Self {
        let each = |named: fn(&ClusterId, Port) -> ObjectRef| {
            ports.iter().map(|port| (port, named(cluster, port))).collect()
        };
        match mode {
            OpenMode::LoadBalancer => Self {
                load_balancer: Some(naming::load_balancer(cluster)),
                own_load_balancers: each(naming::own_load_balancer),
                ingress: None,
                backends: vec![],
            },
            OpenMode::Ingress => Self {
                load_balancer: None,
                own_load_balancers: vec![],
                ingress: Some(naming::ingress(cluster)),
                backends: each(naming::backend),
            },
        }
    }

    /// The namespace and the name of the Service that gives an Ingress its address.
    pub fn controller() -> (&'static str, &'static str) {
        CONTROLLER
    }
}
