//! What a page leaves to its program: everything below what is seen first.
//!
//! Without a program it is shown as it is at that moment, so it has no signals.

use skyports_model::arrangement::{Section, arrange};
use skyports_model::{EndpointId, Overview, Query, Timestamp};

use super::wanted::Wanted;
use super::{Head, Pace, RowValue};

/// A group as it is at one moment.
pub(crate) struct Part {
    pub(crate) head: Head,
    pub(crate) rows: Vec<RowValue>,
}

/// The groups that [`Pace::first`] leaves out.
pub(crate) struct Rest {
    /// Users' clusters.
    pub(crate) users: Vec<Part>,
    /// SkyPilot's controllers.
    pub(crate) controllers: Vec<Part>,
    /// Whether some of the controllers are not left out.
    pub(crate) has_controllers_above: bool,
}

impl Rest {
    /// What of `overview` is left out on the page of all endpoints.
    pub(crate) fn of(
        overview: &Overview,
        query: &Query,
        selected: Option<&EndpointId>,
        now: Timestamp,
    ) -> Self {
        let sections = arrange(overview, query).sections.into_iter();
        let (controllers, users): (Vec<Section<'_>>, Vec<_>) =
            sections.partition(|section| section.is_of_controllers);
        let mut pace = Pace::first();
        let mut parts = |sections: Vec<Section<'_>>| -> Vec<Part> {
            let wanted = |section| Wanted::of(section, overview, selected, false, now);
            sections
                .into_iter()
                .map(wanted)
                .filter(|wanted| !pace.may_begin(wanted.rows().len()))
                .filter_map(|wanted| part(&wanted))
                .collect()
        };
        let number = controllers.len();
        let (users, controllers) = (parts(users), parts(controllers));
        let has_controllers_above = controllers.len() < number;
        Self { users, controllers, has_controllers_above }
    }
}

fn part(wanted: &Wanted<'_>) -> Option<Part> {
    let head = wanted.head(wanted.key(), false)?;
    let rows = wanted.rows().iter().map(|item| wanted.value(item, false)).collect();
    Some(Part { head, rows })
}
