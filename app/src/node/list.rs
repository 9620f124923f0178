//! A list of views that keeps what stays.
//!
//! Leptos' `For` takes everything after several new items out of the document and puts it back
//! (`group_adjacent_moves` of tachys 0.2.19 forgets which moves are for show): with hundreds of
//! groups that is 80 ms of styles a frame. Here nothing moves but what changes its order.

use std::any::Any;
use std::cell::RefCell;
use std::future::{Future, ready};
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use leptos::prelude::{IntoView, Owner, set_timeout};
use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::reactive_graph::{OwnedView, OwnedViewState};
use leptos::tachys::renderer::{Rndr, types};
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};

/// What a list holds.
#[derive(Clone)]
pub(crate) struct Item<T> {
    /// Tells it from every other one: each has its own, so that an item that went and came back
    /// between two renderings is a new one, with its new signals. (Signals themselves cannot be keys:
    /// in `reactive_graph` 0.2.16 equal ones differ in their hash.)
    key: u32,
    /// Whether it is in the document. What is not stays as it was made, and comes back at once.
    pub(crate) shown: bool,
    /// What is shown, or what it is made of.
    pub(crate) of: T,
}

impl<T> Item<T> {
    /// A new item, which is shown.
    pub(crate) fn new(of: T) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self { key: NEXT.fetch_add(1, Ordering::Relaxed), shown: true, of }
    }

    /// The same item, in the document or not.
    pub(crate) fn showing(&self, shown: bool) -> Self
    where
        T: Clone,
    {
        Self { shown, ..self.clone() }
    }
}

/// Follows `items` and shows each as `made` makes it.
pub(crate) fn list<T, V>(
    items: impl Fn() -> Vec<Item<T>> + Send + 'static,
    made: impl Fn(T) -> V + Clone + Send + 'static,
) -> impl IntoView
where
    T: Send + 'static,
    V: IntoView + 'static,
{
    // Items live as long as they are listed, not until the list is looked at again.
    let parent = Owner::current().unwrap_or_default();
    let made = move |item| {
        let owner = parent.with(Owner::new);
        let view = owner.with(|| made(item));
        OwnedView::new_with_owner(view, owner)
    };
    move || List { items: items(), made: made.clone(), view: PhantomData }
}

/// What is let go at a time.
const BURIED_AT_ONCE: usize = 24;

thread_local! {
    /// What is out of the document and not yet let go.
    static GONE: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(vec![]) };
}

/// Lets go of what was taken out of the document, later: to end the signals and effects of a hundred
/// groups takes longer than a key may take.
fn bury(state: Box<dyn Any>) {
    let is_first = GONE.with_borrow_mut(|gone| {
        gone.push(state);
        gone.len() == 1
    });
    if is_first {
        set_timeout(let_go, Duration::from_millis(50));
    }
}

fn let_go() {
    let (some, more) = GONE.with_borrow_mut(|gone| {
        let kept = gone.len().saturating_sub(BURIED_AT_ONCE);
        (gone.split_off(kept), kept > 0)
    });
    drop(some);
    if more {
        set_timeout(let_go, Duration::from_millis(16));
    }
}

struct List<T, V, F> {
    items: Vec<Item<T>>,
    made: F,
    view: PhantomData<fn() -> V>,
}

struct ShownList<S: Mountable> {
    items: Vec<Item<S>>,
    end: types::Placeholder,
}

impl<S: Mountable> ShownList<S> {
    fn shown(&self) -> impl Iterator<Item = &S> {
        self.items.iter().filter(|item| item.shown).map(|item| &item.of)
    }

    fn shown_mut(&mut self) -> impl Iterator<Item = &mut S> {
        self.items.iter_mut().filter(|item| item.shown).map(|item| &mut item.of)
    }
}

