//! Manifests as text: by template, and read back.
//!
//! Nothing is sent whose text does not say exactly what was planned. What is sent is the typed
//! object; the text is for people, and for `kubectl apply`.

mod slots;
#[cfg(test)]
pub(crate) mod tests;

use std::fmt;

use askama::Template;
use askama::filters::Escaper;
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::Ingress;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use skyports_model::finding::is_unseen;
use thiserror::Error;

use self::slots::{EntrySlots, MetaSlots, PathSlots, PortSlots, Text};
use crate::manifest::Manifest;

/// Why a manifest's text cannot be trusted.
#[derive(Debug, Error)]
pub(crate) enum RenderError {
    /// The template failed.
    #[error("the template cannot be filled in")]
    Template(#[source] askama::Error),
    /// The text is not one YAML document of that kind.
    #[error("the text is no manifest: {0}")]
    Unreadable(serde_yaml_ng::Error),
    /// The object cannot be written as JSON.
    #[error("the object is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The text says something else than the plan.
    #[error("the text and the plan differ at {0}")]
    Differs(String),
}

/// The manifest's text and the object that it says.
pub(crate) fn render(manifest: &Manifest) -> Result<(String, Value), RenderError> {
    let planned = manifest.object()?;
    let text = text(manifest).map_err(RenderError::Template)?;
    let said = match manifest {
        Manifest::Balancer(_) | Manifest::Backend(_) => read::<Service>(&text),
        Manifest::Ingress(_) => read::<Ingress>(&text),
    }?;
    match difference(&said, &planned, "") {
        Some(place) => Err(RenderError::Differs(place)),
        None => Ok((text, planned)),
    }
}

fn text(manifest: &Manifest) -> askama::Result<String> {
    match manifest {
        Manifest::Balancer(balancer) => BalancerText {
            meta: MetaSlots(&balancer.meta),
            selector: EntrySlots(&balancer.selector),
            ports: balancer.ports.iter().copied().map(PortSlots).collect(),
            sources: balancer.sources.iter().map(ToString::to_string).map(Text::from).collect(),
        }
        .render(),
        Manifest::Backend(backend) => BackendText {
            meta: MetaSlots(&backend.meta),
            selector: EntrySlots(&backend.selector),
            port: PortSlots(backend.port),
        }
        .render(),
        Manifest::Ingress(paths) => IngressText {
            meta: MetaSlots(&paths.meta),
            paths: paths.paths.iter().map(PathSlots::of).collect(),
        }
        .render(),
    }
}

/// What a text says: one document, no key twice, and nothing that the type does not know.
///
/// By the reader of YAML that the rest of the crate has. A stricter one would add nothing: whatever
/// an anchor, a tag or a merge could do, it would have to end in what was planned.
fn read<T: Serialize + DeserializeOwned>(text: &str) -> Result<Value, RenderError> {
    let tree: serde_yaml_ng::Value =
        serde_yaml_ng::from_str(text).map_err(RenderError::Unreadable)?;
    let said: Value = serde_yaml_ng::from_value(tree).map_err(RenderError::Unreadable)?;
    let typed: T = serde_json::from_value(said.clone())?;
    // The types skip what they do not know: what is lost on the way was not theirs.
    match difference(&said, &serde_json::to_value(typed)?, "") {
        Some(place) => Err(RenderError::Differs(place)),
        None => Ok(said),
    }
}

/// Where two trees differ first.
fn difference(said: &Value, planned: &Value, place: &str) -> Option<String> {
    match (said, planned) {
        (Value::Object(said), Value::Object(planned)) => {
            let keys = said.keys().chain(planned.keys());
            let mut differing = keys.filter_map(|key| {
                let place = format!("{place}/{key}");
                match (said.get(key), planned.get(key)) {
                    (Some(said), Some(planned)) => difference(said, planned, &place),
                    _ => Some(place),
                }
            });
            differing.next()
        }
        (Value::Array(said), Value::Array(planned)) if said.len() == planned.len() => {
            let pairs = said.iter().zip(planned).enumerate();
            let mut differing = pairs.filter_map(|(at, (said, planned))| {
                difference(said, planned, &format!("{place}/{at}"))
            });
            differing.next()
        }
        _ => (said != planned).then(|| if place.is_empty() { "/" } else { place }.to_owned()),
    }
}

#[derive(Template)]
#[template(path = "kubernetes-loadbalancer.yml.j2")]
struct BalancerText<'a> {
    meta: MetaSlots<'a>,
    selector: EntrySlots<'a>,
    ports: Vec<PortSlots>,
    sources: Vec<Text<'a>>,
}

#[derive(Template)]
#[template(path = "kubernetes-ingress.yml.j2", block = "service")]
struct BackendText<'a> {
    meta: MetaSlots<'a>,
    selector: EntrySlots<'a>,
    port: PortSlots,
}

#[derive(Template)]
#[template(path = "kubernetes-ingress.yml.j2", block = "ingress")]
struct IngressText<'a> {
    meta: MetaSlots<'a>,
    paths: Vec<PathSlots<'a>>,
}

/// The escaper of every manifest: each value is a string in double quotes.
///
/// That is JSON, and so YAML 1.2, but for what cannot be seen or would be a line's end for some
/// reader of YAML: that is spelled out, beyond `\u{ffff}` in YAML's own way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Quoted;

impl Escaper for Quoted {
    fn write_escaped_str<W: fmt::Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        dest.write_char('"')?;
        for c in text.chars() {
            match c {
                '"' | '\\' => write!(dest, "\\{c}")?,
                _ if !is_unseen(c) && !is_noncharacter(c) => dest.write_char(c)?,
                '\0'..='\u{ffff}' => write!(dest, "\\u{:04x}", u32::from(c))?,
                _ => write!(dest, "\\U{:08x}", u32::from(c))?,
            }
        }
        dest.write_char('"')
    }
}

/// What YAML does not let stand for itself.
fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{ffff}')
}
