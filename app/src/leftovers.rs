//! The dialog that deletes what clusters that are gone have left behind in a context. Drawn by the server
//! like the dialogs of `ports`, and shown by the same program.
//!
//! Only what was shown is deleted: the form names each object with its identity.

use skyports_model::leftover::{Cleared, LeftId, MOST};
use skyports_model::{ContextName, Overview};

use crate::components::leftovers_dialog::{Pane, leftovers_dialog};
use crate::dashboard::Dashboard;
use crate::ports::{Done, Drawn};

/// The objects that a form names; what names none is left out.
pub fn named(form: &str) -> Vec<LeftId> {
    let fields = form_urlencoded::parse(form.as_bytes()).filter(|(name, _)| name == "object");
    fields.filter_map(|(_, value)| value.parse().ok()).take(MOST).collect()
}

/// The context whose leftovers an address means: `/contexts/CONTEXT/leftovers`.
pub(crate) fn place(overview: &Overview, address: &str) -> Option<ContextName> {
    let mut names = overview.contexts.iter().map(|context| &context.name);
    names.find(|name| name.leftovers_path() == address).cloned()
}

/// Draws what is left behind; `submit` deletes what `meant` names first.
pub async fn answer(
    dashboard: &dyn Dashboard,
    context: &ContextName,
    meant: Vec<LeftId>,
    submit: bool,
) -> Drawn {
    let dialog = |pane: Pane<'_>| leftovers_dialog(context, &pane);
    if submit && !meant.is_empty() {
        match dashboard.clear(context.clone(), meant).await {
            Ok(cleared) if cleared.spared.is_empty() && cleared.failed.is_empty() => {
                let done = Done { said: said(&cleared), shows: None, undo: None };
                return Drawn { element: dialog(Pane::Cleared(&cleared)), done: Some(done) };
            }
            Ok(cleared) => {
                return Drawn { element: dialog(Pane::Cleared(&cleared)), done: None };
            }
            Err(error) => return Drawn { element: dialog(Pane::Failed(&error)), done: None },
        }
    }
    let element = match dashboard.leftovers(context.clone()).await {
        Ok(leftovers) => dialog(Pane::Plan(&leftovers)),
        Err(error) => dialog(Pane::Failed(&error)),
    };
    Drawn { element, done: None }
}

fn said(Cleared { done, .. }: &Cleared) -> String {
    format!("{} deleted", count(done.len()))
}

/// `1 object`, `3 objects`.
pub(crate) fn count(objects: usize) -> String {
    match objects {
        1 => "1 object".to_owned(),
        several => format!("{several} objects"),
    }
}
