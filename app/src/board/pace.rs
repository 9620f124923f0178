//! How much of a new picture is shown at once, and what of it had to wait.

use super::listing::Leaving;

/// New rows a frame: making and styling one takes half a millisecond, and more on a slow machine.
/// Those in sight come first.
const NEW_ROWS: usize = 12;

/// Rows that a filter hid and a frame shows again: they are made, but have to be laid out and painted
/// anew. About as many as are in sight; what is left of it makes the next key wait.
const ROWS_AGAIN: usize = 8;

/// What a page shows before its program runs, in lines: the rows of groups, and a bar for each group.
/// More than most windows have; what a browser has to read before it shows anything.
const FIRST_LINES: usize = 24;

/// Rows brought up to date a frame.
const CHANGED_ROWS: usize = 120;

/// How much may be done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Whether rows keep their places, so that nothing moves under a pointer.
    still: bool,
    /// Whether the reader has just asked for something else.
    asked: bool,
    /// Lines of new groups; each begins while some are left, and is whole.
    new_lines: usize,
    new_rows: usize,
    changed_rows: usize,
    rows_again: usize,
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
        Self {
            still: false,
            asked: false,
            new_lines: usize::MAX,
            new_rows: usize::MAX,
            changed_rows: usize::MAX,
            rows_again: usize::MAX,
        }
    }

    /// What a page begins with, in whole groups: the next frames bring the rest.
    pub(crate) fn first() -> Self {
        Self { new_lines: FIRST_LINES, ..Self::unhurried() }
    }

    /// What a frame has time for; `still`: nothing may move.
    pub(crate) fn frame(still: bool) -> Self {
        Self { still, new_rows: NEW_ROWS, changed_rows: CHANGED_ROWS, ..Self::unhurried() }
    }

    /// What a frame has time for, when the reader has just asked for something else.
    pub(crate) fn asked() -> Self {
        Self { asked: true, rows_again: ROWS_AGAIN, ..Self::frame(false) }
    }

    /// Whether the reader has just asked for something else.
    pub(crate) fn is_asked(&self) -> bool {
        self.asked
    }

    /// What becomes of what is not wanted any more.
    pub(super) fn leaving(&self) -> Leaving {
        if self.asked { Leaving::Wait } else { Leaving::Shown }
    }

    /// Whether rows keep their places.
    pub(super) fn is_still(&self) -> bool {
        self.still
    }

    /// Whether one more new group may begin, of so many rows.
    pub(super) fn may_begin(&mut self, rows: usize) -> bool {
        take(&mut self.new_lines, rows + 1)
    }

    /// Whether there is time for one more new row.
    pub(super) fn may_make(&mut self) -> bool {
        take(&mut self.new_rows, 1)
    }

    /// Whether there is time to show so many more rows that a filter hid. They are made already, and
    /// only those in sight cost anything: the rest comes with the next frame.
    pub(super) fn may_show_again(&mut self, rows: usize) -> bool {
        take(&mut self.rows_again, rows)
    }

    /// Whether there is time to bring one more row up to date.
    pub(super) fn may_change(&mut self) -> bool {
        take(&mut self.changed_rows, 1)
    }
}

fn take(left: &mut usize, rows: usize) -> bool {
    let may = *left > 0;
    *left = left.saturating_sub(rows);
    may
}
