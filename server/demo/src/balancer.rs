//! A load balancer: an address of this machine where a Service's ports answer, each connection
//! passed on to one of the pods that the Service selects.

pub(crate) mod address;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use serde_json::Value;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::{CancellationToken, DropGuard};

use self::address::{Address, Addresses, Bound};
use crate::apps::network::{Network, Place};
use crate::document::part;
use crate::store::Key;

/// As many connections a port are passed on at once; more wait.
const CONNECTIONS: usize = 64;

/// Listens as long as it lives.
pub(crate) struct Balancer {
    service: Key,
    network: Network,
    address: Address,
    listening: BTreeMap<u16, DropGuard>,
    stopping: CancellationToken,
}

/// A port that could only be had under another number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moved {
    /// The number that the Service has.
    pub(crate) from: u16,
    /// The number where it answers.
    pub(crate) to: u16,
}

impl Balancer {
    /// Listens on all of these ports at an address that nobody else has.
    pub(crate) fn open(
        service: Key,
        ports: &BTreeSet<u16>,
        network: Network,
        addresses: &Arc<Addresses>,
        stopping: &CancellationToken,
    ) -> io::Result<(Self, Vec<Moved>)> {
        let (address, bound) = addresses.take(ports)?;
        let (stopping, listening) = (stopping.clone(), BTreeMap::new());
        let mut balancer = Self { service, network, address, listening, stopping };
        let moved = bound.into_iter().filter_map(|bound| balancer.listen(bound)).collect();
        Ok((balancer, moved))
    }

    /// Listens on these ports and no others, at the address that it has.
    pub(crate) fn update(&mut self, ports: &BTreeSet<u16>) -> io::Result<Vec<Moved>> {
        self.listening.retain(|port, _| ports.contains(port));
        let new: Vec<u16> =
            ports.iter().copied().filter(|port| !self.listening.contains_key(port)).collect();
        let bound: io::Result<Vec<Bound>> =
            new.into_iter().map(|port| self.address.bind(port)).collect();
        Ok(bound?.into_iter().filter_map(|bound| self.listen(bound)).collect())
    }

    /// Whether it listens on exactly these ports.
    pub(crate) fn serves(&self, ports: &BTreeSet<u16>) -> bool {
        self.listening.keys().eq(ports)
    }

    /// Its address.
    pub(crate) fn ip(&self) -> IpAddr {
        self.address.ip()
    }

    fn listen(&mut self, bound: Bound) -> Option<Moved> {
        let Bound { listener, wanted, port } = bound;
        let open = self.stopping.child_token();
        let way = Way { service: self.service.clone(), port, network: self.network.clone() };
        tokio::spawn(accept(listener, Arc::new(way), open.clone()));
        self.listening.insert(port, open.drop_guard());
        (wanted != port).then_some(Moved { from: wanted, to: port })
    }
}

/// From a port to the pods behind it.
struct Way {
    service: Key,
    port: u16,
    network: Network,
}

impl Way {
    /// The pods as the Service is now; none for a client that it does not let in.
    fn places(&self, client: IpAddr) -> Vec<Place> {
        let service = self.network.store().get(&self.service);
        let service = service.filter(|service| lets_in(service, client));
        let port = Value::from(self.port);
        service.and_then(|service| self.network.places(&service, &port)).unwrap_or_default()
    }
}

/// Whether a Service lets a client in: from anywhere, unless it names ranges.
fn lets_in(service: &Value, client: IpAddr) -> bool {
    let ranges = part(service, "/spec/loadBalancerSourceRanges").as_array();
    let ranges = ranges.map(Vec::as_slice).unwrap_or_default();
    let holds = |range: &Value| {
        let range = range.as_str().and_then(|range| range.trim().parse::<IpNet>().ok());
        range.is_some_and(|range| range.contains(&client))
    };
    ranges.is_empty() || ranges.iter().any(holds)
}

async fn accept(listener: TcpListener, way: Arc<Way>, open: CancellationToken) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut turn = 0_usize;
    while let Ok(place) = Arc::clone(&room).acquire_owned().await {
        let accepted = tokio::select! {
            () = open.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let (stream, client) = match accepted {
            Ok((stream, peer)) => (stream, peer.ip()),
            Err(error) => {
                tracing::debug!(%error, "a load balancer cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (way, closed) = (Arc::clone(&way), open.clone().cancelled_owned());
        tokio::spawn(async move {
            let places = way.places(client);
            tokio::select! {
                () = closed => {}
                () = pass(stream, &places, &way.network, turn) => {}
            }
            drop(place);
        });
        turn = turn.wrapping_add(1);
    }
}

/// Passes a connection on to the pod whose turn it is. Where nothing listens, or nobody is let in,
/// it is reset: this machine has accepted it already, so it can no longer be refused.
async fn pass(mut stream: TcpStream, places: &[Place], network: &Network, turn: usize) {
    let place = turn.checked_rem(places.len()).and_then(|at| places.get(at));
    let Some(Ok(mut pod)) = place.map(|place| network.dial(place)) else {
        // The connection is dropped with whatever came of it.
        let _ = stream.set_zero_linger();
        return;
    };
    if let Err(error) = copy_bidirectional(&mut stream, &mut pod).await {
        tracing::debug!(%error, "a connection through a load balancer ended");
    }
}
