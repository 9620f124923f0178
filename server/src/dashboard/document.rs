//! The JSON of `list -o json`, `GET /api/v1/overview` and `GET /api/v1/events`.
//!
//! A public contract: fields are added, never renamed or removed.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use skyports_model as model;
use skyports_model::{ClusterId, Timestamp};

/// The whole overview.
#[derive(Debug, Serialize)]
pub struct Overview {
    as_of: Time,
    #[serde(flatten)]
    rest: Timeless,
}

/// The overview but for the moment at which it is read: the same until the revision changes.
#[derive(Debug, Serialize)]
struct Timeless {
    revision: u64,
    contexts: Vec<Context>,
    clusters: Vec<Cluster>,
}

impl Overview {
    /// The document of an overview that was read at `as_of`.
    pub fn of(overview: &model::Overview, as_of: Timestamp) -> Self {
        Self { as_of: Time(as_of), rest: Timeless::of(overview) }
    }
}

impl Timeless {
    fn of(overview: &model::Overview) -> Self {
        Self {
            revision: overview.revision,
            contexts: overview.contexts.iter().map(Context::of).collect(),
            clusters: overview.clusters.iter().map(Cluster::of).collect(),
        }
    }
}

/// The text of the last revision's document, so that many readers cost one serialisation.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Option<(u64, Arc<str>)>>);

impl Kept {
    /// The document's text for a reader at `as_of`.
    pub fn text(&self, overview: &model::Overview, as_of: Timestamp) -> serde_json::Result<String> {
        let rest = self.rest(overview)?;
        let as_of = serde_json::to_string(&Time(as_of))?;
        Ok(format!("{{\"as_of\":{as_of},{}", rest.strip_prefix('{').unwrap_or(&rest)))
    }

    fn rest(&self, overview: &model::Overview) -> serde_json::Result<Arc<str>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, rest)) =
            kept.as_ref().filter(|(revision, _)| *revision == overview.revision)
        {
            return Ok(Arc::clone(rest));
        }
        let rest: Arc<str> = serde_json::to_string(&Timeless::of(overview))?.into();
        *kept = Some((overview.revision, Arc::clone(&rest)));
        Ok(rest)
    }
}

/// One step from a revision to the next.
#[derive(Debug, Serialize)]
pub struct Change {
    as_of: Time,
    from: u64,
    revision: u64,
    contexts: Option<Vec<Context>>,
    changed: Vec<Cluster>,
    gone: Vec<Gone>,
}

impl Change {
    /// The document of a change.
    pub fn of(change: &model::Change) -> Self {
        let model::Change { from, revision, as_of, contexts, changed, gone } = change;
        Self {
            as_of: Time(*as_of),
            from: *from,
            revision: *revision,
            contexts: contexts.as_ref().map(|contexts| contexts.iter().map(Context::of).collect()),
            changed: changed.iter().map(Cluster::of).collect(),
            gone: gone.iter().map(Gone::of).collect(),
        }
    }
}

/// RFC 3339 in UTC.
#[derive(Debug)]
pub(crate) struct Time(pub(crate) Timestamp);

