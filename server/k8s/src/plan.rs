//! From a request and what exists to the writes that fulfil it, or a refusal.
//!
//! Pure: who plans has read the objects and knows where it is; who applies sends the writes in
//! their order. The rules are SkyPilot's contract: whatever it would write stays in its shape,
//! under its names, in its objects. Start reading at [`open`] and [`close`].

mod applied;
mod balancer;
mod dangerous;
mod draft;
mod existing;
mod head_only;
mod ingress;
mod keep;
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
use skyports_model::plan::{Confirmation, Direction, PlannedUrl, Subject, Verb};
use skyports_model::{
    Ask, CloseRequest, ClusterId, Extent, Finding, Nodes, ObjectRef, OpenMode, OpenRequest,
    OtherMode, Port, PortSet, Prefix, Reach, Refusal,
};

pub(crate) use self::draft::delete;
use self::draft::{Draft, Site};
pub use self::existing::{CustomMetadata, Environment, Existing, Head, HeadKind};
pub(crate) use self::preview::step;
pub use self::reads::Reads;

/// What will be written, and what there is to say about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The cluster.
    pub cluster: ClusterId,
    /// Whether ports open or close.
    pub direction: Direction,
    /// What of them it is about.
    pub subject: Subject,
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
    let site = Site::of(&request.cluster, existing, environment, request.extras.nodes);
    site.head()?;
    let Draft { changed, unchanged, writes } = opening(&site, request)?;
    // A port that is open and only gets another selector, or closes elsewhere, opens nothing.
    let opens = |write: &Write| {
        !matches!(write.verb, Verb::Select | Verb::Delete | Verb::RemovePaths | Verb::RemovePorts)
    };
    let opened = if writes.iter().any(opens) { changed.clone() } else { vec![] };
    let mut warnings = warnings::of(&site, request, &opened);
    warnings.extend(warnings::of_extras(&site, request, &changed));
    Ok(Plan {
        urls: urls::of(&site, request),
        warnings,
        must_confirm: dangerous::confirmations(&site, &opened),
        cluster: request.cluster.clone(),
        direction: Direction::Open,
        subject: Subject::of(&Ask::Open(request.clone())),
        mode: request.mode,
        changed,
        unchanged,
        writes,
    })
}

/// First what opens the ports, then what else is asked for.
fn opening(site: &Site<'_>, request: &OpenRequest) -> Result<Draft, Refusal> {
    let OpenRequest { ports, mode, reach, extras, .. } = request;
    let opened = match (mode, reach, extras.prefix) {
        (OpenMode::LoadBalancer, reach, Prefix::TakenOff) => {
            loadbalancer::not_by_strangers(site, ports)?;
            match reach {
                Reach::Shared => loadbalancer::open(site, ports)?,
                reach => restricted::open(site, ports, reach)?,
            }
        }
        (OpenMode::LoadBalancer, _, Prefix::Kept | Prefix::KeptElsewhere) => {
            return Err(Refusal::NoPathToKeep);
        }
        (OpenMode::Ingress, Reach::From(_) | Reach::Internal, _) => {
            return Err(restricted::not_by_ingress());
        }
        (OpenMode::Ingress, Reach::Shared, Prefix::TakenOff) => ingress::open(site, ports)?,
        (OpenMode::Ingress, Reach::Shared, kept) => keep::open(site, ports, kept)?,
    };
    let opened = if is_narrowed(request) {
        opened.joined(head_only::draft(site, ports, *mode)?, ports)
    } else {
        opened
    };
    match extras.other_mode {
        OtherMode::Stays => Ok(opened),
        OtherMode::Closes => Ok(opened.joined(closing(site, ports, mode.other())?, ports)),
    }
}

/// Whether Services of SkyPilot's are to lead to the head alone; ours always do.
fn is_narrowed(OpenRequest { reach, extras, .. }: &OpenRequest) -> bool {
    (extras.nodes, reach, extras.prefix) == (Nodes::Head, &Reach::Shared, Prefix::TakenOff)
}

/// Plans to close ports, in the reverse order of opening: first what leads to a port, then what is
/// behind it. Ports that are closed are no error. No head is needed: what is left of a cluster that
/// went can be closed.
pub fn close(
    request: &CloseRequest,
    existing: &Existing,
    environment: &Environment,
) -> Result<Plan, Refusal> {
    let site = Site::of(&request.cluster, existing, environment, Nodes::default());
    let Draft { changed, unchanged, writes } = match (request.extent, request.mode) {
        (Extent::Everything, mode) => closing(&site, &request.ports, mode)?,
        (Extent::KeptRoute, OpenMode::Ingress) => keep::close(&site, &request.ports)?,
        (Extent::KeptRoute, OpenMode::LoadBalancer) => return Err(Refusal::NoPathToKeep),
    };
    Ok(Plan {
        cluster: request.cluster.clone(),
        direction: Direction::Close,
        subject: Subject::of(&Ask::Close(request.clone())),
        mode: request.mode,
        changed,
        unchanged,
        writes,
        urls: vec![],
        warnings: vec![],
        must_confirm: vec![],
    })
}

/// Closes all that exposes ports in a mode.
fn closing(site: &Site<'_>, ports: &PortSet, mode: OpenMode) -> Result<Draft, Refusal> {
    let (ours, shared) = match mode {
        OpenMode::LoadBalancer => {
            (restricted::close(site, ports)?, loadbalancer::close(site, ports)?)
        }
        OpenMode::Ingress => (keep::close(site, ports)?, ingress::close(site, ports)?),
    };
    Ok(ours.joined(shared, ports))
}

/// A place in an object.
fn pointer<'a>(tokens: impl IntoIterator<Item = &'a str>) -> json_patch::jsonptr::PointerBuf {
    json_patch::jsonptr::PointerBuf::from_tokens(tokens)
}
