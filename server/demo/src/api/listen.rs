//! Connections, each bounded in what it may send and all in their number.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Connections at once; who comes later waits. A context of skyports has about ten.
const CONNECTIONS: usize = 256;
/// A request's line and headers.
const HEAD: usize = 64 * 1024;
const HEADERS: usize = 64;
const HEADER_READ: Duration = Duration::from_secs(10);

/// Serves until `stopping`, and then nobody any more.
pub(super) async fn serve(listener: TcpListener, router: Router, stopping: CancellationToken) {
    let mut builder = http1::Builder::new();
    builder.max_buf_size(HEAD).max_headers(HEADERS);
    builder.timer(TokioTimer::new()).header_read_timeout(HEADER_READ);
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((place, listener.accept().await))
        };
        let (place, stream) = tokio::select! {
            () = stopping.cancelled() => return,
            next = next => match next {
                None => return,
                Some((place, Ok((stream, _)))) => (place, stream),
                Some((_, Err(error))) => {
                    // Too many open files, for one: it passes, and a busy loop would not help.
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
        };
        // Small events must leave at once.
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let stopping = stopping.clone();
        tokio::spawn(async move {
            let _place = place;
            tokio::select! {
                () = stopping.cancelled() => {}
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%error, "connection ended");
                }
            }
        });
    }
}
