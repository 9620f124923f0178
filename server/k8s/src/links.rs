//! Guest links in Kubernetes: one `ConfigMap` a cluster, `C-skyports-links`, an entry a link, keyed by
//! the hash of its secret.
//!
//! The head pod owns it, so it ends with the cluster; and what it holds counts only while its owner
//! is the cluster's head: a new cluster of the same name inherits nothing.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::ConfigMap;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use skyports_model::share::{GuestLink, Label, LinkHash};
use skyports_model::{ClusterId, Mode, NameOnCloud, Namespace, Port, Timestamp};

use crate::names;
use crate::plan::Head;

/// By which labels all of them are found.
pub const SELECTOR: &str = "app.kubernetes.io/managed-by=skyports,skypilot-cluster-name";
/// More links are not kept for a cluster; a `ConfigMap` holds a megabyte.
pub const MOST: usize = 200;
/// The longest entry that is read.
const LONGEST: usize = 1_000;

/// The name of a cluster's `ConfigMap`.
pub fn name(cluster: &ClusterId) -> String {
    format!("{}-skyports-links", cluster.name)
}

/// The links of one cluster, as its `ConfigMap` holds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Links {
    /// The namespace.
    pub namespace: Namespace,
    /// The cluster's name on the cloud.
    pub cluster: NameOnCloud,
    /// The `ConfigMap`'s identity.
    pub uid: String,
    /// The identities of those that own it.
    pub owners: Vec<String>,
    /// The links by their hash.
    pub links: BTreeMap<LinkHash, GuestLink>,
}

impl Links {
    /// Reads a `ConfigMap`; `None` where it is none of ours. Entries that cannot be read are left
    /// out: whatever they were meant to open stays closed.
    pub fn read(map: ConfigMap) -> Option<Self> {
        let ConfigMap { metadata: meta, data, .. } = map;
        let labels = meta.labels.unwrap_or_default();
        let cluster = names::labelled(|label| labels.get(label))?;
        let cluster = NameOnCloud::try_from(cluster.to_owned()).ok()?;
        let is_ours = meta.name? == format!("{cluster}-skyports-links");
        let entries = data.unwrap_or_default().into_iter().filter_map(|(key, text)| {
            let hash = LinkHash::try_from(key).ok()?;
            Some((hash.clone(), link(hash, &text)?))
        });
        is_ours.then_some(Self {
            namespace: Namespace::try_from(meta.namespace?).ok()?,
            cluster,
            uid: meta.uid?,
            owners: meta.owner_references.into_iter().flatten().map(|owner| owner.uid).collect(),
            links: entries.collect(),
        })
    }

    /// Whether it was made for the cluster that has this head.
    pub fn is_of(&self, head: &Head) -> bool {
        self.owners.contains(&head.uid)
    }
}

/// A link as an entry holds it.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    port: Port,
    mode: String,
    made: i64,
    expires: i64,
    #[serde(default)]
    label: Label,
    #[serde(default)]
    maker: Label,
}

fn link(hash: LinkHash, text: &str) -> Option<GuestLink> {
    let text = (text.len() <= LONGEST).then_some(text)?;
    let Entry { port, mode, made, expires, label, maker } = serde_json::from_str(text).ok()?;
    Some(GuestLink {
        hash,
        port,
        mode: Mode::parse(&mode)?,
        made: Timestamp(made),
        expires: Timestamp(expires),
        label,
        maker: maker.as_str().to_owned(),
    })
}

fn entry(link: &GuestLink) -> Result<Value, serde_json::Error> {
    let GuestLink { hash: _, port, mode, made, expires, label, maker } = link;
    let entry = Entry {
        port: *port,
        mode: mode.as_str().to_owned(),
        made: made.0,
        expires: expires.0,
        label: label.clone(),
        maker: Label::from(maker.clone()),
    };
    serde_json::to_string(&entry).map(Value::String)
}

/// The `ConfigMap` that holds a cluster's first link.
///
/// # Errors
/// Only what a serialiser may say.
pub fn first(
    cluster: &ClusterId,
    head: &Head,
    link: &GuestLink,
) -> Result<Value, serde_json::Error> {
    let labels = json!({
        "parent": "skypilot",
        "skypilot-cluster-name": cluster.name.as_str(),
        "app.kubernetes.io/managed-by": "skyports",
    });
    let owner = json!({
        "apiVersion": head.kind.version(), "kind": head.kind.as_str(),
        "name": head.name, "uid": head.uid,
    });
    Ok(json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": name(cluster), "namespace": cluster.namespace.as_str(),
            "labels": labels, "ownerReferences": [owner],
        },
        "data": { link.hash.as_str(): entry(link)? },
    }))
}

