//! The nodes' part in the end of a pod: it stops soon after its deletion was asked for, and is gone.
//! With it goes what it owned.

use std::time::Duration;

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::document::{part, text};
use crate::store::{Key, Resource, Store};

/// A pod's processes end, and its node says so.
const STOPPING: Duration = Duration::from_secs(1);

/// Ends pods until `stopping`.
pub(crate) fn start(store: Store, stopping: &CancellationToken) {
    let mut versions = store.changes();
    let stopped = stopping.clone().cancelled_owned();
    let ended = async move {
        loop {
            versions.borrow_and_update();
            let ending = ending(&store);
            if ending.is_empty() {
                if versions.changed().await.is_err() {
                    return;
                }
                continue;
            }
            sleep(STOPPING).await;
            for key in ending {
                store.remove(&key);
            }
        }
    };
    tokio::spawn(async move {
        tokio::select! {
            () = stopped => {}
            () = ended => {}
        }
    });
}

/// The pods whose deletion was asked for, and that nobody else holds.
fn ending(store: &Store) -> Vec<Key> {
    let pods = store.list(Resource::Pods, None).into_iter();
    let ending = pods.filter(|pod| {
        let holders = part(pod, "/metadata/finalizers").as_array();
        text(pod, "/metadata/deletionTimestamp").is_some() && holders.is_none_or(Vec::is_empty)
    });
    ending.filter_map(|pod| Key::of(&pod).ok()).collect()
}
