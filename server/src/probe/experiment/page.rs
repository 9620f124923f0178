//! What a page refers to: its scripts, stylesheets and forms, by a parser of HTML that keeps no tree,
//! so that nothing in a page can make it large or deep.

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};
use std::convert::Infallible;

use crate::probe::outcome::told;

/// References that are kept of one page.
const MOST: usize = 200;
/// Longer values are no references.
const LONGEST: usize = 2_048;

/// The facts of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Page {
    pub(super) title: Option<String>,
    /// What its references are relative to, where it says so.
    pub(super) base: Option<String>,
    /// What it cannot work without, in its order.
    pub(super) references: Vec<Reference>,
}

/// What a page refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) kind: Kind,
    pub(super) to: String,
}

/// What a reference is for. Pictures, icons, fonts and manifests are left out: pages work without
/// them, and Gradio names its manifest at the root of the host though it works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Script,
    Style,
    Form,
}

impl Kind {
    /// The kind for people.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Script => "script",
            Self::Style => "stylesheet",
            Self::Form => "form",
        }
    }
}

impl Page {
    /// Reads what came of a page; the rest of a long one may be missing.
    pub(super) fn read(text: &str) -> Self {
        let mut reader = Reader::default();
        let read = |event: CallbackEvent<'_>, _: Span<()>| -> Option<Infallible> {
            reader.take(event);
            None
        };
        let mut emitter = CallbackEmitter::new(read);
        // Else what a script holds would be read as tags.
        emitter.naively_switch_states(true);
        // It hands everything to the reader and keeps no token for itself.
        let _none = Tokenizer::new_with_emitter(text, emitter).count();
        reader.page
    }
}

#[derive(Default)]
struct Reader {
    page: Page,
    tag: Tag,
    name: Vec<u8>,
    is_in_title: bool,
}

/// The attributes that matter of the tag that is being read.
#[derive(Default)]
struct Tag {
    name: Vec<u8>,
    attributes: [Option<String>; NAMES.len()],
}

const NAMES: [&[u8]; 6] = [b"src", b"href", b"rel", b"as", b"action", b"type"];

impl Reader {
    fn take(&mut self, event: CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = Tag { name: name.iter().take(16).copied().collect(), ..Tag::default() };
                self.name.clear();
            }
            CallbackEvent::AttributeName { name } => {
                self.name = name.iter().take(16).copied().collect();
            }
            CallbackEvent::AttributeValue { value } => self.tag.keep(&self.name, value),
            CallbackEvent::CloseStartTag { .. } => {
                self.is_in_title = self.tag.name == b"title" && self.page.title.is_none();
                let tag = std::mem::take(&mut self.tag);
                tag.add_to(&mut self.page);
            }
            CallbackEvent::String { value } if self.is_in_title => {
                let title = told(String::from_utf8_lossy(value));
                self.page.title = Some(title).filter(|title| !title.is_empty());
                self.is_in_title = false;
            }
            CallbackEvent::EndTag { .. } => self.is_in_title = false,
            CallbackEvent::String { .. }
            | CallbackEvent::Comment { .. }
            | CallbackEvent::Doctype { .. }
            | CallbackEvent::Error(_) => {}
        }
    }
}

impl Tag {
    fn keep(&mut self, name: &[u8], value: &[u8]) {
        let place = NAMES.iter().position(|it| *it == name);
        let slot = place.and_then(|place| self.attributes.get_mut(place));
        // Of an attribute that is there twice, browsers take the first.
        if let Some(slot) = slot.filter(|slot| slot.is_none() && value.len() <= LONGEST) {
            *slot = Some(String::from_utf8_lossy(value).trim().to_owned());
        }
    }

    fn add_to(self, page: &mut Page) {
        let [src, href, rel, role, action, kind] = self.attributes;
        let has = |word: &str| {
            rel.as_deref().is_some_and(|rel| rel.split(' ').any(|it| it.eq_ignore_ascii_case(word)))
        };
        let found = match self.name.as_slice() {
            b"base" => {
                page.base = page.base.take().or(href);
                return;
            }
            // Data that a page holds in a script is not fetched.
            b"script" if kind.as_deref().is_none_or(is_script) => src.map(|to| (Kind::Script, to)),
            b"link" if has("stylesheet") => href.map(|to| (Kind::Style, to)),
            b"link" if has("modulepreload") => href.map(|to| (Kind::Script, to)),
            b"link" if has("preload") => match role.as_deref() {
                Some("script") => href.map(|to| (Kind::Script, to)),
                Some("style") => href.map(|to| (Kind::Style, to)),
                Some(_) | None => None,
            },
            b"form" => action.map(|to| (Kind::Form, to)),
            _ => None,
        };
        if let Some((kind, to)) = found.filter(|(_, to)| !to.is_empty())
            && page.references.len() < MOST
        {
            page.references.push(Reference { kind, to });
        }
    }
}

fn is_script(kind: &str) -> bool {
    kind.is_empty() || kind == "module" || kind.ends_with("javascript")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references(text: &str) -> Vec<(Kind, String)> {
        Page::read(text).references.into_iter().map(|it| (it.kind, it.to)).collect()
    }

    #[test]
    fn scripts_stylesheets_and_forms_are_what_a_page_needs() {
        let text = "<!doctype html><title>A &amp; B</title>\
            <link rel=icon href=/favicon.ico><link rel=manifest href=/manifest.json>\
            <link rel='preload stylesheet' href='./a.css'><link rel=modulepreload href=m.js>\
            <link rel=preload as=font href=/f.woff2><link rel=preload as=script href=p.js>\
            <script type=module src='s.js?v=1&amp;w=2'></script><img src=/i.png>\
            <script type='application/json' src=/data></script><a href=/elsewhere>x</a>\
            <form action=/login></form><script>var a = '<script src=/no.js>'</script>\
            <!-- <script src=/neither.js></script> -->";
        assert_eq!(Page::read(text).title.as_deref(), Some("A & B"));
        let all = references(text);
        let all: Vec<_> = all.iter().map(|(kind, to)| (*kind, to.as_str())).collect();
        assert_eq!(
            all,
            [
                (Kind::Style, "./a.css"),
                (Kind::Script, "m.js"),
                (Kind::Script, "p.js"),
                (Kind::Script, "s.js?v=1&w=2"),
                (Kind::Form, "/login"),
            ]
        );
    }

    #[test]
    fn the_first_base_and_the_first_attribute_count() {
        let page = Page::read("<base href=/a/><base href=/b/><script src=1.js src=2.js></script>");
        assert_eq!(page.base.as_deref(), Some("/a/"));
        assert_eq!(page.references[0].to, "1.js");
    }

    #[test]
    fn what_means_harm_stays_small() {
        let nested = "<div><title>".repeat(100_000);
        assert!(Page::read(&nested).references.is_empty());
        let attributes = (0..100_000).map(|at| format!(" a{at}=b")).collect::<Vec<_>>().concat();
        let page = Page::read(&format!("<script{attributes} src=x.js>"));
        assert_eq!(page.references.len(), 1);
        assert_eq!(Page::read(&"<script src=x></script>".repeat(1_000)).references.len(), MOST);
        let long = format!("<script src='{}'></script>", "x".repeat(LONGEST + 1));
        assert!(Page::read(&long).references.is_empty());
        let title = format!("<title>\u{202e}\u{7}{}", "y".repeat(10_000));
        assert_eq!(Page::read(&title).title.map(|title| title.chars().count()), Some(80));
        for end in ["<", "<script", "<script src", "<script src=", "<!--", "</", "&#x", "<title>"] {
            assert!(Page::read(end).references.is_empty());
        }
    }
}
