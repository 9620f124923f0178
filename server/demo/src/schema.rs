//! The fields that objects of the kinds that can be written have, and how each field is merged and
//! owned: what a real server reads from its Go types and their schemas.
//!
//! It knows no values: [`decode`] reads documents by it, `fields` tells by it who owns what.

mod config_map;
pub(crate) mod decode;
mod event;
mod ingress;
mod metadata;
pub(crate) mod review;
mod service;

use crate::resource::Resource;

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    Text,
    Integer,
    /// Left out when it is false.
    Flag,
    /// False is something else than nothing.
    Choice,
    /// A number, or a name.
    IntOrText,
    Time,
    /// Texts by key, each with an owner of its own.
    Labels,
    /// Texts by key that have one owner.
    Texts,
    /// Fields, each with an owner of its own.
    Record(&'static Record),
    /// Fields that have one owner.
    Whole(&'static Record),
    /// Texts, each with an owner of its own.
    Set,
    /// A list that has one owner.
    List(&'static Shape),
    /// Records that are told apart by some of their fields.
    Keyed(&'static Keyed),
    /// Whatever it is, it is kept as it is.
    Anything,
}

/// A type with fields.
#[derive(Debug)]
pub(crate) struct Record {
    /// The name of the Go type, which refusals say.
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [(&'static str, Shape)],
}

/// A list of records that are told apart.
#[derive(Debug)]
pub(crate) struct Keyed {
    pub(crate) item: &'static Record,
    /// Whether an item has one owner.
    pub(crate) whole: bool,
    /// The fields that tell one from the other, in alphabetical order, with what they are when they
    /// are not given.
    pub(crate) keys: &'static [(&'static str, Option<&'static str>)],
    /// The one field by which strategic merge patches tell them apart.
    pub(crate) merge_key: &'static str,
}

impl Record {
    /// The shape of a field, if there is such a field.
    pub(crate) fn field(&self, name: &str) -> Option<Shape> {
        self.fields.iter().find(|(it, _)| *it == name).map(|(_, shape)| *shape)
    }
}

/// The fields of a kind; `None` for one that nobody can write here.
pub(crate) fn of(resource: Resource) -> Option<&'static Record> {
    match resource {
        Resource::Services => Some(&service::SERVICE),
        Resource::Ingresses => Some(&ingress::INGRESS),
        Resource::Events => Some(&event::EVENT),
        Resource::ConfigMaps => Some(&config_map::CONFIG_MAP),
        Resource::Namespaces
        | Resource::Nodes
        | Resource::Pods
        | Resource::Secrets
        | Resource::Deployments
        | Resource::EndpointSlices
        | Resource::IngressClasses => None,
    }
}