/// The merge patch of a `ConfigMap` of that identity that adds a link and takes those away that have
/// ended at that moment.
///
/// # Errors
/// Only what a serialiser may say.
pub fn another(
    links: &Links,
    link: &GuestLink,
    now: Timestamp,
) -> Result<Value, serde_json::Error> {
    let ended = links.links.values().filter(|old| !old.is_live(now));
    let mut data: serde_json::Map<_, _> =
        ended.map(|old| (old.hash.as_str().to_owned(), Value::Null)).collect();
    data.insert(link.hash.as_str().to_owned(), entry(link)?);
    Ok(json!({ "metadata": { "uid": links.uid }, "data": data }))
}

/// The merge patch of a `ConfigMap` of that identity that takes links away.
pub fn without<'a>(links: &Links, gone: impl IntoIterator<Item = &'a LinkHash>) -> Value {
    let data: serde_json::Map<_, _> =
        gone.into_iter().map(|hash| (hash.as_str().to_owned(), Value::Null)).collect();
    json!({ "metadata": { "uid": links.uid }, "data": data })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::HeadKind;
    use proptest::prelude::*;

    fn cluster() -> ClusterId {
        ClusterId {
            context: skyports_model::ContextName::parse("prod").unwrap(),
            namespace: Namespace::parse("ml").unwrap(),
            name: NameOnCloud::parse("train-2ea4").unwrap(),
        }
    }

    fn head(uid: &str) -> Head {
        Head { kind: HeadKind::Pod, name: "train-2ea4-head".to_owned(), uid: uid.to_owned() }
    }

    fn made(hash: &str, expires: i64) -> GuestLink {
        GuestLink {
            hash: hash.repeat(64).parse().unwrap(),
            port: "8888".parse().unwrap(),
            mode: Mode::Ingress,
            made: Timestamp(100),
            expires: Timestamp(expires),
            label: Label::from("Ana (review)".to_owned()),
            maker: "ada@example.com".to_owned(),
        }
    }

    fn stored(value: Value) -> ConfigMap {
        let mut map: ConfigMap = serde_json::from_value(value).unwrap();
        map.metadata.uid = Some("map-1".to_owned());
        map
    }

    #[test]
    fn what_was_written_is_read() {
        let link = made("a", 200);
        let read = Links::read(stored(first(&cluster(), &head("pod-1"), &link).unwrap())).unwrap();
        assert_eq!(read.links.values().collect::<Vec<_>>(), [&link]);
        assert!(read.is_of(&head("pod-1")) && !read.is_of(&head("pod-2")));
        assert_eq!(read.cluster.as_str(), "train-2ea4");
    }

    #[test]
    fn another_link_takes_ended_ones_away() {
        let read = Links::read(stored(first(&cluster(), &head("p"), &made("a", 200)).unwrap()));
        let patch = another(&read.unwrap(), &made("b", 900), Timestamp(500)).unwrap();
        assert_eq!(patch["metadata"]["uid"], "map-1");
        assert!(
            patch["data"]["a".repeat(64)].is_null() && patch["data"]["b".repeat(64)].is_string()
        );
    }

    #[test]
    fn what_is_odd_is_left_out() {
        let mut value = first(&cluster(), &head("p"), &made("a", 200)).unwrap();
        let odd = json!({ "port": 0, "mode": "ingress", "made": 1, "expires": 2 }).to_string();
        value["data"] = json!({ "b".repeat(64): odd, "short": "{}", "c".repeat(64): "[" });
        assert!(Links::read(stored(value.clone())).unwrap().links.is_empty());
        value["metadata"]["name"] = "other".into();
        assert_eq!(Links::read(stored(value)), None);
    }

    proptest! {
        #[test]
        fn no_entry_makes_it_fail(text in "\\PC{0,80}|\\{\"port\":[0-9]{1,6},\"mode\":\"\\PC{0,9}\"\\}") {
            let mut value = first(&cluster(), &head("p"), &made("a", 200)).unwrap();
            value["data"]["b".repeat(64)] = text.into();
            prop_assert!(Links::read(stored(value)).unwrap().links.len() <= 2);
        }
    }
}
