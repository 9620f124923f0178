//! The ingress controller of a context: listens on this machine and passes requests on, by the
//! Ingress objects as they are at that moment.
//!
//! It behaves as ingress-nginx was measured to, faults included; start reading at
//! [`table::Table::of`] for the rules and [`proxy`] for a request's way.

mod path;
mod proxy;
mod relay;
pub(crate) mod table;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use self::table::Table;
use crate::apps::network::Network;
use crate::store::Resource;

/// The ports that Kubernetes gives to Services of type `NodePort`, by default.
const NODE_PORTS: std::ops::RangeInclusive<u16> = 30_000..=32_767;
/// Where the search begins: the range that `SkyServe` uses by default ends at 30020.
const FIRST: u16 = 30_080;
/// As many connections are answered at once; more wait.
const CONNECTIONS: usize = 256;
/// nginx's `client_header_timeout`.
const HEADER_TIMEOUT: Duration = Duration::from_mins(1);

/// A node port of this machine, before anybody answers there.
pub(crate) struct NodePort {
    /// Its number.
    pub(crate) port: u16,
    listeners: Vec<TcpListener>,
}

impl NodePort {
    /// The next one that is free, on both of the addresses that `localhost` can mean.
    pub(crate) async fn bind() -> io::Result<Self> {
        let after = FIRST..=*NODE_PORTS.end();
        let before = *NODE_PORTS.start()..FIRST;
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for port in after.chain(before) {
            match Self::at(port).await {
                Ok(bound) => return Ok(bound),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    async fn at(port: u16) -> io::Result<Self> {
        let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
            Ok(v6) => Ok(Self { port, listeners: vec![v4, v6] }),
            // Somebody else's page would open for half of the browsers.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(error),
            // A machine without IPv6.
            Err(_) => Ok(Self { port, listeners: vec![v4] }),
        }
    }

    /// Answers until `stopping`.
    pub(crate) fn serve(self, network: Network, stopping: &CancellationToken) {
        let controller = Arc::new(Controller::new(network, stopping.clone()));
        let room = Arc::new(Semaphore::new(CONNECTIONS));
        for listener in self.listeners {
            let accepted = accept(listener, Arc::clone(&controller), Arc::clone(&room));
            let stopped = stopping.clone().cancelled_owned();
            tokio::spawn(async move {
                tokio::select! {
                    () = stopped => {}
                    () = accepted => {}
                }
            });
        }
    }
}

/// What every connection shares.
struct Controller {
    network: Network,
    table: Mutex<(u64, Arc<Table>)>,
    turn: AtomicUsize,
    stopping: CancellationToken,
}

impl Controller {
    fn new(network: Network, stopping: CancellationToken) -> Self {
        Self { network, table: Mutex::default(), turn: AtomicUsize::new(0), stopping }
    }

    /// The routes as they are now; worked out anew when anything has changed.
    fn table(&self) -> Arc<Table> {
        let store = self.network.store();
        // Read before the objects: a change in between is seen again at the next request.
        let version = *store.changes().borrow();
        let mut kept = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0 != version {
            *kept = (version, Arc::new(Table::of(&store.list(Resource::Ingresses, None))));
        }
        Arc::clone(&kept.1)
    }
}

async fn accept(listener: TcpListener, controller: Arc<Controller>, room: Arc<Semaphore>) {
    while let Ok(place) = Arc::clone(&room).acquire_owned().await {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::debug!(%error, "the ingress cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let controller = Arc::clone(&controller);
        let stopped = controller.stopping.clone().cancelled_owned();
        tokio::spawn(async move {
            tokio::select! {
                () = stopped => {}
                () = connection(stream, peer, controller) => {}
            }
            drop(place);
        });
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, controller: Arc<Controller>) {
    let client = client(peer.ip());
    let answer = service_fn(move |request| proxy::answer(Arc::clone(&controller), client, request));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), answer)
        .with_upgrades();
    if let Err(error) = served.await {
        tracing::debug!(%error, "a connection to the ingress ended");
    }
}

fn client(ip: IpAddr) -> IpAddr {
    ip.to_canonical()
}
