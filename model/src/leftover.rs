//! What clusters that are gone have left behind in a context, and what comes of deleting it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::id::{ContextName, Namespace, ObjectKind, ObjectRef};
use crate::plan::PlannedStep;

/// So many are deleted at once; the others the next time.
pub const MOST: usize = 40;

/// What is left behind in a context, as it was read just now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftovers {
    /// The context.
    pub context: ContextName,
    /// What can be deleted, and how; no more than [`MOST`].
    pub steps: Vec<(LeftId, PlannedStep)>,
    /// What stays, and why.
    pub spared: Vec<Spared>,
    /// What stands in the way of deleting.
    pub obstacles: Vec<Finding>,
}

/// One object as it was shown to whoever wants it deleted: another one of its name is not meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LeftId {
    /// The object.
    pub object: ObjectRef,
    /// Its identity.
    pub uid: String,
}

/// An object that is not deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spared {
    /// The object.
    pub object: ObjectRef,
    /// Why, a clause after its name: `its cluster has pods again`.
    pub why: String,
}

/// What came of deleting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleared {
    /// What is deleted now, or was already.
    pub done: Vec<ObjectRef>,
    /// What stays, and why.
    pub spared: Vec<Spared>,
    /// What could not be deleted.
    pub failed: Vec<Finding>,
}

impl ContextName {
    /// The path of the form that deletes what was left behind there.
    pub fn leftovers_path(&self) -> String {
        format!("/contexts/{}/leftovers", self.slug())
    }
}

impl fmt::Display for LeftId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { object, uid } = self;
        write!(f, "{}/{}/{}/{uid}", object.kind.as_str(), object.namespace, object.name)
    }
}

/// The text names no object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotALeftId;

impl FromStr for LeftId {
    type Err = NotALeftId;

    /// Reads what `Display` writes.
    fn from_str(text: &str) -> Result<Self, NotALeftId> {
        let mut parts = text.split('/');
        let mut next = || parts.next().filter(|part| !part.is_empty()).ok_or(NotALeftId);
        let kind = match next()? {
            "Service" => ObjectKind::Service,
            "Ingress" => ObjectKind::Ingress,
            _ => return Err(NotALeftId),
        };
        let namespace = Namespace::parse(next()?).map_err(|_| NotALeftId)?;
        let name = next()?;
        let is_name =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
        if name.len() > 253 || !name.chars().all(is_name) || name.starts_with(['-', '.']) {
            return Err(NotALeftId);
        }
        let uid = next()?;
        let is_uid = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if uid.len() > 64 || !uid.chars().all(is_uid) || parts.next().is_some() {
            return Err(NotALeftId);
        }
        let object = ObjectRef { kind, namespace, name: name.to_owned() };
        Ok(Self { object, uid: uid.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_object_is_read_as_it_was_written() {
        let text = "Ingress/default/warm-up-5f2a-skypilot-ingress/0f1e-22";
        assert_eq!(text.parse::<LeftId>().unwrap().to_string(), text);
    }

    proptest! {
        #[test]
        fn nothing_else_names_an_object(text in "\\PC{0,60}|(Service|Ingress|Pod)(/[a-z0-9./-]{0,12}){0,5}") {
            if let Ok(id) = text.parse::<LeftId>() {
                prop_assert_eq!(id.to_string(), &*text);
                prop_assert!(!id.object.name.contains(['/', '?', '%']) && id.object.name != "..");
            }
        }
    }
}
