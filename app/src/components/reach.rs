//! From where an endpoint can be reached.

use super::icon::{Icons, icon};
use crate::node::{Element, el};
use crate::reach::Reach;

/// The reach with its icon; a dash while there is no address.
pub(crate) fn reach(reach: Option<Reach>, icons: &Icons) -> Element {
    match reach {
        Some(reach) => el("span")
            .class("reach")
            .maybe("title", reach.why())
            .with(icon(reach.icon(), icons))
            .with(reach.label()),
        None => el("span").with("–"),
    }
}
