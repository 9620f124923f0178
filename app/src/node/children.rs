//! What can be put into an element: texts, elements, and several or none of them.

use super::{Element, Node, Text};

/// Something that can be put into an element.
pub(crate) trait Children {
    /// Puts it after what is there.
    #[expect(private_interfaces, reason = "elements are filled by `Element::with`")]
    fn put_into(self, children: &mut Vec<Node>);
}

#[inline(never)]
fn put_text(text: Text, children: &mut Vec<Node>) {
    match children.last_mut() {
        _ if text.is_empty() => {}
        Some(Node::Text(before)) => before.to_mut().push_str(&text),
        Some(Node::Element(_)) | None => children.push(Node::Text(text)),
    }
}

impl Children for &'static str {
    #[expect(private_interfaces, reason = "as the trait")]
    fn put_into(self, children: &mut Vec<Node>) {
        put_text(Text::Borrowed(self), children);
    }
}

impl Children for String {
    #[expect(private_interfaces, reason = "as the trait")]
    fn put_into(self, children: &mut Vec<Node>) {
        put_text(Text::Owned(self), children);
    }
}

impl Children for Element {
    #[expect(private_interfaces, reason = "as the trait")]
    fn put_into(self, children: &mut Vec<Node>) {
        put_element(self, children);
    }
}

#[inline(never)]
fn put_element(element: Element, children: &mut Vec<Node>) {
    children.push(Node::Element(element));
}

impl<C: Children> Children for Option<C> {
    #[expect(private_interfaces, reason = "as the trait")]
    fn put_into(self, children: &mut Vec<Node>) {
        if let Some(child) = self {
            child.put_into(children);
        }
    }
}

impl<C: Children> Children for Vec<C> {
    #[expect(private_interfaces, reason = "as the trait")]
    fn put_into(self, children: &mut Vec<Node>) {
        for child in self {
            child.put_into(children);
        }
    }
}

impl<A: Children, B: Children> Children for (A, B) {
    #[expect(private_interfaces, reason = "as the trait")]
    fn put_into(self, children: &mut Vec<Node>) {
        self.0.put_into(children);
        self.1.put_into(children);
    }
}
