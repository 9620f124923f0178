//! What a server makes of objects of the kinds that can be written: what it fills in, what it gives
//! out (addresses, node ports), and what it refuses.
//!
//! It knows the rules of each kind; it does not know who asks, or how objects are kept.

mod event;
mod ingress;
mod metadata;
mod names;
mod service;

use serde_json::Value;

use crate::complaint::Complaint;
use crate::store::Resource;

/// What other objects have already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken<'a> {
    /// All other Services.
    pub(crate) services: &'a [&'a Value],
    /// Whether nothing is kept: a real server gives out numbers then that nobody has.
    pub(crate) dry: bool,
}

/// Fills in what a document leaves out.
pub(crate) fn fill_in(resource: Resource, object: &mut Value) {
    match resource {
        Resource::Services => service::fill_in(object),
        Resource::Ingresses => ingress::fill_in(object),
        Resource::Events => event::fill_in(object),
        _ => {}
    }
}

/// Makes a new object complete; what is wrong with it.
pub(crate) fn create(resource: Resource, object: &mut Value, taken: Taken<'_>) -> Vec<Complaint> {
    let mut complaints = metadata::complaints(resource, object);
    complaints.extend(match resource {
        Resource::Services => match service::allocate(object, taken) {
            Ok(()) => service::complaints(object),
            Err(complaint) => return vec![complaint],
        },
        Resource::Ingresses => ingress::complaints(object),
        Resource::Events => event::complaints(object),
        _ => vec![],
    });
    complaints
}

/// Makes a changed object complete; what is wrong with it.
pub(crate) fn update(
    resource: Resource,
    object: &mut Value,
    before: &Value,
    taken: Taken<'_>,
) -> Vec<Complaint> {
    if resource == Resource::Services {
        service::keep(object, before);
    }
    let mut complaints = metadata::changes(object, before);
    complaints.extend(metadata::complaints(resource, object));
    complaints.extend(match resource {
        Resource::Services => {
            let mut all = service::changes(object, before);
            all.extend(service::complaints(object));
            all
        }
        Resource::Ingresses => ingress::complaints(object),
        Resource::Events => event::complaints(object),
        _ => vec![],
    });
    if complaints.is_empty()
        && resource == Resource::Services
        && let Err(complaint) = service::allocate(object, taken)
    {
        complaints.push(complaint);
    }
    complaints
}
