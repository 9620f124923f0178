//! `v1`, `ConfigMap`.

use super::metadata::METADATA;
use super::{Record, Shape};

pub(super) static CONFIG_MAP: Record = Record {
    name: "ConfigMap",
    fields: &[
        ("apiVersion", Shape::Text),
        ("kind", Shape::Text),
        ("metadata", Shape::Record(&METADATA)),
        ("binaryData", Shape::Labels),
        ("data", Shape::Labels),
        ("immutable", Shape::Choice),
    ],
};
