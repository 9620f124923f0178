//! The listener: which address, and connections that cannot be held open for nothing.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// A request's head must arrive within this time.
const HEADER_READ: Duration = Duration::from_secs(10);
/// Open requests may end within this time after the server was asked to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(3);
/// How many ports after the one asked for are tried.
const NEXT_PORTS: u16 = 20;

/// Who is at the other end of a connection: the last one before us, where proxies stand between.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// Listens on `address`, or on the next free port; the second value says whether it is another.
pub async fn bind(address: SocketAddr) -> std::io::Result<(TcpListener, bool)> {
    let first = match TcpListener::bind(address).await {
        Ok(listener) => return Ok((listener, false)),
        Err(error) if error.kind() == ErrorKind::AddrInUse && address.port() != 0 => error,
        Err(error) => return Err(error),
    };
    for port in (1..=NEXT_PORTS).filter_map(|step| address.port().checked_add(step)) {
        match TcpListener::bind(SocketAddr::new(address.ip(), port)).await {
            Ok(listener) => return Ok((listener, true)),
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
    }
    Err(first)
}

/// Serves until `stopping`; then lets open requests end.
pub async fn serve(listener: TcpListener, router: Router, stopping: CancellationToken) {
    // Browsers speak HTTP/2 over TLS alone, and telling the two apart has no time limit.
    let mut builder = auto::Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_READ);
    let graceful = GracefulShutdown::new();
    loop {
        let (stream, from) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Too many open files, for one: it passes, and a busy loop would not help it.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = stopping.cancelled() => break,
        };
        // Small events must leave at once.
        let _ = stream.set_nodelay(true);
        let peer = Peer(from.ip().to_canonical());
        let service = router.clone().map_request(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            request
        });
        let service = TowerToHyperService::new(service);
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
    }
    // Who does not end in time is cut off with the process.
    let _ = tokio::time::timeout(LAST_REQUESTS, graceful.shutdown()).await;
}
