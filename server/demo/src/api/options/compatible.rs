//! What must not be asked together.

use super::Raw;
use crate::api::failure::Failure;
use crate::complaint::Complaint;

const MATCH: &str = "resourceVersionMatch";
const INITIAL: &str = "sendInitialEvents";
const WITH_CONTINUE: &str = "resourceVersionMatch is forbidden when continue is provided";

/// Refuses with all that is wrong, as a real server does.
pub(super) fn check(asked: &Raw) -> Result<(), Failure> {
    let complaints = if asked.watches() { of_watch(asked) } else { of_list(asked) };
    if complaints.is_empty() {
        Ok(())
    } else {
        Err(Failure::invalid_options("ListOptions", &complaints))
    }
}

fn of_list(asked: &Raw) -> Vec<Complaint> {
    let given = |name| asked.text(name).unwrap_or_default();
    let forbidden = |why: &str| Complaint::forbidden(MATCH, why);
    let version_match = given(MATCH);
    let mut complaints = vec![];
    if !version_match.is_empty() {
        if given("resourceVersion").is_empty() {
            let why = "resourceVersionMatch is forbidden unless resourceVersion is provided";
            complaints.push(forbidden(why));
        }
        if !given("continue").is_empty() {
            complaints.push(forbidden(WITH_CONTINUE));
        }
        if !["Exact", "NotOlderThan"].contains(&version_match) {
            let known = r#""Exact", "NotOlderThan", """#;
            complaints.push(Complaint::unsupported(MATCH, version_match, known));
        }
        if version_match == "Exact" && given("resourceVersion") == "0" {
            let why = r#"resourceVersionMatch "exact" is forbidden for resourceVersion "0""#;
            complaints.push(forbidden(why));
        }
    }
    if asked.text(INITIAL).is_some() {
        let why = "sendInitialEvents is forbidden for list";
        complaints.push(Complaint::forbidden(INITIAL, why));
    }
    complaints
}

fn of_watch(asked: &Raw) -> Vec<Complaint> {
    let version_match = asked.text(MATCH).unwrap_or_default();
    let initial = asked.text(INITIAL).is_some();
    let is_newer = version_match == "NotOlderThan";
    let forbidden = |why: &str| Complaint::forbidden(MATCH, why);
    let mut complaints = vec![];
    if initial && !is_newer {
        let why = "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
        complaints.push(forbidden(why));
    }
    if version_match.is_empty() {
        return complaints;
    }
    if !initial {
        let why =
            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided";
        complaints.push(forbidden(why));
    }
    if !is_newer {
        complaints.push(Complaint::unsupported(MATCH, version_match, r#""NotOlderThan""#));
    }
    if asked.text("continue").is_some_and(|token| !token.is_empty()) {
        complaints.push(forbidden(WITH_CONTINUE));
    }
    complaints
}
