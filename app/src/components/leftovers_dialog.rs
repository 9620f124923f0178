//! The dialog that deletes what clusters that are gone have left behind: a plan, then what came of it.
//!
//! Only ever drawn on the server; the page's program shows what it is sent (`behaviour::ports`).

use skyports_model::ContextName;
use skyports_model::leftover::{Cleared, LeftId, Leftovers, Spared};

use super::finding::prose;
use super::icon::icon;
use super::note::{failure, note};
use super::plan_preview::steps;
use super::port_dialog::TITLE;
use crate::dashboard::DashboardError;
use crate::leftovers::count;
use crate::node::{Element, el};

/// What the dialog shows.
pub(crate) enum Pane<'a> {
    /// What will be deleted.
    Plan(&'a Leftovers),
    /// What came of it, where something stays.
    Cleared(&'a Cleared),
    /// Nothing can come of it.
    Failed(&'a DashboardError),
}

/// The dialog's content: one form.
pub(crate) fn leftovers_dialog(context: &ContextName, pane: &Pane<'_>) -> Element {
    let said = match pane {
        Pane::Plan(leftovers) => plan(leftovers),
        Pane::Cleared(cleared) => ended(cleared),
        Pane::Failed(error) => failure(error),
    };
    let named: Vec<_> = match pane {
        Pane::Plan(leftovers) => leftovers.steps.iter().map(|(id, _)| hidden(id)).collect(),
        Pane::Cleared(_) | Pane::Failed(_) => vec![],
    };
    let preview = el("div").class("pane preview").attr("aria-live", "polite").with(said);
    el("form")
        .class("port-form leftovers-form")
        .attr("method", "get")
        .attr("action", context.leftovers_path())
        .with(head(context))
        .with(el("div").class("one-pane").with(named).with(preview))
        .with(foot(pane))
}

fn hidden(id: &LeftId) -> Element {
    let input = el("input").attr("type", "hidden").attr("name", "object");
    input.attr("value", id.to_string())
}

fn head(context: &ContextName) -> Element {
    let close = el("a")
        .class("icon-btn")
        .attr("href", "/contexts")
        .attr("role", "button")
        .attr("data-ports-close", "")
        .attr("aria-label", "Close")
        .with(icon("x"));
    let title = el("h2").attr("id", TITLE).attr("tabindex", "-1");
    let title = title.with("Clean up what clusters left behind?");
    let title = el("div").with(title).with(el("p").with(context.to_string()));
    el("div").class("dialog-head").with(title).with(close)
}

fn foot(pane: &Pane<'_>) -> Element {
    let cancel = el("a")
        .class("btn quiet")
        .attr("href", "/contexts")
        .attr("data-ports-close", "")
        .with(if matches!(pane, Pane::Plan(_)) { "Cancel" } else { "Close" });
    let foot = el("div").class("dialog-foot");
    let Pane::Plan(Leftovers { steps, obstacles, .. }) = pane else {
        return foot.with(el("p")).with(cancel);
    };
    let is_ready = !steps.is_empty() && obstacles.is_empty();
    let submit = el("button")
        .class("btn danger")
        .attr("type", "submit")
        .attr("formmethod", "post")
        .attr("data-submit", "")
        .attr("aria-disabled", if is_ready { "false" } else { "true" })
        .with(["Delete ", &count(steps.len())].concat());
    let promise = el("p").with("Nothing is deleted until you press Delete.");
    foot.with(promise).with(cancel).with(submit)
}

fn plan(Leftovers { steps: deletions, spared, obstacles, .. }: &Leftovers) -> Element {
    let nothing = deletions
        .is_empty()
        .then(|| el("p").class("hint").with("Nothing is left behind here that could be deleted."));
    let obstacles: Vec<_> = obstacles.iter().map(|obstacle| note(obstacle, true)).collect();
    let is_accepted = obstacles.is_empty();
    let deletions: Vec<_> = deletions.iter().map(|(_, step)| step.clone()).collect();
    let promise = (!deletions.is_empty()).then(|| {
        let text = "Each is read once more when you press Delete, and stays if it is not what is shown here, or if a pod of its cluster is there.";
        el("p").class("hint").with(text)
    });
    el("div")
        .class("stack")
        .with(nothing)
        .with(promise)
        .with(el("div").class("notes").with(obstacles))
        .with((!deletions.is_empty()).then(|| steps(&deletions, is_accepted)))
        .with(staying(spared))
}

/// What came of it.
fn ended(Cleared { done, spared, failed }: &Cleared) -> Element {
    let title = if done.is_empty() { "Nothing was deleted" } else { "Done in part" };
    let lines: Vec<_> =
        done.iter().map(|object| line("create", "✓", format!("Deleted: {object}"))).collect();
    let failed: Vec<_> = failed.iter().map(|finding| note(finding, true)).collect();
    el("div")
        .class("stack")
        .attr("role", "alert")
        .with(el("h3").with(title))
        .with(el("ul").class("plan").with(lines))
        .with(staying(spared))
        .with(el("div").class("notes").with(failed))
}

/// What stays, and why.
fn staying(spared: &[Spared]) -> Option<Element> {
    let lines: Vec<_> = spared
        .iter()
        .map(|Spared { object, why }| line("change", "·", format!("{object}: {why}")))
        .collect();
    let list = el("ul").class("plan").with(lines);
    let part = el("div").class("stack tight").with(el("h3").with("Stays"));
    (!spared.is_empty()).then(|| part.with(list))
}

fn line(op: &'static str, sign: &'static str, text: String) -> Element {
    let sign = el("span").class("sign").attr("aria-hidden", "true").with(sign);
    el("li").attr("data-op", op).with(sign).with(prose(el("span").class("obj"), &text))
}
