//! From where an endpoint can be reached.

use super::icon::icon;
use crate::node::{Element, el};
use crate::reach::Reach;

/// The reach with its icon; a dash while there is no address.
pub(crate) fn reach(reach: Option<Reach>) -> Element {
    match reach {
        Some(reach) => el("span")
            .class("reach")
            .maybe("title", reach.why())
            .with(icon(reach.icon()))
            .with(reach.label()),
        None => el("span").with("–"),
    }
}
