//! A plan as it is shown: texts, their difference, and commands that do the same.

use similar::{ChangeTag, TextDiff};
use skyports_model::ContextName;
use skyports_model::kubectl::Kubectl;
use skyports_model::plan::{DiffLine, LineChange, PlannedStep, Preview};

use super::{Action, Plan, Write};
use crate::describe;

/// Lines that are shown around a change.
const AROUND: usize = 3;

impl Plan {
    /// The plan as people see it.
    pub fn preview(&self) -> Preview {
        let Self {
            cluster,
            direction,
            subject,
            mode,
            changed,
            unchanged,
            writes,
            urls,
            warnings,
            must_confirm,
        } = self;
        Preview {
            direction: *direction,
            subject: *subject,
            mode: *mode,
            changed: changed.clone(),
            unchanged: unchanged.clone(),
            steps: writes.iter().map(|write| step(&cluster.context, write)).collect(),
            urls: urls.clone(),
            warnings: warnings.clone(),
            must_confirm: must_confirm.clone(),
        }
    }
}

/// A write as it is shown.
pub(crate) fn step(context: &ContextName, write: &Write) -> PlannedStep {
    let before = write.before.clone().map(describe::yaml);
    let made = write.manifest.clone().filter(|_| before.is_none());
    let after = made.or_else(|| write.after.clone().map(describe::yaml));
    PlannedStep {
        object: write.object.clone(),
        verb: write.verb,
        sentence: write.sentence.clone(),
        diff: diff(before.as_deref().unwrap_or_default(), after.as_deref().unwrap_or_default()),
        yaml: after,
        before,
        kubectl: command(context, write),
    }
}

/// The lines of two texts, those around a change alone.
fn diff(before: &str, after: &str) -> Vec<DiffLine> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines: Vec<DiffLine> = vec![];
    for group in diff.grouped_ops(AROUND) {
        if !lines.is_empty() {
            lines.push(DiffLine { change: LineChange::Skipped, text: "…".to_owned() });
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let kind = match change.tag() {
                ChangeTag::Equal => LineChange::Kept,
                ChangeTag::Delete => LineChange::Removed,
                ChangeTag::Insert => LineChange::Added,
            };
            let text = change.value().trim_end_matches('\n').to_owned();
            lines.push(DiffLine { change: kind, text });
        }
    }
    lines
}

/// The command that does the same. Deleting has no precondition there.
fn command(context: &ContextName, write: &Write) -> String {
    let kubectl = Kubectl::of(context).within(&write.object.namespace);
    let by_us = ["--field-manager", "skyports"];
    let name = write.object.path();
    let patched = |kind: &str, patch: &str| {
        let words = ["patch", &name, "--type", kind, "-p", patch];
        kubectl.command(words.into_iter().chain(by_us))
    };
    match &write.action {
        Action::Create(_) => {
            let words = ["create", "-f", "-"];
            fed(&kubectl.command(words.into_iter().chain(by_us)), write)
        }
        Action::Apply(_) => {
            let words = ["apply", "--server-side", "-f", "-"];
            fed(&kubectl.command(words.into_iter().chain(by_us)), write)
        }
        Action::JsonPatch(operations) => patched("json", &operations.to_string()),
        Action::StrategicMerge(change) => patched("strategic", &change.to_string()),
        Action::Delete(_) => kubectl.command(["delete", &name]),
    }
}

/// A command with the manifest as its input. No line of a manifest is the mark:
/// each is a key or an item of a list.
fn fed(command: &str, write: &Write) -> String {
    let manifest = write.manifest.as_deref().unwrap_or_default();
    format!("{command} <<'MANIFEST'\n{}\nMANIFEST", manifest.trim_end())
}
