//! `v1`, `Event`.

use super::metadata::METADATA;
use super::{Record, Shape};

pub(super) static EVENT: Record = Record {
    name: "Event",
    fields: &[
        ("apiVersion", Shape::Text),
        ("kind", Shape::Text),
        ("metadata", Shape::Record(&METADATA)),
        ("action", Shape::Text),
        ("count", Shape::Integer),
        ("eventTime", Shape::Time),
        ("firstTimestamp", Shape::Time),
        ("involvedObject", Shape::Whole(&REFERENCE)),
        ("lastTimestamp", Shape::Time),
        ("message", Shape::Text),
        ("reason", Shape::Text),
        ("related", Shape::Whole(&REFERENCE)),
        ("reportingComponent", Shape::Text),
        ("reportingInstance", Shape::Text),
        ("series", Shape::Record(&SERIES)),
        ("source", Shape::Record(&SOURCE)),
        ("type", Shape::Text),
    ],
};

static REFERENCE: Record = Record {
    name: "ObjectReference",
    fields: &[
        ("apiVersion", Shape::Text),
        ("fieldPath", Shape::Text),
        ("kind", Shape::Text),
        ("name", Shape::Text),
        ("namespace", Shape::Text),
        ("resourceVersion", Shape::Text),
        ("uid", Shape::Text),
    ],
};

static SERIES: Record = Record {
    name: "EventSeries",
    fields: &[("count", Shape::Integer), ("lastObservedTime", Shape::Time)],
};

static SOURCE: Record =
    Record { name: "EventSource", fields: &[("component", Shape::Text), ("host", Shape::Text)] };
