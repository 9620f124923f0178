//! One type for everything that is built from data: an HTML element as a value.
//!
//! Leptos gives every piece of a `view!` a type of its own, and each costs the browser's program its
//! own code. What is only shown (rows, findings, badges) is therefore an [`Element`]: written on the
//! server, taken over in the browser, and brought up to date by touching what differs. It holds no
//! handlers: clicks and keys are heard by one listener for the document (`behaviour`).
//! `docs/decisions/0005-one-node-type.md` has the measurements.

mod children;
mod dom;
mod html;
mod list;
mod render;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub(crate) use children::Children;
pub(crate) use list::{Item, list};
pub(crate) use render::{Live, Shown, live};

/// A text that is known while compiling, or made.
type Text = Cow<'static, str>;

/// An element. A pointer, since it is passed on with every word that is said about it. The server may
/// send one as it is (`crate::ports`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Element(Box<Parts>);

/// Its tag, what it says of itself, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Parts {
    tag: Text,
    attributes: Vec<(Text, Text)>,
    /// Invariant: no two texts are neighbours and none is empty, so that the browser, too, has one
    /// node for each.
    children: Vec<Node>,
}

/// What an element can hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Node {
    Text(Text),
    Element(Element),
}

/// What an attribute can be set to.
pub(crate) trait Value {
    /// Sets it.
    fn put(self, name: &'static str, element: Element) -> Element;
}

impl Value for &'static str {
    fn put(self, name: &'static str, element: Element) -> Element {
        element.put_known(name, self)
    }
}

impl Value for String {
    fn put(self, name: &'static str, element: Element) -> Element {
        element.put_made(name, self)
    }
}

/// A new element without anything.
// The functions that every component calls many times are compiled once: that is a tenth of the
// browser's program.
#[inline(never)]
pub(crate) fn el(tag: &'static str) -> Element {
    Element(Box::new(Parts { tag: Text::Borrowed(tag), attributes: vec![], children: vec![] }))
}

impl Element {
    /// Sets an attribute. Its name is ours; its value may be anybody's.
    pub(crate) fn attr(self, name: &'static str, value: impl Value) -> Self {
        value.put(name, self)
    }

    #[inline(never)]
    fn put(mut self, name: &'static str, value: Text) -> Self {
        self.0.attributes.push((Text::Borrowed(name), value));
        self
    }

    #[inline(never)]
    fn put_known(self, name: &'static str, value: &'static str) -> Self {
        self.put(name, Text::Borrowed(value))
    }

    #[inline(never)]
    fn put_made(self, name: &'static str, value: String) -> Self {
        self.put(name, Text::Owned(value))
    }

    /// Sets an attribute that has a value only sometimes.
    pub(crate) fn maybe(self, name: &'static str, value: Option<impl Value>) -> Self {
        match value {
            Some(value) => self.attr(name, value),
            None => self,
        }
    }

    /// Sets an attribute that is there or not.
    pub(crate) fn flag(self, name: &'static str, is: bool) -> Self {
        self.maybe(name, is.then_some(""))
    }

    /// Sets the classes.
    pub(crate) fn class(self, classes: impl Value) -> Self {
        self.attr("class", classes)
    }

    /// Puts something into it, after what is there.
    pub(crate) fn with(mut self, children: impl Children) -> Self {
        children.put_into(&mut self.0.children);
        self
    }

    /// The element in the browser, belonging to nothing; none on the server.
    pub(crate) fn made(&self) -> Option<web_sys::Element> {
        dom::make(self)
    }
}
