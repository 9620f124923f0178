//! From where an endpoint can be reached.

use leptos::either::Either;
use leptos::prelude::*;

use super::icon::{Icons, icon};
use crate::reach::Reach;

/// The reach with its icon; a dash while there is no address.
pub(crate) fn reach(reach: Option<Reach>, icons: &Icons) -> impl IntoView + use<> {
    match reach {
        Some(reach) => Either::Left(view! {
            <span class="reach" title=reach.why()>
                {icon(reach.icon(), icons)}
                {reach.label()}
            </span>
        }),
        None => Either::Right("–"),
    }
}
