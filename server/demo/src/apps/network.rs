//! The pods' network of one context: which pods a Service leads to, and what answers there.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use serde_json::Value;
use tokio::io::DuplexStream;

use super::{App, Listening};
use crate::document::{part, text};
use crate::store::{Key, Resource, Store};

/// What a connection inside the cluster can hold before it is read.
const BUFFER: usize = 64 << 10;

/// Clones are the same network.
#[derive(Clone)]
pub(crate) struct Network {
    store: Store,
    listening: Arc<BTreeMap<Place, Listening>>,
}

/// A port of a pod.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The pod's namespace.
    pub(crate) namespace: String,
    /// The pod's name.
    pub(crate) pod: String,
    /// The port that the app listens on.
    pub(crate) port: u16,
}

impl Network {
    /// The network of that store's pods, with these apps, each on the cluster of that name.
    pub(crate) fn new(store: Store, apps: impl IntoIterator<Item = (Place, App, String)>) -> Self {
        let start = |(place, app, cluster): (Place, App, String)| (place, app.start(&cluster));
        Self { store, listening: Arc::new(apps.into_iter().map(start).collect()) }
    }

    /// The objects that live in this network.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Where a Service sends requests for one of its ports, by number or by name: a place in each
    /// running pod that it selects. `None` when it has no such port.
    pub(crate) fn places(&self, service: &Value, port: &Value) -> Option<Vec<Place>> {
        let ports = part(service, "/spec/ports").as_array()?;
        let is_meant = |it: &&Value| ["/port", "/name"].iter().any(|key| part(it, key) == port);
        let entry = ports.iter().find(is_meant).filter(|_| !port.is_null())?;
        let target = ["/targetPort", "/port"].iter().find_map(|key| part(entry, key).as_u64())?;
        let port = u16::try_from(target).ok()?;
        let namespace = text(service, "/metadata/namespace")?;
        let selector = part(service, "/spec/selector").as_object();
        let Some(selector) = selector.filter(|it| !it.is_empty()) else { return Some(vec![]) };
        let pods = self.store.list(Resource::Pods, Some(namespace));
        let selected = pods.iter().filter(|pod| {
            let labels = part(pod, "/metadata/labels");
            selector.iter().all(|(key, value)| labels.get(key) == Some(value)) && is_running(pod)
        });
        let place = |pod: &Arc<Value>| {
            let pod = text(pod, "/metadata/name")?.to_owned();
            Some(Place { namespace: namespace.to_owned(), pod, port })
        };
        Some(selected.filter_map(place).collect())
    }

    /// What listens there; nothing in a pod that does not run.
    pub(crate) fn listening(&self, place: &Place) -> Option<Listening> {
        let key = Key::namespaced(Resource::Pods, &place.namespace, &place.pod);
        let pod = self.store.get(&key)?;
        self.listening.get(place).filter(|_| is_running(&pod)).cloned()
    }

    /// A connection to a place, as another pod would open it.
    pub(crate) fn dial(&self, place: &Place) -> io::Result<DuplexStream> {
        let listening = self.listening(place).ok_or(io::ErrorKind::ConnectionRefused)?;
        let (client, server) = tokio::io::duplex(BUFFER);
        // It ends with the client's side of the connection.
        tokio::spawn(listening.serve(server));
        Ok(client)
    }
}

fn is_running(pod: &Value) -> bool {
    text(pod, "/status/phase") == Some("Running")
        && text(pod, "/metadata/deletionTimestamp").is_none()
}
