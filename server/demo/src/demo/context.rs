//! One context: its store, its API, and what runs behind it.

use std::io;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tokio::net::TcpSocket;
use tokio_util::sync::CancellationToken;

use super::settle;
use crate::api::{Api, ApiConfig, Rules};
use crate::apps::network::Network;
use crate::balancer::address::Addresses;
use crate::cloud;
use crate::ingress::NodePort;
use crate::seed::Seed;
use crate::store::{Clock, Store};
use crate::{kubeconfig, kubelet};

/// What all contexts have together.
pub(super) struct Shared {
    pub(super) addresses: Arc<Addresses>,
    pub(super) clock: Clock,
    pub(super) pace: f32,
    pub(super) stopping: CancellationToken,
}

/// A context before it is opened.
pub(super) struct Context {
    name: &'static str,
    seed: Seed,
    rules: Rules,
    ingress: Option<NodePort>,
    has_cloud: bool,
}

impl Context {
    pub(super) fn new(name: &'static str, seed: Seed) -> Self {
        Self { name, seed, rules: Rules::default(), ingress: None, has_cloud: false }
    }

    /// Its ingress controller answers there.
    pub(super) fn behind(self, ingress: NodePort) -> Self {
        Self { ingress: Some(ingress), ..self }
    }

    /// Something gives addresses to its load balancers.
    pub(super) fn with_cloud(self) -> Self {
        Self { has_cloud: true, ..self }
    }

    pub(super) fn ruled(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// Starts everything; the API last, so that nobody sees half of it.
    pub(super) async fn open(self, shared: &Shared) -> io::Result<kubeconfig::Context> {
        let Self { name, seed, rules, ingress, has_cloud } = self;
        let Shared { addresses, clock, pace, stopping } = shared;
        let store = Store::new(*clock);
        for object in seed.objects {
            let object = settle::settled(&store, object);
            store.put(object).map_err(io::Error::other)?;
        }
        kubelet::start(store.clone(), stopping);
        let network = Network::new(store.clone(), seed.apps);
        if let Some(ingress) = ingress {
            ingress.serve(network.clone(), stopping);
        }
        if has_cloud {
            let (addresses, clock, pace) = (Arc::clone(addresses), *clock, *pace);
            cloud::start(cloud::Config { network, addresses, clock, pace }, stopping);
        }
        let token = token()?;
        let config = ApiConfig { token: token.clone(), store, rules };
        let address = Api::start(config, stopping.clone()).await?.address();
        let namespace = Some("default".to_owned());
        Ok(kubeconfig::Context { name: name.to_owned(), address, token, namespace })
    }
}

/// A context whose address is reserved, so that nobody else takes it, and refuses everybody.
pub(super) fn nobody_listens(
    name: &str,
    stopping: &CancellationToken,
) -> io::Result<kubeconfig::Context> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    let address = socket.local_addr()?;
    let stopped = stopping.clone().cancelled_owned();
    tokio::spawn(async move {
        stopped.await;
        drop(socket);
    });
    Ok(kubeconfig::Context { name: name.to_owned(), address, token: token()?, namespace: None })
}

/// Nobody can guess it; the digest only writes it in hexadecimal digits.
fn token() -> io::Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(format!("{:x}", Sha256::digest(bytes)))
}
