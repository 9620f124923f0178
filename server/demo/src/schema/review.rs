//! `authorization.k8s.io/v1`: what somebody asks about their own rights.

use super::metadata::METADATA;
use super::{Record, Shape};

pub(crate) static ACCESS: Record = Record {
    name: "SelfSubjectAccessReview",
    fields: &[
        ("apiVersion", Shape::Text),
        ("kind", Shape::Text),
        ("metadata", Shape::Record(&METADATA)),
        ("spec", Shape::Record(&ACCESS_SPEC)),
        ("status", Shape::Anything),
    ],
};

static ACCESS_SPEC: Record = Record {
    name: "SelfSubjectAccessReviewSpec",
    fields: &[
        ("nonResourceAttributes", Shape::Record(&PAGE)),
        ("resourceAttributes", Shape::Record(&OBJECTS)),
    ],
};

static PAGE: Record = Record {
    name: "NonResourceAttributes",
    fields: &[("path", Shape::Text), ("verb", Shape::Text)],
};

static OBJECTS: Record = Record {
    name: "ResourceAttributes",
    fields: &[
        ("fieldSelector", Shape::Anything),
        ("group", Shape::Text),
        ("labelSelector", Shape::Anything),
        ("name", Shape::Text),
        ("namespace", Shape::Text),
        ("resource", Shape::Text),
        ("subresource", Shape::Text),
        ("verb", Shape::Text),
        ("version", Shape::Text),
    ],
};

pub(crate) static RULES: Record = Record {
    name: "SelfSubjectRulesReview",
    fields: &[
        ("apiVersion", Shape::Text),
        ("kind", Shape::Text),
        ("metadata", Shape::Record(&METADATA)),
        ("spec", Shape::Record(&RULES_SPEC)),
        ("status", Shape::Anything),
    ],
};

static RULES_SPEC: Record =
    Record { name: "SelfSubjectRulesReviewSpec", fields: &[("namespace", Shape::Text)] };
