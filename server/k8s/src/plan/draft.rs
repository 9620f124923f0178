//! What the modes' rules share: where they plan, and how their writes are made.

use std::collections::BTreeMap;

use k8s_openapi::Metadata;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;
use serde_json::Value;
use skyports_model::plan::Verb;
use skyports_model::{ClusterId, Nodes, ObjectRef, Port, PortSet, Refusal};

use super::{Action, Environment, Existing, Head, Precondition, Write};
use crate::manifest::{Manifest, Meta};
use crate::render::render;

/// Where something is planned.
#[derive(Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) cluster: &'a ClusterId,
    pub(super) existing: &'a Existing,
    pub(super) environment: &'a Environment,
    pub(super) nodes: Nodes,
}

/// The part of a plan that a mode's rules make.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) changed: Vec<Port>,
    pub(super) unchanged: Vec<Port>,
    pub(super) writes: Vec<Write>,
}

impl Draft {
    /// Ports by whether anything changes for them.
    pub(super) fn of(ports: &PortSet, needs: impl Fn(Port) -> bool) -> Self {
        let (changed, unchanged) = ports.iter().partition(|port| needs(*port));
        Self { changed, unchanged, writes: vec![] }
    }

    /// Both: a port changes where either changes it.
    pub(super) fn joined(mut self, other: Self, ports: &PortSet) -> Self {
        let changes = |port| self.changed.contains(&port) || other.changed.contains(&port);
        let Self { changed, unchanged, .. } = Self::of(ports, changes);
        self.writes.extend(other.writes);
        Self { changed, unchanged, writes: self.writes }
    }
}

/// A label by which the objects of a cluster are found, on the pods and on what we make.
pub(super) const CLUSTER: &str = "skypilot-cluster-name";
/// A label of each pod: its own name.
pub(super) const COMPONENT: &str = "component";
/// Who made an object.
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
/// What it says on ours.
const US: &str = "skyports";

impl<'a> Site<'a> {
    pub(super) fn of(
        cluster: &'a ClusterId,
        existing: &'a Existing,
        environment: &'a Environment,
        nodes: Nodes,
    ) -> Self {
        Self { cluster, existing, environment, nodes }
    }
}

impl Site<'_> {
    /// The head, without which nothing is made.
    pub(super) fn head(&self) -> Result<&Head, Refusal> {
        let cluster = || self.cluster.name.to_string();
        self.existing.head.as_ref().ok_or_else(|| Refusal::NoHead { cluster: cluster() })
    }

    /// Name, labels, annotations and owner of an object that is made here. SkyPilot's config comes
    /// over what SkyPilot's templates say, and what makes the object ours over both.
    pub(super) fn meta(
        &self,
        object: &ObjectRef,
        annotations: BTreeMap<String, String>,
    ) -> Result<Meta, Refusal> {
        let custom = &self.environment.custom_metadata;
        let mut labels: BTreeMap<String, String> = [owned("parent", "skypilot")].into();
        labels.extend(custom.labels.clone());
        labels.extend([owned(CLUSTER, self.cluster.name.as_str()), owned(MANAGED_BY, US)]);
        let mut all = annotations;
        all.extend(custom.annotations.clone());
        Ok(Meta {
            name: object.name.clone(),
            namespace: object.namespace.clone(),
            labels,
            annotations: all,
            owner: self.head()?.clone(),
        })
    }

    /// The selector of a Service in SkyPilot's place: as SkyPilot's every node, unless the head
    /// alone is asked for.
    pub(super) fn selector(&self) -> BTreeMap<String, String> {
        match self.nodes {
            Nodes::AsTheyAre => [owned(CLUSTER, self.cluster.name.as_str())].into(),
            Nodes::Head => self.head_alone(),
        }
    }

    /// The selector of the head alone.
    pub(super) fn head_alone(&self) -> BTreeMap<String, String> {
        let component = (COMPONENT.to_owned(), self.head_component());
        [owned(CLUSTER, self.cluster.name.as_str()), component].into()
    }

    /// What the head's label [`COMPONENT`] says.
    pub(super) fn head_component(&self) -> String {
        format!("{}-head", self.cluster.name)
    }
}

/// An entry of a map.
pub(super) fn owned(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

/// Whether skyports made the object, and nobody has replaced it since.
pub(super) fn is_ours(meta: &ObjectMeta) -> bool {
    meta.labels.as_ref().and_then(|labels| labels.get(MANAGED_BY)).is_some_and(|by| by == US)
}

/// Makes an object.
pub(super) fn create(manifest: &Manifest, sentence: String) -> Result<Write, Refusal> {
    let (text, object) = rendered(manifest)?;
    Ok(Write {
        object: manifest.object_ref(),
        action: Action::Create(object.clone()),
        verb: Verb::Create,
        sentence,
        before: None,
        after: Some(object),
        manifest: Some(text),
    })
}

/// Changes an object in place.
pub(super) fn patch(
    object: ObjectRef,
    before: &impl Serialize,
    operations: Vec<json_patch::PatchOperation>,
    verb: Verb,
    sentence: String,
) -> Result<Write, Refusal> {
    let differs = |why: String| Refusal::ManifestDiffers { object: object.clone(), why };
    let before = json(&object, before)?;
    let patch = json_patch::Patch(operations);
    let mut after = before.clone();
    json_patch::patch(&mut after, &patch).map_err(|error| differs(error.to_string()))?;
    Ok(Write {
        object,
        action: Action::JsonPatch(patch),
        verb,
        sentence,
        before: Some(before),
        after: Some(after),
        manifest: None,
    })
}

/// Deletes an object, as it was read.
pub(crate) fn delete<T: Serialize + Metadata<Ty = ObjectMeta>>(
    object: ObjectRef,
    before: &T,
    sentence: String,
) -> Result<Write, Refusal> {
    let meta = before.metadata();
    let (Some(uid), Some(version)) = (meta.uid.clone(), meta.resource_version.clone()) else {
        return Err(unexpected(object, "has neither uid nor resourceVersion"));
    };
    let precondition = Precondition { uid, resource_version: version };
    Ok(Write {
        before: Some(json(&object, before)?),
        object,
        action: Action::Delete(precondition),
        verb: Verb::Delete,
        sentence,
        after: None,
        manifest: None,
    })
}

/// The text and the object of a manifest, which say the same.
pub(super) fn rendered(manifest: &Manifest) -> Result<(String, Value), Refusal> {
    render(manifest).map_err(|error| Refusal::ManifestDiffers {
        object: manifest.object_ref(),
        why: error.to_string(),
    })
}

/// An object as JSON.
pub(super) fn json(object: &ObjectRef, typed: &impl Serialize) -> Result<Value, Refusal> {
    serde_json::to_value(typed).map_err(|error| Refusal::ManifestDiffers {
        object: object.clone(),
        why: error.to_string(),
    })
}

/// Refuses to touch an object that is not as SkyPilot makes it.
pub(super) fn unexpected(object: ObjectRef, why: impl Into<String>) -> Refusal {
    Refusal::UnexpectedObject { object, why: why.into() }
}

/// Ports as a sentence names them: `port 8888`, `ports 6006-6008,8888`.
pub(super) fn told(ports: &[Port]) -> String {
    match ports {
        [port] => format!("port {port}"),
        _ => PortSet::try_from(ports.to_vec())
            .map_or_else(|_| "no port".to_owned(), |ports| format!("ports {ports}")),
    }
}
