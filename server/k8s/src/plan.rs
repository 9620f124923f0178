//! From a request and what exists to the writes that fulfil it, or a refusal.
//!
//! Pure: who plans has read the objects and knows where it is; who applies sends the writes in
//! their order. The rules are SkyPilot's contract: whatever it would write stays in its shape,
//! under its names, in its objects. Start reading at [`open`] and [`close`].

mod balancer;
mod dangerous;
mod draft;
mod existing;
mod ingress;
mod loadbalancer;
mod naming;
mod paths;
mod preview;
mod reads;
mod restricted;
mod shadow;
#[cfg(test)]
mod tests;
mod urls;
mod warnings;

use serde_json::Value;
use skyports_model::plan::{Confirmation, Direction, PlannedUrl, Verb};
use skyports_model::{
    CloseRequest, ClusterId, Finding, ObjectRef, OpenMode, OpenRequest, Port, Reach, Refusal,
};

use self::draft::{Draft, Site};
pub use self::existing::{CustomMetadata, Environment, Existing, Head, HeadKind};
pub use self::reads::Reads;

/// What will be written, and what there is to say about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The cluster.
    pub cluster: ClusterId,
    /// Whether ports open or close.
    pub direction: Direction,
    /// The mode.
    pub mode: OpenMode,
    /// The ports for which something changes.
    pub changed: Vec<Port>,
    /// The ports that are already so.
    pub unchanged: Vec<Port>,
    /// The writes, in their order; none when every port is already so. When one fails, those after
    /// it must not be sent: they rest on it.
    pub writes: Vec<Write>,
    /// Where each port will be reached.
    pub urls: Vec<PlannedUrl>,
    /// What a person should know before.
    pub warnings: Vec<Finding>,
    /// What a person must confirm before anything is sent.
    pub must_confirm: Vec<Confirmation>,
}

/// One write.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// The object.
    pub object: ObjectRef,
    /// How it is written.
    pub action: Action,
    /// What happens to it.
    pub verb: Verb,
    /// The same for people, a sentence.
    pub sentence: String,
    /// The object as it is; `None` when it does not exist.
    pub before: Option<Value>,
    /// The object as it will be, but for what the server adds; `None` when it goes.
    pub after: Option<Value>,
    /// The manifest of an object that is made.
    pub manifest: Option<String>,
}

/// How an object is written. The field manager is `skyports` in all of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Make it; that it exists means that somebody else was faster: plan again.
    Create(Value),
    /// Change it in place. A `test` that fails means the same.
    JsonPatch(json_patch::Patch),
    /// Change it by a strategic merge patch.
    StrategicMerge(Value),
    /// Make it, or make it as it should be, by server-side apply without force. Objects of ours only.
    Apply(Value),
    /// Delete it, if it is still this very object.
    Delete(Precondition),
}

/// What an object must still be when it is deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precondition {
    /// Its identity.
    pub uid: String,
    /// Its version.
    pub resource_version: String,
}

/// Plans to open ports.
///
/// Ports that are open as asked are no error: the plan has nothing to write for them.
pub fn open(
    request: &OpenRequest,
    existing: &Existing,
    environment: &Environment,
) -> Result<Plan, Refusal> {
    let site = Site { cluster: &request.cluster, existing, environment };
    site.head()?;
    let draft = match (request.mode, &request.reach) {
        (OpenMode::LoadBalancer, Reach::Shared) => loadbalancer::open(&site, &request.ports)?,
        (OpenMode::LoadBalancer, reach) => restricted::open(&site, &request.ports, reach)?,
        (OpenMode::Ingress, Reach::Shared) => ingress::open(&site, &request.ports)?,
        (OpenMode::Ingress, Reach::From(_) | Reach::Internal) => {
            return Err(restricted::not_by_ingress());
        }
    };
    let Draft { changed, unchanged, writes } = draft;
    Ok(Plan {
        urls: urls::of(&site, request, paths::style(&site)),
        warnings: warnings::of(&site, request, &changed),
        must_confirm: dangerous::confirmations(&site, &changed),
        cluster: request.cluster.clone(),
        direction: Direction::Open,
        mode: request.mode,
        changed,
        unchanged,
        writes,
    })
}

/// Plans to close ports, in the reverse order of opening: first what leads to a port, then what is
/// behind it. Ports that are closed are no error. No head is needed: what is left of a cluster that
/// went can be closed.
pub fn close(
    request: &CloseRequest,
    existing: &Existing,
    environment: &Environment,
) -> Result<Plan, Refusal> {
    let site = Site { cluster: &request.cluster, existing, environment };
    let Draft { changed, unchanged, writes } = match request.mode {
        OpenMode::LoadBalancer => restricted::close(&site, &request.ports)?
            .joined(loadbalancer::close(&site, &request.ports)?, &request.ports),
        OpenMode::Ingress => ingress::close(&site, &request.ports)?,
    };
    Ok(Plan {
        cluster: request.cluster.clone(),
        direction: Direction::Close,
        mode: request.mode,
        changed,
        unchanged,
        writes,
        urls: vec![],
        warnings: vec![],
        must_confirm: vec![],
    })
}

/// A place in an object.
fn pointer<'a>(tokens: impl IntoIterator<Item = &'a str>) -> json_patch::jsonptr::PointerBuf {
    json_patch::jsonptr::PointerBuf::from_tokens(tokens)
}
