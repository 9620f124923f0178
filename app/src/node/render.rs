//! An element as a Leptos view: what lets it stand anywhere in a `view!`.

use std::future::{Future, ready};
use std::sync::{Arc, Mutex};

use leptos::tachys::html::attribute::Attribute;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::types;
use leptos::tachys::view::add_attr::AddAnyAttr;
use leptos::tachys::view::{Mountable, Position, PositionState, Render, RenderHtml};
use wasm_bindgen::JsCast as _;

use super::{Element, dom};

/// An element that follows the signals that `made` reads. One type for all of them.
pub(crate) fn live(made: impl FnMut() -> Element + Send + 'static) -> Live {
    Arc::new(Mutex::new(made))
}

/// What [`live`] gives.
pub(crate) type Live = Arc<Mutex<dyn FnMut() -> Element + Send>>;

/// An element that the browser shows, and as what.
pub(crate) struct Shown {
    element: Element,
    node: Option<web_sys::Element>,
}

impl Shown {
    /// Shows an element as the last thing within `place`.
    pub(crate) fn within(place: &web_sys::Element, element: Element) -> Option<Self> {
        let node = dom::make(&element)?;
        place.append_child(&node).ok()?;
        Some(Self { element, node: Some(node) })
    }

    /// Shows another one in its place, touching what differs.
    pub(crate) fn show(&mut self, element: Element) {
        element.rebuild(self);
    }
}

impl Render for Element {
    type State = Shown;

    fn build(self) -> Shown {
        Shown { node: dom::make(&self), element: self }
    }

    fn rebuild(self, shown: &mut Shown) {
        if let Some(node) = &shown.node
            && !dom::patch(node, &shown.element, &self)
        {
            let made = dom::make(&self);
            if let Some(made) = &made {
                let _ = node.replace_with_with_node_1(made);
            }
            shown.node = made;
        }
        shown.element = self;
    }
}

impl AddAnyAttr for Element {
    type Output<A: Attribute> = Self;

    fn add_any_attr<A: Attribute>(self, _attribute: A) -> Self {
        self
    }
}

impl RenderHtml for Element {
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
        _escape: bool,
        _mark_branches: bool,
        _extra: Vec<AnyAttribute>,
    ) {
        self.write(html);
        *position = Position::NextChild;
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Shown {
        match position.get() {
            Position::FirstChild => cursor.child(),
            Position::Current => {}
            Position::NextChild
            | Position::NextChildAfterText
            | Position::OnlyChild
            | Position::LastChild => cursor.sibling(),
        }
        position.set(Position::NextChild);
        Shown { element: self, node: cursor.current().dyn_into().ok() }
    }

    fn into_owned(self) -> Self {
        self
    }
}

impl Mountable for Shown {
    fn unmount(&mut self) {
        if let Some(node) = &self.node {
            node.remove();
        }
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        if let Some(node) = &self.node {
            let _ = parent.insert_before(node, marker);
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let Some(node) = &self.node else { return false };
        let Some(parent) = node.parent_element() else { return false };
        child.mount(&parent, Some(node));
        true
    }

    fn elements(&self) -> Vec<types::Element> {
        self.node.iter().cloned().collect()
    }
}
