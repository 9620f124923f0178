//! What a write is asked in its query.

use http::{HeaderMap, header};

use super::super::options::Raw;
use crate::api::Verb;
use crate::api::failure::Failure;
use crate::complaint::Complaint;
use crate::fields::{Manager, Operation};

/// The longest name of a manager.
const MANAGER: usize = 128;
/// What a patch is that is applied.
pub(super) const APPLY: &str = "application/apply-patch+yaml";

/// What is asked.
pub(in crate::api) struct Options {
    /// Nothing is kept.
    pub(super) dry: bool,
    /// Fields that nobody knows are refused.
    pub(in crate::api) strict: bool,
    /// Fields that others own are taken from them.
    pub(super) force: bool,
    manager: String,
}

impl Options {
    pub(in crate::api) fn parse(
        verb: Verb,
        query: &Raw,
        headers: &HeaderMap,
        media_type: &str,
    ) -> Result<Self, Failure> {
        let applies = media_type == APPLY;
        let mut complaints = vec![];
        let force = query.text("force").filter(|it| !it.is_empty());
        if verb == Verb::Patch && force.is_some() && !applies {
            let why = "may not be specified for non-apply patch";
            complaints.push(Complaint::forbidden("force", why));
        }
        let manager = query.text("fieldManager").unwrap_or_default();
        if manager.is_empty() && applies {
            complaints.push(Complaint::required("fieldManager", "is required for apply patch"));
        }
        complaints.extend(of_manager(manager));
        let dry = dry(query, &mut complaints);
        let validation = query.text("fieldValidation").unwrap_or_default();
        if !["", "Ignore", "Strict", "Warn"].contains(&validation) {
            let known = r#""", "Ignore", "Strict", "Warn""#;
            complaints.push(Complaint::unsupported("fieldValidation", validation, known));
        }
        if !complaints.is_empty() {
            let kind = match verb {
                Verb::Create => "CreateOptions",
                Verb::Update => "UpdateOptions",
                _ => "PatchOptions",
            };
            return Err(Failure::invalid_options(kind, &complaints));
        }
        let manager = if manager.is_empty() { of_agent(headers) } else { manager.to_owned() };
        let force = force.is_some_and(|it| !["0", "false"].contains(&it));
        Ok(Self { dry, strict: validation == "Strict", force, manager })
    }

    /// Who writes.
    pub(in crate::api) fn manager(&self, operation: Operation, api_version: &str) -> Manager {
        Manager::new(&self.manager, operation, api_version)
    }
}

/// Whether nothing is to be kept.
pub(super) fn dry(query: &Raw, complaints: &mut Vec<Complaint>) -> bool {
    let asked = query.texts("dryRun");
    if asked.iter().any(|it| *it != "All") {
        complaints.push(Complaint::unsupported_list("dryRun", &asked, r#""All""#));
    }
    !asked.is_empty()
}

fn of_manager(manager: &str) -> Option<Complaint> {
    if manager.len() > MANAGER {
        return Some(Complaint::too_long("fieldManager", MANAGER));
    }
    let (at, wrong) = manager.char_indices().find(|(_, it)| it.is_control())?;
    let why = format!("invalid character U+{:04X} (at position {at})", u32::from(wrong));
    Some(Complaint::invalid("fieldManager", manager, &why))
}

/// A client that says no name is called by its program.
fn of_agent(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|it| it.to_str().ok());
    let name = agent.and_then(|agent| agent.split('/').next()).unwrap_or_default();
    if name.is_empty() { "unknown".to_owned() } else { name.to_owned() }
}
