//! How to keep a port that SkyPilot does not know: the task's lines and the launch.

use skyports_model::copies::Permanent;

use super::code_block::{code_block, titled_code};
use super::icon::icon;
use crate::node::{Element, el};

/// Why it is needed, in one sentence.
pub(crate) const WHY: &str =
    "SkyPilot does not know ports opened here; its next launch that changes ports drops them.";

/// The lines to add and the command to run.
pub(crate) fn make_permanent(permanent: &Permanent) -> Element {
    let Permanent { is_needed: _, task, launch } = permanent;
    el("section")
        .class("permanent")
        .attr("aria-labelledby", "permanent-title")
        .with(el("h3").attr("id", "permanent-title").with(icon("pin")).with("Make it permanent"))
        .with(el("p").with(WHY).with(" Add this to the task and launch:"))
        .with(titled_code("task.yaml".to_owned(), el("code").with(task.clone()), "the task lines"))
        .with(code_block(launch, "the launch command"))
}