/// Takes what is not wanted any more out of the document, and lets go of what is not listed.
fn clear<T, S: Mountable + 'static>(old: &mut [Option<Item<S>>], items: &[Item<T>]) {
    for place in old {
        let Some(item) = place else { continue };
        let kept = items.iter().find(|other| other.key == item.key);
        if item.shown && !kept.is_some_and(|kept| kept.shown) {
            item.of.unmount();
            item.shown = false;
        }
        if kept.is_none() {
            bury(Box::new(place.take()));
        }
    }
}

impl<T, V, F> Render for List<T, V, F>
where
    T: Send + 'static,
    V: IntoView + 'static,
    F: Fn(T) -> OwnedView<V> + Send + 'static,
{
    type State = ShownList<OwnedViewState<V::State>>;

    fn build(self) -> Self::State {
        let Self { items, made, .. } = self;
        let built = |Item { key, shown, of }| Item { key, shown, of: made(of).build() };
        let items = items.into_iter().map(built).collect();
        ShownList { items, end: Rndr::create_placeholder() }
    }

    fn rebuild(self, shown: &mut Self::State) {
        let Self { items, made, .. } = self;
        let mut old: Vec<_> = std::mem::take(&mut shown.items).into_iter().map(Some).collect();
        clear(&mut old, &items);
        let mut next = 0;
        for item in items {
            while old.get(next).is_some_and(Option::is_none) {
                next += 1;
            }
            let is = |place: &Option<Item<_>>| place.as_ref().is_some_and(|it| it.key == item.key);
            let at = old.iter().skip(next).position(is).map(|at| at + next);
            let kept = at.and_then(|at| old.get_mut(at)).and_then(Option::take);
            let mut kept = kept.unwrap_or_else(|| {
                let of = made(item.of).build();
                Item { key: item.key, shown: false, of }
            });
            if item.shown && (at != Some(next) || !kept.shown) {
                match old.iter().skip(next).flatten().find(|other| other.shown) {
                    Some(after) => after.of.insert_before_this(&mut kept.of),
                    None => shown.end.insert_before_this(&mut kept.of),
                };
                kept.shown = true;
            }
            shown.items.push(kept);
        }
    }
}

impl<T, V, F> AddAnyAttr for List<T, V, F>
where
    T: Send + 'static,
    V: IntoView + 'static,
    F: Fn(T) -> OwnedView<V> + Send + 'static,
{
    /// Attributes are for elements; none is ever put on a list.
    type Output<A: Attribute> = ();

    fn add_any_attr<A: Attribute>(self, _attribute: A) {}
}

impl<T, V, F> RenderHtml for List<T, V, F>
where
    T: Send + 'static,
    V: IntoView + 'static,
    F: Fn(T) -> OwnedView<V> + Send + 'static,
{
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    fn resolve(self) -> impl Future<Output = Self> + Send {
        ready(self)
    }

    fn to_html_with_buf(
        self,
        html: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        _extra: Vec<AnyAttribute>,
    ) {
        let Self { items, made, .. } = self;
        for item in items {
            made(item.of).to_html_with_buf(html, position, escape, mark_branches, vec![]);
            *position = Position::NextChild;
        }
        html.push_str("<!>");
        *position = Position::NextChild;
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        position: &PositionState,
    ) -> Self::State {
        let Self { items, made, .. } = self;
        let items = items
            .into_iter()
            .map(|Item { key, shown, of }| {
                let of = made(of).hydrate::<FROM_SERVER>(cursor, position);
                Item { key, shown, of }
            })
            .collect();
        let end = cursor.next_placeholder(position);
        position.set(Position::NextChild);
        ShownList { items, end }
    }

    fn into_owned(self) -> Self {
        self
    }
}

impl<S: Mountable> Mountable for ShownList<S> {
    fn unmount(&mut self) {
        self.shown_mut().for_each(Mountable::unmount);
        self.end.unmount();
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        for item in self.shown_mut() {
            item.mount(parent, marker);
        }
        self.end.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        match self.shown().next() {
            Some(first) => first.insert_before_this(child),
            None => self.end.insert_before_this(child),
        }
    }

    fn elements(&self) -> Vec<types::Element> {
        self.shown().flat_map(Mountable::elements).collect()
    }
}
