//! Sorting for what the browser's program sorts, too.

use std::cmp::Ordering;

/// A stable sort by insertion. Mostly all is in order already, and the browser's program gets no
/// smaller one: the standard library's is 5 kB for each type.
pub(crate) fn put_in_order<T>(items: &mut [T], order: impl Fn(&T, &T) -> Ordering) {
    for end in 1..items.len() {
        let Some((last, before)) = items.get(..=end).and_then(<[T]>::split_last) else { return };
        let place = match before.last() {
            Some(previous) if order(previous, last) != Ordering::Greater => continue,
            _ => before.partition_point(|item| order(item, last) != Ordering::Greater),
        };
        if let Some(part) = items.get_mut(place..=end) {
            part.rotate_right(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_order_is_that_of_the_standard_library(items in prop::collection::vec((0_u8..9, any::<u8>()), 0..40)) {
            let by_first = |a: &(u8, u8), b: &(u8, u8)| a.0.cmp(&b.0);
            let (mut ours, mut theirs) = (items.clone(), items);
            put_in_order(&mut ours, by_first);
            theirs.sort_by(by_first);
            prop_assert_eq!(ours, theirs);
        }
    }
}
