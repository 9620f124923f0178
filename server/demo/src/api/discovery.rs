//! What there is to ask for: versions, groups, kinds, and whether the server lives.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::failure::Failure;
use super::path::Target;
use super::{Verb, reply, review, write};
use crate::store::Resource;

/// The version of Kubernetes whose words this server uses.
const MINOR: &str = "36";

/// Answers whatever is no question about objects.
pub(super) fn answer(target: Target, address: SocketAddr) -> Result<Response, Failure> {
    let document = match target {
        Target::Health => {
            let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
            return Ok((StatusCode::OK, text, "ok").into_response());
        }
        Target::Version => version(),
        Target::CoreVersions => json!({
            "kind": "APIVersions",
            "versions": ["v1"],
            "serverAddressByClientCIDRs":
                [{"clientCIDR": "0.0.0.0/0", "serverAddress": address.to_string()}],
        }),
        Target::Groups => {
            let groups = Resource::ALL.into_iter().map(Resource::group);
            let groups: BTreeSet<&str> = groups.chain([review::GROUP]).collect();
            let groups: Vec<Value> =
                groups.into_iter().filter(|it| !it.is_empty()).map(group_versions).collect();
            json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
        }
        Target::Group(group) => group_document(&group)?,
        Target::Kinds(group, version) => kinds(&group, &version),
        Target::Objects(_) | Target::Review(_) => return Err(Failure::no_resource()),
    };
    Ok(reply::json(StatusCode::OK, &document))
}

fn version() -> Value {
    json!({
        "major": "1",
        "minor": MINOR,
        "gitVersion": format!("v1.{MINOR}.0+skyports-demo"),
        "gitCommit": "",
        "gitTreeState": "",
        "buildDate": "1970-01-01T00:00:00Z",
        "goVersion": "",
        "compiler": "",
        "platform": "",
    })
}

fn group_versions(group: &str) -> Value {
    let version = json!({"groupVersion": format!("{group}/v1"), "version": "v1"});
    json!({"name": group, "versions": [version], "preferredVersion": version})
}

fn group_document(group: &str) -> Result<Value, Failure> {
    let is_known = Resource::ALL.iter().any(|it| it.group() == group) || group == review::GROUP;
    if group.is_empty() || !is_known {
        return Err(Failure::no_page());
    }
    let mut document = group_versions(group);
    let fields = crate::document::fields(&mut document);
    fields.insert("kind".to_owned(), "APIGroup".into());
    fields.insert("apiVersion".to_owned(), "v1".into());
    Ok(document)
}

fn kinds(group: &str, version: &str) -> Value {
    let its = |it: &Resource| it.group() == group && it.version() == version;
    let mut kinds: Vec<Value> = Resource::ALL.into_iter().filter(its).map(kind).collect();
    if group == review::GROUP {
        kinds.extend(review::kinds());
    }
    if group.is_empty() {
        // As a real server has it: the oldest list of kinds does not say its version.
        return json!({"kind": "APIResourceList", "groupVersion": version, "resources": kinds});
    }
    let group_version = format!("{group}/{version}");
    json!({
        "kind": "APIResourceList", "apiVersion": "v1",
        "groupVersion": group_version, "resources": kinds,
    })
}

fn kind(resource: Resource) -> Value {
    let mut document = json!({
        "name": resource.plural(),
        "singularName": resource.kind().to_lowercase(),
        "namespaced": resource.namespaced(),
        "kind": resource.kind(),
        "verbs": verbs(resource),
    });
    if !resource.short_names().is_empty() {
        let fields = crate::document::fields(&mut document);
        fields.insert("shortNames".to_owned(), resource.short_names().into());
    }
    document
}

fn verbs(resource: Resource) -> Vec<&'static str> {
    let reads = [Verb::Get, Verb::List, Verb::Watch];
    reads.iter().chain(write::verbs(resource)).map(|verb| verb.name()).collect()
}
