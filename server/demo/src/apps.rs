//! Small apps that stand in for what people run on clusters.
//!
//! Each does with its own path what the real one does (which addresses it redirects to, where its
//! page looks for scripts, where its buttons post to) and says on its page that it is a stand-in.
//! They know nothing of Kubernetes; [`network`] says in which pods they listen.

mod code_server;
mod gradio;
mod jupyter;
mod mlflow;
pub(crate) mod network;
mod page;
mod plain;
mod ray;
mod redis;
mod streamlit;
mod tensorboard;
mod vllm;

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};

/// A client must have sent its request's head in this time, as with nginx.
const HEADER_TIMEOUT: Duration = Duration::from_mins(1);

/// A stand-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum App {
    /// An editor in the browser, at any path.
    CodeServer,
    /// A page that looks right under any path, with a button that only works at the root.
    Gradio,
    /// A notebook server that sends the browser to `/lab`.
    Jupyter,
    /// A tracking server with relative scripts.
    MlFlow,
    /// A page of somebody's own.
    Plain,
    /// Ray's dashboard with relative scripts.
    Ray,
    /// A store that speaks no HTTP.
    Redis,
    /// A page with relative scripts and a WebSocket.
    Streamlit,
    /// A page with relative scripts.
    TensorBoard,
    /// An API without pages, with the name of the model that it serves.
    Vllm(&'static str),
}

/// A stand-in that listens in a pod.
#[derive(Debug, Clone)]
pub(crate) enum Listening {
    /// On HTTP.
    Pages(Router),
    /// On a protocol of its own.
    Redis,
}

impl App {
    /// The app as it runs on the cluster of that name.
    pub(crate) fn start(self, cluster: &str) -> Listening {
        Listening::Pages(match self {
            Self::CodeServer => code_server::router(cluster),
            Self::Gradio => gradio::router(cluster),
            Self::Jupyter => jupyter::router(cluster),
            Self::MlFlow => mlflow::router(cluster),
            Self::Plain => plain::router(cluster),
            Self::Ray => ray::router(cluster),
            Self::Streamlit => streamlit::router(cluster),
            Self::TensorBoard => tensorboard::router(cluster),
            Self::Vllm(model) => vllm::router(model),
            Self::Redis => return Listening::Redis,
        })
    }
}

impl Listening {
    /// Answers on one connection until it ends.
    pub(crate) async fn serve<C>(self, connection: C)
    where
        C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        match self {
            Self::Pages(router) => {
                let service = TowerToHyperService::new(router);
                let served = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEADER_TIMEOUT)
                    .serve_connection(TokioIo::new(connection), service)
                    .with_upgrades();
                if let Err(error) = served.await {
                    tracing::debug!(%error, "a connection to an app ended");
                }
            }
            Self::Redis => {
                if let Err(error) = redis::serve(connection).await {
                    tracing::debug!(%error, "a connection to an app ended");
                }
            }
        }
    }
}
