//! `v1`, `Service`.

use super::metadata::METADATA;
use super::{Keyed, Record, Shape};

pub(super) static SERVICE: Record = Record {
    name: "Service",
    fields: &[
        ("apiVersion", Shape::Text),
        ("kind", Shape::Text),
        ("metadata", Shape::Record(&METADATA)),
        ("spec", Shape::Record(&SPEC)),
        ("status", Shape::Record(&STATUS)),
    ],
};

static SPEC: Record = Record {
    name: "ServiceSpec",
    fields: &[
        ("allocateLoadBalancerNodePorts", Shape::Choice),
        ("clusterIP", Shape::Text),
        ("clusterIPs", Shape::List(&Shape::Text)),
        ("externalIPs", Shape::List(&Shape::Text)),
        ("externalName", Shape::Text),
        ("externalTrafficPolicy", Shape::Text),
        ("healthCheckNodePort", Shape::Integer),
        ("internalTrafficPolicy", Shape::Text),
        ("ipFamilies", Shape::List(&Shape::Text)),
        ("ipFamilyPolicy", Shape::Text),
        ("loadBalancerClass", Shape::Text),
        ("loadBalancerIP", Shape::Text),
        ("loadBalancerSourceRanges", Shape::List(&Shape::Text)),
        ("ports", Shape::Keyed(&PORTS)),
        ("publishNotReadyAddresses", Shape::Flag),
        ("selector", Shape::Texts),
        ("sessionAffinity", Shape::Text),
        ("sessionAffinityConfig", Shape::Record(&AFFINITY)),
        ("trafficDistribution", Shape::Text),
        ("type", Shape::Text),
    ],
};

static PORTS: Keyed = Keyed {
    item: &PORT,
    whole: false,
    keys: &[("port", None), ("protocol", Some("TCP"))],
    merge_key: "port",
};

static PORT: Record = Record {
    name: "ServicePort",
    fields: &[
        ("appProtocol", Shape::Text),
        ("name", Shape::Text),
        ("nodePort", Shape::Integer),
        ("port", Shape::Integer),
        ("protocol", Shape::Text),
        ("targetPort", Shape::IntOrText),
    ],
};

static AFFINITY: Record =
    Record { name: "SessionAffinityConfig", fields: &[("clientIP", Shape::Record(&CLIENT_IP))] };

static CLIENT_IP: Record =
    Record { name: "ClientIPConfig", fields: &[("timeoutSeconds", Shape::Integer)] };

static STATUS: Record = Record {
    name: "ServiceStatus",
    fields: &[("conditions", Shape::Anything), ("loadBalancer", Shape::Anything)],
};
