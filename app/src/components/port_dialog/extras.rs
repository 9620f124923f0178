//! The fields of the dialog for what goes beyond being open: the path, the head, the other mode.

use skyports_model::{Endpoint, Extras, Mode, Nodes, OpenMode, OtherMode, Prefix};

use super::{PortDialog, radio};
use crate::components::finding::prose;
use crate::node::{Element, el};

/// What the app sees of its path, in the mode that has one. Elsewhere it keeps its place: the page
/// brings the fields up to date by their places, and what is ticked in one must not be in the next.
pub(super) fn path_field(PortDialog { form, mode, .. }: &PortDialog<'_>) -> Element {
    let field = el("fieldset").class("field");
    if *mode != OpenMode::Ingress {
        return field.attr("hidden", "");
    }
    let prefix = form.prefix(*mode);
    let own = (prefix == Prefix::KeptElsewhere).then(|| {
        let text = "Where the controller lets SkyPilot’s route win: under /skyports/ instead.";
        radio("path", "own", true, "Keep it, at a path of its own", text)
    });
    let choices = el("div")
        .class("choices")
        .with(radio(
            "path",
            "strip",
            prefix == Prefix::TakenOff,
            "Take it off",
            "As SkyPilot does: the app sees requests for /.",
        ))
        .with(radio(
            "path",
            "keep",
            prefix == Prefix::Kept,
            "Keep the path",
            "For apps that leave the path otherwise, such as JupyterLab. Start them with their flag for it.",
        ))
        .with(own);
    field.with(el("legend").with("The path")).with(choices)
}

/// What matters to some clusters and ports alone.
pub(super) fn more_field(
    PortDialog { cluster, form, mode, .. }: &PortDialog<'_>,
) -> Option<Element> {
    let Extras { prefix, nodes, other_mode } = form.extras(*mode);
    let is_shared = prefix == Prefix::TakenOff && !matches!(&*form.reach, "ranges" | "internal");
    let head = (nodes == Nodes::Head || (cluster.nodes > 1 && is_shared)).then(|| {
        let text = "Not to every node. The next `sky launch` that changes ports undoes it.";
        tick("head", nodes == Nodes::Head, "Send requests to the head only".to_owned(), text)
    });
    let other = Mode::from(mode.other());
    let ports = form.ports().ok().flatten();
    let is_open = |it: &Endpoint| {
        it.mode() == other && ports.as_ref().is_some_and(|ports| ports.contains(it.port()))
    };
    let closes = other_mode == OtherMode::Closes;
    let switch = (closes || cluster.endpoints.iter().any(is_open)).then(|| {
        let name = ["Close it in the mode ", other.label(), " then"].concat();
        tick("switch", closes, name, "Its link there stops working.")
    });
    (head.is_some() || switch.is_some()).then(|| {
        let place = || el("span").attr("hidden", "");
        let head = head.unwrap_or_else(place);
        let choices = el("div").class("choices").with(head).with(switch.unwrap_or_else(place));
        el("fieldset").class("field").with(el("legend").with("And")).with(choices)
    })
}

fn tick(name: &'static str, is: bool, title: String, text: &'static str) -> Element {
    let input = el("input").attr("type", "checkbox").attr("name", name).attr("value", "on");
    el("label")
        .class("choice")
        .with(input.flag("checked", is))
        .with(el("span").class("choice-name").with(title))
        .with(prose(el("span").class("choice-text"), text))
}
