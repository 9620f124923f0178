//! The keyboard: single keys where nobody types, and what they stand for.
//!
//! A key clicks or focuses an element that is there: what the mouse cannot do, no key does. Which
//! keys there are is told by `components::keyboard_sheet`.

use std::cell::Cell;

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement, HtmlInputElement, KeyboardEvent};

use super::{dialogs, palette, theme};
use crate::browser::{self, document};
use crate::components::endpoint_filters::BOX;
use crate::components::keyboard_sheet::{KEYS, SINGLE_KEYS};

/// How long `g` waits for the second key, in milliseconds.
const PATIENCE: f64 = 1_500.0;

/// Under which name the browser remembers that single keys are off.
const STORED: &str = "skyports-single-keys";

/// What leads to a port's panel: the stops of `j` and `k`.
const STOP: &str = "[data-port-link]";

/// The open panel of an endpoint.
const PANEL: &str = "#endpoint[open]";

/// What folds and unfolds the YAML in it.
const YAML: &str = "#endpoint[open] [data-yaml]";

thread_local! {
    /// When `g` was pressed.
    static PREFIX: Cell<f64> = const { Cell::new(f64::NEG_INFINITY) };
}

/// Shows in the sheet whether single keys are on.
pub(super) fn tell() {
    if let Some(switch) = switch() {
        switch.set_checked(are_on());
    }
}

/// Remembers how the switch in the sheet stands.
pub(super) fn switched() {
    let is_on = switch().is_some_and(|switch| switch.checked());
    browser::remember(STORED, (!is_on).then_some("off"));
}

/// Does what the key stands for.
pub(super) fn press(event: &KeyboardEvent) {
    if event.default_prevented() || event.is_composing() || palette::press(event) {
        return;
    }
    let is_plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
    if is_plain && matches!(event.key().as_str(), "ArrowDown" | "Enter") && is_filtering() {
        // Out of the filter, to the first row that it left.
        if walk(true).is_some() {
            event.prevent_default();
        }
        return;
    }
    if is_plain && !browser::is_typing() && !dialogs::is_modal() && are_on() {
        let key = event.key();
        let after_g = event.time_stamp() - PREFIX.replace(f64::NEG_INFINITY) < PATIENCE;
        let done = if after_g { go(&key) } else { single(&key, event) };
        if done.is_some() {
            event.prevent_default();
        }
    }
}

/// Whether the filter has the focus.
fn is_filtering() -> bool {
    let focused = document().and_then(|document| document.active_element());
    focused.is_some_and(|element| element.id() == BOX)
}

/// Done once `Some`; a key that stands for nothing here is left to the browser.
fn single(key: &str, event: &KeyboardEvent) -> Option<()> {
    match key {
        "/" => {
            let filter: HtmlInputElement = browser::element(BOX)?.dyn_into().ok()?;
            filter.focus().ok()?;
            filter.select();
            Some(())
        }
        "?" => dialogs::open(KEYS),
        "g" => {
            PREFIX.set(event.time_stamp());
            Some(())
        }
        "t" => {
            theme::next();
            Some(())
        }
        "m" => click("[data-mine]"),
        "j" => walk(true),
        "k" => walk(false),
        // Where no row has the focus, arrows scroll the page.
        "ArrowDown" => focused(STOP).and_then(|_| walk(true)),
        "ArrowUp" => focused(STOP).and_then(|_| walk(false)),
        "Enter" => focused(STOP).and_then(|_| click_in_row("a.url")),
        " " => press_on(&focused(STOP)?),
        "o" => click_in_row("a.url"),
        "c" => click_in_row("[data-copy]:not([data-copy=page])"),
        "r" => click("#endpoint[open] [data-check]"),
        "y" => {
            let yaml: HtmlElement = find(YAML)?.dyn_into().ok()?;
            yaml.click();
            yaml.focus().ok()
        }
        _ => None,
    }
}

/// The second key after `g`.
fn go(key: &str) -> Option<()> {
    match key {
        "c" => click(r#".topbar a[href="/contexts"]"#),
        "e" => click(".topbar a.brand"),
        _ => None,
    }
}

/// To the next row that is seen, or to the one before; an open panel comes along.
fn walk(forward: bool) -> Option<()> {
    let links = document()?.query_selector_all(STOP).ok()?;
    let stops: Vec<HtmlElement> = (0..links.length())
        .filter_map(|at| links.get(at)?.dyn_into::<HtmlElement>().ok())
        .filter(|link| link.offset_parent().is_some())
        .collect();
    let panel = find(PANEL);
    let here = match &panel {
        Some(_) => find(".row[aria-current]"),
        None => focused(".row"),
    };
    let here = here.and_then(|row| {
        stops.iter().position(|stop| row.contains(Some(stop.unchecked_ref::<web_sys::Node>())))
    });
    let next = match (here, forward) {
        (Some(here), true) => here + 1,
        (Some(here), false) => here.checked_sub(1)?,
        (None, true) => 0,
        (None, false) => stops.len().checked_sub(1)?,
    };
    let stop = stops.get(next)?;
    if panel.is_some() {
        stop.scroll_into_view_with_bool(false);
        stop.click();
        Some(())
    } else {
        stop.focus().ok()
    }
}

/// Clicks what `selector` finds in the row that has the focus or in the open panel.
fn click_in_row(selector: &str) -> Option<()> {
    let within = focused(".row").or_else(|| find(PANEL))?;
    press_on(&within.query_selector(selector).ok()??)
}

fn click(selector: &str) -> Option<()> {
    press_on(&find(selector)?)
}

fn press_on(element: &Element) -> Option<()> {
    element.dyn_ref::<HtmlElement>().map(HtmlElement::click)
}

fn find(selector: &str) -> Option<Element> {
    document()?.query_selector(selector).ok()?
}

/// What `selector` names and has the focus, or holds what has it.
fn focused(selector: &str) -> Option<Element> {
    document()?.active_element()?.closest(selector).ok()?
}

fn switch() -> Option<HtmlInputElement> {
    browser::element(SINGLE_KEYS)?.dyn_into().ok()
}

fn are_on() -> bool {
    browser::remembered(STORED).is_none()
}
