//! Everything that can be copied of one endpoint: one menu for the page, filled for the row or the
//! panel whose button was clicked. `behaviour` copies, `panel` fills it and minds the keyboard.

use skyports_model::Copies;
use skyports_model::copies::{Permanent, Way, WayKind};

use super::icon::icon;
use super::make_permanent::WHY;
use crate::node::{Element, el};
use crate::panel::{Shown, State};

/// The id of the menu: buttons name it as their `popovertarget`.
pub(crate) const MENU: &str = "copy-menu";

/// The menu, empty until it was asked for.
pub(crate) fn copy_menu(state: &State) -> Element {
    let menu = el("div").class("menu copies").attr("id", MENU).attr("popover", "auto");
    match &state.copies {
        Some(Shown { id, cluster: Some(cluster), endpoint: Some(endpoint), .. }) => {
            let Copies { ways, permanent } = Copies::of(cluster, endpoint);
            let label = format!("Copy port {} of {} as", id.port, cluster.name);
            let ways: Vec<_> = ways.iter().map(item).collect();
            let permanent = permanent.is_needed.then(|| keep(&permanent));
            menu.attr("role", "menu").attr("aria-label", label).with(ways).with(permanent)
        }
        Some(_) | None => menu,
    }
}

fn item(way: &Way) -> Element {
    let name = match way.kind {
        WayKind::Url | WayKind::Address => "copy",
        WayKind::Curl | WayKind::PortForward | WayKind::Ssh => "terminal",
    };
    to_copy(way.kind.label(), name, &way.text)
}

/// A line of the menu: its name, and what it copies.
fn to_copy(name: &'static str, sign: &str, text: &str) -> Element {
    el("button")
        .attr("type", "button")
        .attr("role", "menuitem")
        .attr("tabindex", "-1")
        .attr("data-copy", "inside")
        .with(icon(sign))
        .with(el("span").class("copy-name").with(name))
        .with(el("code").class("truncate").with(text.to_owned()))
}

/// What keeps the port over the next launch.
fn keep(permanent: &Permanent) -> Element {
    let Permanent { is_needed: _, task, launch } = permanent;
    el("div")
        .class("menu-part")
        .attr("role", "group")
        .attr("aria-label", "Make it permanent")
        .with(
            el("p")
                .attr("role", "presentation")
                .with(el("b").with("Make it permanent. "))
                .with(WHY),
        )
        .with(to_copy("task.yaml", "pin", task))
        .with(to_copy("launch", "terminal", launch))
}
