//! The palette: finds clusters, ports, pages and actions by a part of their names, and goes there.
//!
//! The focus stays in its box; the arrows move through what was found.

use std::cell::RefCell;

use skyports_model::Overview;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::dialogs;
use crate::browser::{self, document, window};
use crate::components::palette::{FOUND, LIST, NOTHING, PALETTE, WORDS, option};
use crate::find::{Found, find};

type Knows = Box<dyn Fn(&mut dyn FnMut(&Overview))>;

thread_local! {
    /// Shows the overview as the page knows it at the moment.
    static KNOWS: RefCell<Option<Knows>> = const { RefCell::new(None) };
}

/// From now on the palette searches in what `knows` shows.
pub(crate) fn search_in(knows: impl Fn(&mut dyn FnMut(&Overview)) + 'static) {
    KNOWS.with(|kept| kept.replace(Some(Box::new(knows))));
}

/// Opens the palette, or closes it, or moves within it. Tells whether the key was meant for it.
pub(super) fn press(event: &KeyboardEvent) -> bool {
    let key = event.key();
    let calls = (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.shift_key();
    let done = if calls && key.eq_ignore_ascii_case("k") {
        toggle()
    } else {
        let in_it = || document()?.active_element().filter(|element| element.id() == WORDS);
        in_it().and_then(|_| match key.as_str() {
            "ArrowDown" => choose(1),
            "ArrowUp" => choose(-1),
            "Enter" => go(&chosen()?),
            _ => None,
        })
    };
    if done.is_some() {
        event.prevent_default();
    }
    done.is_some()
}

/// The words in the box changed.
pub(super) fn typed() {
    let _ = show();
}

fn toggle() -> Option<()> {
    let dialog: HtmlDialogElement = browser::element(PALETTE)?.dyn_into().ok()?;
    if dialog.open() {
        dialog.close();
        Some(())
    } else if dialogs::is_modal() {
        None
    } else {
        dialogs::open(PALETTE)?;
        words()?.select();
        show()
    }
}

/// Shows what the words find, the first of it chosen.
fn show() -> Option<()> {
    let text = words()?.value();
    let mut found: Vec<Found> = vec![];
    KNOWS.with_borrow(|knows| {
        if let Some(knows) = knows {
            knows(&mut |overview| found = find(overview, &text));
        }
    });
    let list = browser::element(LIST)?;
    list.set_text_content(None);
    for (at, found) in found.iter().enumerate() {
        if let Some(option) = option(at, found).made() {
            let _ = list.append_child(&option);
        }
    }
    let nothing = browser::element(NOTHING)?;
    if found.is_empty() {
        nothing.remove_attribute("hidden").ok()?;
    } else {
        nothing.set_attribute("hidden", "").ok()?;
    }
    choose(0)
}

/// Moves to another one of those found, round and round; 0 goes to the first.
fn choose(by: i32) -> Option<()> {
    let list = browser::element(LIST)?;
    let before = chosen();
    let next = match (&before, by) {
        (Some(before), 1) => before.next_element_sibling().or_else(|| list.first_element_child()),
        (Some(before), -1) => {
            before.previous_element_sibling().or_else(|| list.last_element_child())
        }
        _ => list.first_element_child(),
    };
    if let Some(before) = before {
        before.set_attribute("aria-selected", "false").ok()?;
    }
    let words = words()?;
    match next {
        Some(next) => {
            next.set_attribute("aria-selected", "true").ok()?;
            words.set_attribute("aria-activedescendant", &next.id()).ok()?;
            scroll_to(&list, &next);
        }
        None => words.remove_attribute("aria-activedescendant").ok()?,
    }
    Some(())
}

/// Within the list only: the page beneath stays where it is.
fn scroll_to(list: &Element, option: &Element) {
    let Some(option) = option.dyn_ref::<HtmlElement>() else { return };
    let (top, height) = (option.offset_top(), option.offset_height());
    let (from, seen) = (list.scroll_top(), list.client_height());
    if top < from {
        list.set_scroll_top(top);
    } else if top + height > from + seen {
        list.set_scroll_top(top + height - seen);
    }
}

/// Goes where an option leads: to an address, or to the button that it stands for.
pub(super) fn go(option: &Element) -> Option<()> {
    let dialog: HtmlDialogElement = browser::element(PALETTE)?.dyn_into().ok()?;
    dialog.close();
    if let Some(button) = option.get_attribute("data-clicks") {
        let button: HtmlElement = document()?.query_selector(&button).ok()??.dyn_into().ok()?;
        button.click();
        Some(())
    } else {
        window()?.location().set_href(&option.get_attribute("data-path")?).ok()
    }
}

fn chosen() -> Option<Element> {
    document()?.query_selector(&[FOUND, "[aria-selected=true]"].concat()).ok()?
}

fn words() -> Option<HtmlInputElement> {
    browser::element(WORDS)?.dyn_into().ok()
}
