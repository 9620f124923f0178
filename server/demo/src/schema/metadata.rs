//! `metadata`, as every object has it.

use super::{Keyed, Record, Shape};

pub(super) static METADATA: Record = Record {
    name: "ObjectMeta",
    fields: &[
        ("name", Shape::Text),
        ("generateName", Shape::Text),
        ("namespace", Shape::Text),
        ("selfLink", Shape::Text),
        ("uid", Shape::Text),
        ("resourceVersion", Shape::Text),
        ("generation", Shape::Integer),
        ("creationTimestamp", Shape::Time),
        ("deletionTimestamp", Shape::Time),
        // Zero is something else than nothing here, and is always zero.
        ("deletionGracePeriodSeconds", Shape::Anything),
        ("labels", Shape::Labels),
        ("annotations", Shape::Labels),
        ("ownerReferences", Shape::Keyed(&OWNERS)),
        ("finalizers", Shape::Set),
        ("managedFields", Shape::Anything),
    ],
};

static OWNERS: Keyed =
    Keyed { item: &OWNER, whole: true, keys: &[("uid", None)], merge_key: "uid" };

static OWNER: Record = Record {
    name: "OwnerReference",
    fields: &[
        ("apiVersion", Shape::Text),
        ("kind", Shape::Text),
        ("name", Shape::Text),
        ("uid", Shape::Text),
        ("controller", Shape::Choice),
        ("blockOwnerDeletion", Shape::Choice),
    ],
};
