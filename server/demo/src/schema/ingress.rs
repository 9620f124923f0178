//! `networking.k8s.io/v1`, `Ingress`.

use super::metadata::METADATA;
use super::{Record, Shape};

pub(super) static INGRESS: Record = Record {
    name: "Ingress",
    fields: &[
        ("apiVersion", Shape::Text),
        ("kind", Shape::Text),
        ("metadata", Shape::Record(&METADATA)),
        ("spec", Shape::Record(&SPEC)),
        ("status", Shape::Record(&STATUS)),
    ],
};

static SPEC: Record = Record {
    name: "IngressSpec",
    fields: &[
        ("defaultBackend", Shape::Record(&BACKEND)),
        ("ingressClassName", Shape::Text),
        ("rules", Shape::List(&Shape::Record(&RULE))),
        ("tls", Shape::List(&Shape::Record(&TLS))),
    ],
};

static BACKEND: Record = Record {
    name: "IngressBackend",
    fields: &[("resource", Shape::Anything), ("service", Shape::Record(&SERVICE))],
};

static SERVICE: Record = Record {
    name: "IngressServiceBackend",
    fields: &[("name", Shape::Text), ("port", Shape::Whole(&PORT))],
};

static PORT: Record = Record {
    name: "ServiceBackendPort",
    fields: &[("name", Shape::Text), ("number", Shape::Integer)],
};

static RULE: Record = Record {
    name: "IngressRule",
    fields: &[("host", Shape::Text), ("http", Shape::Record(&HTTP))],
};

static HTTP: Record = Record {
    name: "HTTPIngressRuleValue",
    fields: &[("paths", Shape::List(&Shape::Record(&PATH)))],
};

static PATH: Record = Record {
    name: "HTTPIngressPath",
    fields: &[
        ("backend", Shape::Record(&BACKEND)),
        ("path", Shape::Text),
        ("pathType", Shape::Text),
    ],
};

static TLS: Record = Record {
    name: "IngressTLS",
    fields: &[("hosts", Shape::List(&Shape::Text)), ("secretName", Shape::Text)],
};

static STATUS: Record =
    Record { name: "IngressStatus", fields: &[("loadBalancer", Shape::Anything)] };
