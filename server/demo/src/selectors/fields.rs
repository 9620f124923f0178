//! Field selectors: which fields a kind can be selected by, and by what they say.

use serde_json::Value;

use super::SelectorError;
use crate::document::{part, text};
use crate::resource::Resource;

/// All of these must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<Term>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    field: &'static str,
    equal: bool,
    value: String,
}

impl Fields {
    pub(super) fn parse(resource: Resource, selector: &str) -> Result<Self, SelectorError> {
        let terms = split(selector, ',').into_iter().filter(|term| !term.is_empty());
        terms.map(|term| Term::parse(resource, selector, term)).collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn matches(&self, object: &Value) -> bool {
        self.0.iter().all(|term| (value_of(object, term.field) == term.value) == term.equal)
    }

    pub(super) fn exact(&self, field: &str) -> Option<&str> {
        let is_exact = |term: &&Term| term.equal && term.field == field;
        self.0.iter().find(is_exact).map(|term| term.value.as_str())
    }
}

impl Term {
    fn parse(resource: Resource, selector: &str, term: &str) -> Result<Self, SelectorError> {
        // A backslash before a sign takes its meaning away, also in a field's name.
        let first = split(term, '=').first().map_or(0, |first| first.len());
        let (name, value) = (term.get(..first), term.get(first + 1..));
        let (Some(name), Some(value)) = (name, value) else {
            let message = format!("invalid selector: '{selector}'; can't understand '{term}'");
            return Err(SelectorError(message));
        };
        let (name, value, equal) = match (name.strip_suffix('!'), value.strip_prefix('=')) {
            (Some(name), _) => (name, value, false),
            (None, Some(value)) => (name, value, true),
            (None, None) => (name, value, true),
        };
        let field = known(resource).find(|known| *known == name);
        let field = field.ok_or_else(|| SelectorError(unknown(resource, name)))?;
        Ok(Self { field, equal, value: unescaped(value)? })
    }
}

/// Parts between signs that no backslash stands before.
fn split(text: &str, sign: char) -> Vec<&str> {
    let mut escaped = false;
    text.split(|c: char| {
        let splits = c == sign && !escaped;
        escaped = c == '\\' && !escaped;
        splits
    })
    .collect()
}

fn unescaped(text: &str) -> Result<String, SelectorError> {
    let wrong = |why: String| Err(SelectorError(format!("invalid field selector: {why}")));
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c @ ('\\' | ',' | '=')) => plain.push(c),
                next => {
                    let next = next.map(String::from).unwrap_or_default();
                    return wrong(format!("invalid escape sequence: \\{next}"));
                }
            },
            ',' | '=' => return wrong(format!("unescaped character in value: {}", u32::from(c))),
            c => plain.push(c),
        }
    }
    Ok(plain)
}

const METADATA: &[&str] = &["metadata.name", "metadata.namespace"];

/// The fields that a kind can be selected by (measured at 1.36).
fn known(resource: Resource) -> impl Iterator<Item = &'static str> {
    let more: &[&str] = match resource {
        Resource::Events => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        Resource::Namespaces => &["status.phase"],
        Resource::Nodes => &["spec.unschedulable"],
        Resource::Pods => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
        Resource::Secrets => &["type"],
        Resource::Services => &["spec.clusterIP", "spec.type"],
        Resource::ConfigMaps
        | Resource::Deployments
        | Resource::EndpointSlices
        | Resource::IngressClasses
        | Resource::Ingresses => &[],
    };
    let metadata = match resource {
        Resource::Namespaces | Resource::Nodes => METADATA.get(..1).unwrap_or_default(),
        _ => METADATA,
    };
    metadata.iter().chain(more).copied()
}

/// Kinds with fields of their own say less than those with none.
fn unknown(resource: Resource, name: &str) -> String {
    if known(resource).count() == METADATA.len()
        && !matches!(resource, Resource::Nodes | Resource::Namespaces)
    {
        format!(
            "{name:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
        )
    } else {
        format!("field label not supported: {name}")
    }
}

fn value_of(object: &Value, field: &str) -> String {
    let pointer = format!("/{}", field.replace('.', "/"));
    let text = |pointer: &str| text(object, pointer).unwrap_or_default().to_owned();
    match field {
        "spec.hostNetwork" | "spec.unschedulable" => {
            part(object, &pointer).as_bool().unwrap_or_default().to_string()
        }
        "reportingComponent" => text("/reportingComponent"),
        "source" => match text("/source/component") {
            none if none.is_empty() => text("/reportingComponent"),
            component => component,
        },
        "status.podIPs" => text("/status/podIP"),
        _ => text(&pointer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_selector_takes_what_it_says() {
        let event = json!({
            "metadata": {"name": "e", "namespace": "ml"},
            "involvedObject": {"kind": "Service", "name": "a,b"},
            "type": "Warning", "source": {"component": "cloud"}
        });
        let takes = |text| Fields::parse(Resource::Events, text).unwrap().matches(&event);
        for text in [
            "",
            "involvedObject.kind=Service",
            "involvedObject.kind==Service,type!=Normal",
            "involvedObject.name=a\\,b",
            "source=cloud",
            "reason=",
            ",metadata.name=e",
        ] {
            assert!(takes(text), "{text}");
        }
        for text in ["involvedObject.kind=Pod", "type!=Warning", "metadata.namespace=other"] {
            assert!(!takes(text), "{text}");
        }
    }

    #[test]
    fn complaints_are_those_of_a_real_server() {
        let error = |resource, text| Fields::parse(resource, text).unwrap_err().to_string();
        for (resource, text, complaint) in [
            (Resource::Pods, "nope=1", "field label not supported: nope"),
            (
                Resource::Nodes,
                "metadata.namespace=1",
                "field label not supported: metadata.namespace",
            ),
            (
                Resource::Ingresses,
                "nope=1",
                "\"nope\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"",
            ),
            (Resource::Pods, "nope", "invalid selector: 'nope'; can't understand 'nope'"),
            (
                Resource::Pods,
                "metadata.name=a=b",
                "invalid field selector: unescaped character in value: 61",
            ),
            (
                Resource::Pods,
                "metadata.name=a\\b",
                "invalid field selector: invalid escape sequence: \\b",
            ),
        ] {
            assert_eq!(error(resource, text), complaint, "{text}");
        }
    }
}
