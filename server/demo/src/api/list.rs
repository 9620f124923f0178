//! All objects of a kind, in pages that show one moment.

use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use http::StatusCode;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::failure::Failure;
use super::options::{Options, Version};
use super::path::Of;
use super::reply;
use super::token::Token;
use crate::store::{Resource, Snapshot, Store};

/// A version that is not there yet is waited for so long, as on a real server.
const PATIENCE: Duration = Duration::from_secs(3);
/// What the version of a list was, where it is not remembered any more.
const TOO_OLD: &str = "The resourceVersion for the provided list is too old.";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List {
    kind: String,
    api_version: String,
    metadata: ListMetadata,
    items: Vec<Item>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListMetadata {
    resource_version: String,
    #[serde(rename = "continue", skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining_item_count: Option<usize>,
}

/// An object in a list, which says its kind once for all.
struct Item(Arc<Value>);

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nothing = Map::new();
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.0.as_object().unwrap_or(&nothing) {
            if name != "kind" && name != "apiVersion" {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

/// Answers with a page, all of it if nothing else was asked.
pub(super) async fn answer(store: &Store, of: &Of, options: &Options) -> Result<Response, Failure> {
    let snapshot = snapshot(store, of.resource, options).await?;
    let selectors = &options.selectors;
    // A namespace that is selected by its field is as good as one in the path.
    let namespace = of.namespace.as_deref().or(selectors.exact("metadata.namespace"));
    let prefix = match namespace {
        Some(namespace) if of.resource.namespaced() => format!("{namespace}/"),
        _ => String::new(),
    };
    let begin = match &options.token {
        Some(token) => Bound::Excluded(format!("{prefix}{}", token.after)),
        None => Bound::Included(prefix.clone()),
    };
    let is_one = |place: &str| is_the_one(of, options, namespace, &prefix, place);
    let mut places = snapshot
        .objects
        .range::<String, _>((begin, Bound::Unbounded))
        .take_while(|(place, _)| place.starts_with(&prefix))
        .filter(|(place, _)| is_one(place));
    // From the time before lists of any version had pages.
    let limit = options.limit.filter(|_| options.version != Version::Any).unwrap_or(usize::MAX);
    let meant = places.by_ref().filter(|(_, object)| selectors.matches(object));
    let page: Vec<_> = meant.take(limit).collect();
    // Of what follows nobody knows yet whether it is selected.
    let remaining = places.count();
    let shown = page.last().filter(|_| remaining > 0);
    let follows = shown.map(|(place, _)| Token {
        version: Some(snapshot.version),
        after: place.strip_prefix(&prefix).unwrap_or(place).to_owned(),
    });
    let list = List {
        kind: format!("{}List", of.resource.kind()),
        api_version: of.resource.api_version(),
        metadata: ListMetadata {
            resource_version: snapshot.version.to_string(),
            token: follows.map(|it| it.text()),
            remaining_item_count: Some(remaining).filter(|it| *it > 0 && selectors.is_empty()),
        },
        items: page.into_iter().map(|(_, object)| Item(Arc::clone(object))).collect(),
    };
    Ok(reply::json(StatusCode::OK, &list))
}

/// Who selects by name asks for one object, as if it were in the path, and not for pages.
fn is_the_one(
    of: &Of,
    options: &Options,
    namespace: Option<&str>,
    prefix: &str,
    place: &str,
) -> bool {
    let knows_where = namespace.is_some() || !of.resource.namespaced();
    match options.selectors.exact("metadata.name") {
        Some(name) if knows_where && options.token.is_none() => {
            place.strip_prefix(prefix) == Some(name)
        }
        _ => true,
    }
}

async fn snapshot(
    store: &Store,
    resource: Resource,
    options: &Options,
) -> Result<Snapshot, Failure> {
    if let Some(token) = &options.token {
        let now = || Token { version: None, after: token.after.clone() }.text();
        let asked = store.snapshot(resource, token.version);
        return asked.map_err(|_| Failure::expired_page(&now()));
    }
    let at = match options.version {
        Version::Newest | Version::Any => None,
        Version::NotOlderThan(version) => {
            reached(store, version).await?;
            None
        }
        Version::Exact(version) => {
            reached(store, version).await?;
            Some(version)
        }
    };
    store.snapshot(resource, at).map_err(|_| Failure::expired(TOO_OLD))
}

async fn reached(store: &Store, version: u64) -> Result<(), Failure> {
    let mut changes = store.changes();
    let is_reached = timeout(PATIENCE, changes.wait_for(|newest| *newest >= version)).await;
    match is_reached {
        Ok(_) => Ok(()),
        Err(_) => Err(Failure::future_version(version, *store.changes().borrow())),
    }
}
