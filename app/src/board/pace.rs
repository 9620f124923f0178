//! How much of a new picture is shown at once, and what of it had to wait.

/// New rows a frame: making and styling one takes half a millisecond, and more on a slow machine.
/// Those in sight come first.
const NEW_ROWS: usize = 12;

/// Rows brought up to date a frame.
const CHANGED_ROWS: usize = 120;

/// How much may be done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Whether rows keep their places, so that nothing moves under a pointer.
    still: bool,
    new_rows: usize,
    changed_rows: usize,
}

/// What came of showing a picture.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// The rows whose state changed, as they are told.
    pub(crate) said: Vec<String>,
    /// Whether rows were to come, go or move, and did not.
    pub(crate) held: bool,
    /// Whether more is to be done in the next frame.
    pub(crate) unfinished: bool,
}

impl Pace {
    /// Everything at once: a page that is only written.
    pub(crate) fn unhurried() -> Self {
        Self { still: false, new_rows: usize::MAX, changed_rows: usize::MAX }
    }

    /// What a frame has time for; `still`: nothing may move.
    pub(crate) fn frame(still: bool) -> Self {
        Self { still, new_rows: NEW_ROWS, changed_rows: CHANGED_ROWS }
    }

    /// Whether rows keep their places.
    pub(super) fn is_still(&self) -> bool {
        self.still
    }

    /// Whether there is time for one more new row.
    pub(super) fn may_make(&mut self) -> bool {
        take(&mut self.new_rows)
    }

    /// Whether there is time to bring one more row up to date.
    pub(super) fn may_change(&mut self) -> bool {
        take(&mut self.changed_rows)
    }
}

fn take(left: &mut usize) -> bool {
    let may = *left > 0;
    *left = left.saturating_sub(1);
    may
}
