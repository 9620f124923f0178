//! A list on its way from what it was to what it is to be.
//!
//! What the reader's filter hides keeps its place in the list: to make and to style a thousand rows
//! anew takes a second, to show them again a frame.

use crate::node::Item;

/// What becomes of items that are not wanted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    /// They wait: the reader asks for something else and may come back.
    Wait,
    /// Those in sight are gone, since what they showed is gone. Those that wait still do.
    Shown,
    /// They are gone, in sight or not: everything there is is wanted.
    All,
}

/// A list that is being made of an earlier one.
pub(super) struct Listing<'a, T> {
    old: &'a [Item<T>],
    /// Where the next item is looked for first, since the order seldom differs.
    next: usize,
    /// What is to be shown, in its order.
    wanted: Vec<Place>,
    /// New items, in their order.
    new: Vec<Item<T>>,
}

/// Whence an item of the list comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It is new.
    New,
    /// It stood there, and is shown.
    Old(usize),
    /// It stood there, and waits.
    Waiting(usize),
}

impl<'a, T: Clone> Listing<'a, T> {
    pub(super) fn of(old: &'a [Item<T>]) -> Self {
        Self { old, next: 0, wanted: Vec::with_capacity(old.len()), new: vec![] }
    }

    /// Looks for an old item.
    pub(super) fn find(&mut self, is: impl Fn(&T) -> bool) -> Option<&'a Item<T>> {
        let (before, after) = self.old.split_at_checked(self.next)?;
        let here = after.iter().position(|item| is(&item.of)).map(|at| at + self.next);
        let at = here.or_else(|| before.iter().position(|item| is(&item.of)))?;
        self.next = at + 1;
        self.old.get(at)
    }

    /// The item that was found last is to be shown.
    pub(super) fn keep(&mut self) {
        self.wanted.push(Place::Old(self.next.saturating_sub(1)));
    }

    /// A new item.
    pub(super) fn add(&mut self, of: T) {
        self.wanted.push(Place::New);
        self.new.push(Item::new(of));
    }

    /// The whole list, if it is another one.
    pub(super) fn finished(self, leaving: Leaving) -> Option<Vec<Item<T>>> {
        let Self { old, wanted, new, .. } = self;
        let was: Vec<bool> = old.iter().map(|item| item.shown).collect();
        let places = places(&was, &wanted, leaving)?;
        let mut new = new.into_iter();
        let item = |place| match place {
            Place::New => new.next(),
            Place::Old(at) => Some(old.get(at)?.showing(true)),
            Place::Waiting(at) => Some(old.get(at)?.showing(false)),
        };
        Some(places.into_iter().filter_map(item).collect())
    }
}

/// Where everything of the new list comes from, if it is another one than the old, of which `was`
/// tells what is shown. What waits stays behind what it stood behind.
fn places(was: &[bool], wanted: &[Place], leaving: Leaving) -> Option<Vec<Place>> {
    let waits = |shown: &bool| match leaving {
        Leaving::Wait => true,
        Leaving::Shown => !shown,
        Leaving::All => false,
    };
    let mut waiting: Vec<bool> = was.iter().map(waits).collect();
    for place in wanted {
        if let Place::Old(at) = place
            && let Some(waits) = waiting.get_mut(*at)
        {
            *waits = false;
        }
    }
    let mut places = Vec::with_capacity(was.len().max(wanted.len()));
    let mut passed = 0;
    let mut pass = |until: usize, places: &mut Vec<Place>| {
        while passed < until {
            if waiting.get(passed) == Some(&true) {
                places.push(Place::Waiting(passed));
            }
            passed += 1;
        }
    };
    for place in wanted {
        if let Place::Old(at) = place {
            pass(*at, &mut places);
        }
        places.push(*place);
    }
    pass(was.len(), &mut places);
    let stays = was.iter().enumerate().map(|(at, shown)| match shown {
        true => Place::Old(at),
        false => Place::Waiting(at),
    });
    (!places.iter().copied().eq(stays)).then_some(places)
}

#[cfg(test)]
mod tests {
    use super::Place::{New, Old, Waiting};
    use super::*;

    #[test]
    fn what_a_filter_hides_waits_where_it_stood() {
        let all = [true; 4];
        assert_eq!(
            places(&all, &[Old(0), Old(3)], Leaving::Wait),
            Some(vec![Old(0), Waiting(1), Waiting(2), Old(3)])
        );
        let filtered = [true, false, false, true];
        let more = [Old(0), Old(2), Old(3)];
        assert_eq!(
            places(&filtered, &more, Leaving::Wait),
            Some(vec![Old(0), Waiting(1), Old(2), Old(3)])
        );
        let back = [0, 1, 2, 3].map(Old);
        assert_eq!(places(&filtered, &back, Leaving::All), Some(back.to_vec()));
    }

    #[test]
    fn what_is_gone_does_not_wait() {
        let filtered = [true, false, true];
        assert_eq!(places(&filtered, &[Old(0)], Leaving::Shown), Some(vec![Old(0), Waiting(1)]));
        assert_eq!(places(&filtered, &[Old(0), Old(2)], Leaving::All), Some(vec![Old(0), Old(2)]));
        assert_eq!(places(&filtered, &[], Leaving::All), Some(vec![]));
    }

    #[test]
    fn a_list_that_stays_is_none() {
        assert_eq!(places(&[true, false], &[Old(0)], Leaving::Wait), None);
        assert_eq!(places(&[true, false], &[Old(0)], Leaving::Shown), None);
        assert_eq!(places(&[], &[], Leaving::Wait), None);
    }

    #[test]
    fn another_order_keeps_everything_once() {
        let was = [true, false, true, false];
        assert_eq!(
            places(&was, &[Old(2), New, Old(0)], Leaving::Wait),
            Some(vec![Waiting(1), Old(2), New, Old(0), Waiting(3)])
        );
    }
}
