//! Which neighbouring ports of a cluster are so alike that one row tells them all.

use super::RowItem;
use crate::cluster::Cluster;
use crate::endpoint::Endpoint;
use crate::finding::Finding;
use crate::order::put_in_order;

/// Fewer ports than this keep a row each.
const SHORTEST_RANGE: usize = 5;

/// The rows of one cluster's endpoints: by mode, then port.
pub(super) fn rows<'a>(cluster: &'a Cluster, mut endpoints: Vec<&'a Endpoint>) -> Vec<RowItem<'a>> {
    let alone = |endpoint: &&'a Endpoint| RowItem::Port { cluster, endpoint };
    if endpoints.len() < SHORTEST_RANGE {
        return endpoints.iter().map(alone).collect();
    }
    put_in_order(&mut endpoints, |a, b| (a.mode(), a.port()).cmp(&(b.mode(), b.port())));
    let mut rows = Vec::with_capacity(endpoints.len());
    for run in endpoints.chunk_by(|a, b| are_neighbours(a, b) && are_alike(a, b)) {
        if run.len() < SHORTEST_RANGE {
            rows.extend(run.iter().map(alone));
        } else {
            rows.push(RowItem::Range { cluster, endpoints: run.to_vec() });
        }
    }
    rows
}

fn are_neighbours(a: &Endpoint, b: &Endpoint) -> bool {
    a.mode() == b.mode() && a.port().number().checked_add(1) == Some(b.port().number())
}

/// Whether nothing but the port's number would differ between their rows.
fn are_alike(a: &Endpoint, b: &Endpoint) -> bool {
    let reason = |endpoint: &Endpoint| endpoint.state.reason().map(|reason| reason.code);
    let app = |endpoint: &Endpoint| endpoint.app.as_ref().map(|app| app.id.clone());
    let codes = |findings: &[Finding]| findings.iter().map(|f| f.code).collect::<Vec<_>>();
    a.state.word() == b.state.word()
        && reason(a) == reason(b)
        && a.owner == b.owner
        && app(a) == app(b)
        && codes(&a.warnings) == codes(&b.warnings)
        && is_at_the_same_address(a, b)
}

fn is_at_the_same_address(a: &Endpoint, b: &Endpoint) -> bool {
    let host = |address: &str| address.rsplit_once(':').map(|(host, _)| host.to_owned());
    let links = a.urls.iter().map(|url| (url.scheme(), url.host()));
    let addresses = a.addresses.iter().map(|address| host(address));
    links.eq(b.urls.iter().map(|url| (url.scheme(), url.host())))
        && addresses.eq(b.addresses.iter().map(|address| host(address)))
        && a.future.as_ref().map(|future| future.scheme)
            == b.future.as_ref().map(|future| future.scheme)
}
