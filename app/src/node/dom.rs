//! An element in the browser: made, and brought up to date by touching what differs.

use std::cell::RefCell;

use wasm_bindgen::JsCast as _;

use super::{Element, Node, Parts};
use crate::browser::document;

const SVG: &str = "http://www.w3.org/2000/svg";

thread_local! {
    /// The first row that was made of each kind, and what it shows; never in the document.
    static PATTERNS: RefCell<Vec<(Element, web_sys::Element)>> = const { RefCell::new(vec![]) };
}

/// Makes the element with everything in it. `None` where there is no document: on the server.
pub(super) fn make(element: &Element) -> Option<web_sys::Element> {
    if element.0.tag == "tr" { make_row(element) } else { make_piece_by_piece(element) }
}

/// Makes a row after the pattern of an earlier one: the browser copies it in one go, and only what
/// differs is told to it, which takes a third of the time.
fn make_row(element: &Element) -> Option<web_sys::Element> {
    PATTERNS.with_borrow_mut(|patterns| {
        let is_alike =
            |pattern: &Element| pattern.0.attributes.first() == element.0.attributes.first();
        if let Some((pattern, node)) = patterns.iter().find(|(pattern, _)| is_alike(pattern)) {
            let copy: web_sys::Element = node.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
            patch(&copy, pattern, element);
            return Some(copy);
        }
        let made = make_piece_by_piece(element)?;
        let copy = made.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
        patterns.push((element.clone(), copy));
        Some(made)
    })
}

fn make_piece_by_piece(element: &Element) -> Option<web_sys::Element> {
    let Parts { tag, attributes, children } = &*element.0;
    let document = document()?;
    let made = match &**tag {
        "svg" | "use" | "path" => document.create_element_ns(Some(SVG), tag),
        tag => document.create_element(tag),
    }
    .ok()?;
    for (name, value) in attributes {
        let _ = made.set_attribute(name, value);
    }
    for child in children {
        add(&made, child);
    }
    Some(made)
}

fn make_node(node: &Node) -> Option<web_sys::Node> {
    match node {
        Node::Text(text) => Some(document()?.create_text_node(text).into()),
        Node::Element(element) => make(element).map(Into::into),
    }
}

fn add(to: &web_sys::Node, child: &Node) {
    if let Some(child) = make_node(child) {
        let _ = to.append_child(&child);
    }
}

/// Brings what shows `old` to `new`. Tells whether it could: another tag needs another element.
pub(super) fn patch(shown: &web_sys::Element, old: &Element, new: &Element) -> bool {
    if old.0.tag != new.0.tag {
        return false;
    }
    if old.0.attributes != new.0.attributes {
        patch_attributes(shown, old, new);
    }
    if old.0.children != new.0.children {
        patch_children(shown, &old.0.children, &new.0.children);
    }
    true
}

fn patch_attributes(shown: &web_sys::Element, old: &Element, new: &Element) {
    for attribute in
        new.0.attributes.iter().filter(|attribute| !old.0.attributes.contains(attribute))
    {
        let _ = shown.set_attribute(&attribute.0, &attribute.1);
    }
    for (name, _) in &old.0.attributes {
        if !new.0.attributes.iter().any(|(kept, _)| kept == name) {
            let _ = shown.remove_attribute(name);
        }
    }
}

fn patch_children(shown: &web_sys::Node, old: &[Node], new: &[Node]) {
    let mut place = shown.first_child();
    for (old, new) in old.iter().zip(new) {
        let Some(here) = place else { break };
        place = here.next_sibling();
        if old != new {
            patch_node(&here, old, new);
        }
    }
    for _ in new.len()..old.len() {
        let Some(here) = place else { break };
        place = here.next_sibling();
        let _ = shown.remove_child(&here);
    }
    for child in new.iter().skip(old.len()) {
        add(shown, child);
    }
}

fn patch_node(shown: &web_sys::Node, old: &Node, new: &Node) {
    match (old, new) {
        (Node::Text(_), Node::Text(new)) => {
            shown.set_node_value(Some(new));
            return;
        }
        (Node::Element(old), Node::Element(new)) => {
            if shown.dyn_ref().is_some_and(|shown| patch(shown, old, new)) {
                return;
            }
        }
        (Node::Text(_), Node::Element(_)) | (Node::Element(_), Node::Text(_)) => {}
    }
    if let (Some(new), Some(parent)) = (make_node(new), shown.parent_node()) {
        let _ = parent.replace_child(&new, shown);
    }
}
