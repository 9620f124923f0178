//! Who owns which field of an object: `metadata.managedFields`, kept as Kubernetes'
//! structured-merge-diff keeps it.
//!
//! It knows the rules of ownership, by the shapes that `schema` tells; it does not know what any
//! field means. Start reading at [`Managers::updated`] and [`Managers::applied`].

mod compare;
mod list;
mod merge;
mod owned;
mod paths;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub(crate) use self::compare::tracked;
use self::compare::{Comparison, compared};
use self::merge::{merged, pruned};
pub(crate) use self::owned::duplicates;
use self::owned::owned;
pub(crate) use self::paths::Paths;
use crate::schema::Record;

/// Who the fields of an object had before anybody applied anything to it.
const BEFORE_APPLY: &str = "before-first-apply";

/// Everybody who owns a field of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Managers(BTreeMap<Manager, Entry>);

/// Somebody who owns fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Manager {
    /// Applying comes before updating, as lists have it.
    pub(crate) operation: Operation,
    pub(crate) name: String,
    pub(crate) api_version: String,
    subresource: String,
}

/// How they came to own them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Operation {
    Apply,
    Update,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    time: Option<String>,
    paths: Paths,
}

/// Fields that somebody else owns and the applied document would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conflict {
    pub(crate) manager: Manager,
    /// As messages spell them: `.spec.ports[port=80,protocol="TCP"].name`.
    pub(crate) fields: Vec<String>,
}

impl Manager {
    pub(crate) fn new(name: &str, operation: Operation, api_version: &str) -> Self {
        let (name, api_version) = (name.to_owned(), api_version.to_owned());
        Self { operation, name, api_version, subresource: String::new() }
    }
}

impl Managers {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// After somebody has made another object of it, without asking anybody: what has changed is
    /// theirs.
    pub(crate) fn updated(
        mut self,
        record: &'static Record,
        before: &Value,
        after: &Value,
        by: &Manager,
        now: &str,
    ) -> Self {
        let changes = compared(record, before, after);
        self.lose(&changes, by);
        let had = self.0.get(by).cloned();
        let had_paths = had.as_ref().map(|entry| entry.paths.clone()).unwrap_or_default();
        let Comparison { added, modified, removed } = changes;
        let paths = had_paths.without(&removed).with(&modified).with(&added);
        self.set(by, paths, had, now);
        self
    }

    /// The object after somebody has applied a document to it, and who owns what then. Unless it is
    /// forced, a conflict with others is an error.
    pub(crate) fn applied(
        mut self,
        record: &'static Record,
        before: Option<&Value>,
        document: &Value,
        by: &Manager,
        force: bool,
        now: &str,
    ) -> Result<(Value, Self), Vec<Conflict>> {
        let nothing = json!({});
        let live = before.unwrap_or(&nothing);
        if before.is_some() && self.0.is_empty() {
            let first = Manager::new(BEFORE_APPLY, Operation::Update, &by.api_version);
            let Comparison { added, modified, .. } = compared(record, &nothing, live);
            self.set(&first, modified.with(&added), None, now);
        }
        let had = self.0.get(by).cloned();
        let whole = merged(record, live, document);
        self.set(by, owned(record, document), had.clone(), now);
        let everybody = self.0.values().fold(Paths::default(), |all, it| all.with(&it.paths));
        let last = had.map(|entry| entry.paths).unwrap_or_default();
        let after = pruned(record, &whole, &last, &everybody);
        let changes = compared(record, live, &after);
        if !force {
            let conflicts = self.conflicts(&changes, by);
            if !conflicts.is_empty() {
                return Err(conflicts);
            }
        }
        self.lose(&changes, by);
        Ok((after, self))
    }

    fn conflicts(&self, changes: &Comparison, by: &Manager) -> Vec<Conflict> {
        let said = changes.modified.clone().with(&changes.added);
        let others = self.0.iter().filter(|(manager, _)| *manager != by);
        let fields = |(manager, entry): (&Manager, &Entry)| {
            let fields = entry.paths.shared(&said).spelled();
            (!fields.is_empty()).then(|| Conflict { manager: manager.clone(), fields })
        };
        others.filter_map(fields).collect()
    }

    /// Takes what has changed from everybody else.
    fn lose(&mut self, changes: &Comparison, by: &Manager) {
        let lost = changes.modified.clone().with(&changes.added).with(&changes.removed);
        for (manager, entry) in &mut self.0 {
            if manager != by {
                entry.paths = std::mem::take(&mut entry.paths).without(&lost);
            }
        }
        self.0.retain(|_, entry| !entry.paths.is_empty());
    }

    fn set(&mut self, by: &Manager, paths: Paths, had: Option<Entry>, now: &str) {
        if paths.is_empty() {
            self.0.remove(by);
            return;
        }
        // What has not changed keeps its time.
        let time = match had {
            Some(had) if had.paths == paths => had.time,
            _ => Some(now.to_owned()),
        };
        self.0.insert(by.clone(), Entry { time, paths });
    }
}

#[cfg(test)]
mod tests;