impl Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match jiff::Timestamp::from_second(self.0.0) {
            Ok(moment) => serializer.collect_str(&moment),
            Err(_) => serializer.serialize_none(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Context {
    name: String,
    state: &'static str,
    detail: Option<String>,
    namespace: Option<String>,
    findings: Vec<Warning>,
}

impl Context {
    fn of(context: &model::ContextStatus) -> Self {
        let model::ContextStatus { name, state, findings, namespace } = context;
        Self {
            name: name.to_string(),
            state: state.word(),
            detail: findings.first().map(model::Finding::message),
            namespace: namespace.clone(),
            findings: findings.iter().map(Warning::of).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Cluster {
    context: String,
    namespace: String,
    name: String,
    name_on_cloud: String,
    user: Option<String>,
    workspace: Option<String>,
    kind: &'static str,
    nodes: u32,
    ready_nodes: u32,
    resources: Resources,
    created: Option<Time>,
    head_address: Option<String>,
    endpoints: Vec<Endpoint>,
    findings: Vec<Warning>,
}

impl Cluster {
    fn of(cluster: &model::Cluster) -> Self {
        let model::Cluster {
            id,
            name,
            user,
            workspace,
            kind,
            nodes,
            ready_nodes,
            resources,
            created,
            head_address,
            endpoints,
            findings,
        } = cluster;
        Self {
            context: id.context.to_string(),
            namespace: id.namespace.to_string(),
            name: name.clone(),
            name_on_cloud: id.name.to_string(),
            user: user.clone(),
            workspace: workspace.clone(),
            kind: kind.as_str(),
            nodes: *nodes,
            ready_nodes: *ready_nodes,
            resources: Resources::of(resources),
            created: created.map(Time),
            head_address: head_address.as_ref().map(ToString::to_string),
            endpoints: endpoints.iter().map(Endpoint::of).collect(),
            findings: findings.iter().map(Warning::of).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Gone {
    context: String,
    namespace: String,
    name_on_cloud: String,
}

impl Gone {
    fn of(id: &ClusterId) -> Self {
        let ClusterId { context, namespace, name } = id;
        Self {
            context: context.to_string(),
            namespace: namespace.to_string(),
            name_on_cloud: name.to_string(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Resources {
    cpu: Option<String>,
    memory: Option<String>,
    accelerator: Option<String>,
    accelerator_count: u32,
}

impl Resources {
    fn of(resources: &model::Resources) -> Self {
        let model::Resources { cpu, memory, accelerator, accelerator_count } = resources;
        Self {
            cpu: cpu.clone(),
            memory: memory.clone(),
            accelerator: accelerator.clone(),
            accelerator_count: *accelerator_count,
        }
    }
}

#[derive(Debug, Serialize)]
struct Endpoint {
    id: String,
    port: u16,
    mode: &'static str,
    state: &'static str,
    since: Option<Time>,
    checked: Option<Checked>,
    urls: Vec<String>,
    address: Option<String>,
    addresses: Vec<String>,
    owner: &'static str,
    object: Object,
    route: &'static str,
    opened: Option<Time>,
    reason: Option<Reason>,
    warnings: Vec<Warning>,
    app: Option<App>,
}

impl Endpoint {
    fn of(endpoint: &model::Endpoint) -> Self {
        let model::Endpoint {
            id,
            state,
            urls,
            addresses,
            future: _,
            owner,
            object,
            route,
            opened,
            warnings,
            app,
        } = endpoint;
        let since = match state {
            model::EndpointState::Pending { since, .. } => Some(Time(*since)),
            model::EndpointState::Open
            | model::EndpointState::Ready { .. }
            | model::EndpointState::Attention { .. }
            | model::EndpointState::Failed { .. }
            | model::EndpointState::Unknown { .. } => None,
        };
        Self {
            id: id.to_string(),
            port: id.port.number(),
            mode: id.mode.as_str(),
            state: state.word(),
            since,
            checked: Checked::of(state),
            urls: urls.iter().map(ToString::to_string).collect(),
            address: addresses.first().cloned(),
            addresses: addresses.clone(),
            owner: owner.as_str(),
            object: Object {
                kind: object.kind.as_str(),
                namespace: object.namespace.to_string(),
                name: object.name.clone(),
            },
            route: route.as_str(),
            opened: opened.map(Time),
            reason: state.reason().map(Reason::of),
            warnings: warnings.iter().map(Warning::of).collect(),
            app: app.as_ref().map(|app| App {
                id: app.id.clone(),
                name: app.name.clone(),
                confidence: app.confidence.as_str(),
            }),
        }
    }
}

/// The last check that got an answer.
#[derive(Debug, Serialize)]
struct Checked {
    at: Time,
    answer: String,
}

impl Checked {
    fn of(state: &model::EndpointState) -> Option<Self> {
        let model::EndpointState::Ready { checked } = state else { return None };
        Some(Self { at: Time(checked.at), answer: checked.told.clone() })
    }
}

#[derive(Debug, Serialize)]
struct Object {
    kind: &'static str,
    namespace: String,
    name: String,
}

#[derive(Debug, Serialize)]
struct App {
    id: String,
    name: String,
    confidence: &'static str,
}

#[derive(Debug, Serialize)]
struct Reason {
    code: &'static str,
    message: String,
    evidence: Option<String>,
    next: Vec<Step>,
}

impl Reason {
    fn of(finding: &model::Finding) -> Self {
        let message = finding.message();
        let model::Finding { code, lead: _, detail: _, evidence, steps } = finding;
        Self {
            code: code.as_str(),
            message,
            evidence: evidence.clone(),
            next: steps.iter().map(Step::of).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
struct Warning {
    code: &'static str,
    message: String,
    evidence: Option<String>,
    fixes: Vec<Step>,
}

impl Warning {
    fn of(finding: &model::Finding) -> Self {
        let Reason { code, message, evidence, next } = Reason::of(finding);
        Self { code, message, evidence, fixes: next }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct Step {
    title: String,
    command: Option<String>,
    /// The address of the page's form that does it, filled in.
    form: Option<String>,
}

impl Step {
    pub(crate) fn of(step: &model::Step) -> Self {
        let model::Step { title, command, form } = step;
        Self {
            title: title.clone(),
            command: command.clone(),
            form: form.as_ref().map(|form| form.address.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dashboard::testing::{cluster, overview};

    #[test]
    fn what_is_kept_is_the_document_at_another_moment() {
        let kept = Kept::default();
        let mut overview = overview(vec![cluster("prod", "ml", "train", "train-2ea4")]);
        for second in [1, 2] {
            overview.revision += u64::try_from(second).unwrap();
            for now in [Timestamp(10 * second), Timestamp(10 * second + 1)] {
                let text = kept.text(&overview, now).unwrap();
                let anew = serde_json::to_string(&Overview::of(&overview, now)).unwrap();
                assert_eq!(text, anew);
            }
        }
    }
}
