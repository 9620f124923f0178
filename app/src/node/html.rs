//! An element as HTML.

use super::{Element, Node, Parts};

/// Elements that have no end tag and nothing in them.
const VOID: [&str; 5] = ["br", "col", "hr", "img", "input"];

impl Element {
    /// Writes the element after what is in `html`.
    pub(super) fn write(&self, html: &mut String) {
        let Parts { tag, attributes, children } = &*self.0;
        html.push('<');
        html.push_str(tag);
        for (name, value) in attributes {
            html.push(' ');
            html.push_str(name);
            html.push_str("=\"");
            html_escape::encode_double_quoted_attribute_to_string(value, html);
            html.push('"');
        }
        html.push('>');
        if VOID.contains(&&**tag) {
            return;
        }
        for child in children {
            match child {
                Node::Text(text) => {
                    html_escape::encode_text_to_string(text, html);
                }
                Node::Element(element) => element.write(html),
            }
        }
        html.push_str("</");
        html.push_str(tag);
        html.push('>');
    }
}

#[cfg(test)]
mod tests {
    use crate::node::el;

    fn html(element: super::Element) -> String {
        let mut html = String::new();
        element.write(&mut html);
        html
    }

    #[test]
    fn whatever_is_put_in_stays_text() {
        let hostile = "\"><script>alert(1)</script>&amp;'";
        let written = html(el("a").attr("title", hostile).with(hostile.to_owned()));
        assert_eq!(
            written,
            concat!(
                "<a title=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;'\">",
                "\"&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;'</a>"
            )
        );
    }

    #[test]
    fn neighbouring_texts_are_one_and_empty_ones_none() {
        let one = el("p").with(("a", "b")).with("").with(Some("c".to_owned())).with(None::<String>);
        assert_eq!(one, el("p").with("abc"));
        assert_eq!(html(one), "<p>abc</p>");
    }

    #[test]
    fn an_element_without_content_has_no_end() {
        assert_eq!(
            html(el("col").class("c-port").flag("hidden", true)),
            "<col class=\"c-port\" hidden=\"\">"
        );
        assert_eq!(html(el("td").with(el("b"))), "<td><b></b></td>");
    }
}
