//! Endpoints with the same identity become one: several objects can expose a port in one mode.

use std::collections::BTreeMap;

use skyports_model::{Endpoint, EndpointId, EndpointState, Owner, Route};

/// One endpoint an identity, in the order of identities. A route of ours that keeps the path goes
/// first, since it wins; then SkyPilot's object; the links
/// of the others follow; one way that is open is enough, and then what hinders the first object
/// stays as a warning.
pub(super) fn by_identity(mut endpoints: Vec<Endpoint>) -> BTreeMap<EndpointId, Endpoint> {
    endpoints.sort_by(|a, b| rank(a).cmp(&rank(b)));
    let mut merged = BTreeMap::<EndpointId, Endpoint>::new();
    for endpoint in endpoints {
        match merged.get_mut(&endpoint.id) {
            Some(first) => append(first, endpoint),
            None => {
                merged.insert(endpoint.id.clone(), endpoint);
            }
        }
    }
    merged
}

/// A total order: endpoints that are equal in all of it are equal in everything.
fn rank(endpoint: &Endpoint) -> impl Ord + use<'_> {
    let owner = match endpoint.owner {
        Owner::SkyPilot => 0,
        Owner::Skyports => 1,
        Owner::Other => 2,
    };
    let is_ours = endpoint.owner == Owner::Skyports && endpoint.route == Route::Kept;
    (!is_ours, owner, &endpoint.object, &endpoint.urls, &endpoint.addresses)
}

fn append(first: &mut Endpoint, other: Endpoint) {
    let Endpoint { state, urls, addresses, future, warnings, .. } = other;
    for url in urls {
        if !first.urls.contains(&url) {
            first.urls.push(url);
        }
    }
    for address in addresses {
        if !first.addresses.contains(&address) {
            first.addresses.push(address);
        }
    }
    for warning in warnings {
        if !first.warnings.iter().any(|known| known.code == warning.code) {
            first.warnings.push(warning);
        }
    }
    if state == EndpointState::Open
        && let Some(reason) = first.state.reason().cloned()
    {
        first.state = EndpointState::Open;
        first.warnings.insert(0, reason);
    }
    first.future = if first.urls.is_empty() { first.future.take().or(future) } else { None };
}
