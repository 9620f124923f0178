//! Opens, moves and closes the panel in the browser: clicks, keys, the history, the dialog.
//!
//! Its own listeners beside those of `behaviour`, which know no data: what is clicked here names
//! an endpoint. All of them find what they act on by `data-` attributes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use skyports_model::EndpointId;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::js_sys::Function;
use web_sys::{Element, Event, KeyboardEvent, MouseEvent};

use super::address::{Entry, go_back, panel_path};
use super::describe::Describer;
use super::dialog::{self, named_by};
use super::{Panel, Shown, menu};
use crate::board::Board;
use crate::browser::{self, document, window};
use crate::components::endpoint_drawer::BODY;
use crate::state::View;

/// Something open above the panel, which Esc closes first.
const ABOVE: &str = "dialog[open]:not(#endpoint), :popover-open:not([popover=manual])";

/// Opens and closes the panel from now on.
pub(crate) fn follow(panel: Panel, board: Board, view: &View) {
    let hands = Hands(Rc::new(Parts {
        describer: Describer::of(panel.clone()),
        began_open: Cell::new(panel.is_asked_for()),
        last: RefCell::new(None),
        panel,
        board,
        view: view.clone(),
        opener: RefCell::new(None),
        going_back: Cell::new(false),
    }));
    // The entry that a page begins with says nothing of the panel that its address opened.
    if let (Some(id), None) = (board.panel.get_untracked(), Entry::here().id) {
        Entry { id: Some(id), has_list_before: false }.replace(&hands.path());
    }
    hands.listen();
    hands.follow_panel();
}

#[derive(Clone)]
struct Hands(Rc<Parts>);

struct Parts {
    panel: Panel,
    describer: Describer,
    /// Whether the page began with the panel open.
    began_open: Cell<bool>,
    /// How the panel was when this was last looked at.
    last: RefCell<Option<Look>>,
    board: Board,
    view: View,
    /// What was clicked to open the panel.
    opener: RefCell<Option<Element>>,
    /// Whether the way back has been taken and has not arrived.
    going_back: Cell<bool>,
}

impl Hands {
    fn listen(&self) {
        let this = self.clone();
        let handler: Closure<dyn FnMut(Event)> = Closure::new(move |event| this.hear(&event));
        let handler: Function = handler.into_js_value().unchecked_into();
        let (Some(window), Some(document)) = (window(), document()) else { return };
        for kind in ["popstate", "resize"] {
            let _ = window.add_event_listener_with_callback(kind, &handler);
        }
        for kind in ["click", "keydown"] {
            let _ = document.add_event_listener_with_callback(kind, &handler);
        }
        // It does not bubble.
        let _ = document.add_event_listener_with_callback_and_bool("toggle", &handler, true);
    }

    fn hear(&self, event: &Event) {
        match event.type_().as_str() {
            "click" => self.click(event),
            "keydown" => self.press(event),
            "popstate" => self.travel(),
            "resize" => {
                dialog::keep_modality(self.0.panel.is_asked_for());
            }
            _ => menu::toggled(event),
        }
    }

    fn click(&self, event: &Event) {
        let Some(target) = of(event) else { return };
        let within = |selector: &str| target.closest(selector).ok().flatten();
        let Parts { panel, .. } = &*self.0;
        if let Some(opener) = within("[data-copies]") {
            panel.offer(named_by(&opener));
        } else if let Some(button) = within("[data-describe]") {
            self.0.describer.ask(button.has_attribute("data-check"));
        } else if within("[role=menuitem]").is_some() {
            menu::hide();
        } else if !is_plain(event) {
            // A new tab or window is wanted.
        } else if within("[data-panel-close]").is_some() {
            event.prevent_default();
            self.close();
        } else if let Some(opener) = within("[data-port-link], [data-panel]")
            && let Some(id) = named_by(&opener)
        {
            event.prevent_default();
            self.open(id, opener);
        }
    }

    fn press(&self, event: &Event) {
        let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
        if menu::press(key) || key.key() != "Escape" || key.default_prevented() {
            return;
        }
        let above = document().and_then(|document| document.query_selector(ABOVE).ok().flatten());
        if above.is_none() {
            self.close();
        }
    }

    /// Opens the panel of an endpoint, or moves it there.
    fn open(&self, id: EndpointId, opener: Element) {
        let Parts { panel, .. } = &*self.0;
        let before = panel.asked.get_untracked();
        self.0.opener.replace(Some(opener));
        if before.is_none() {
            panel.asked.set(Some(id.clone()));
            Entry { id: Some(id), has_list_before: true }.push(&self.path());
        } else if before.as_ref() == Some(&id) {
            dialog::focus_title();
        } else {
            panel.asked.set(Some(id.clone()));
            let has_list_before = Entry::here().has_list_before;
            Entry { id: Some(id), has_list_before }.replace(&self.path());
        }
    }

    fn close(&self) {
        let Parts { panel, going_back, .. } = &*self.0;
        if panel.asked.with_untracked(Option::is_none) || going_back.get() {
            return;
        }
        if Entry::here().has_list_before {
            going_back.set(true);
            go_back();
        } else {
            panel.asked.set(None);
            Entry::default().push(&self.path());
        }
    }

    /// The reader went back or forth in the history.
    fn travel(&self) {
        let Parts { panel, going_back, .. } = &*self.0;
        going_back.set(false);
        let id = Entry::here().id;
        // A jump within the page (`#main`) has an entry without a state.
        let jumped = id.is_none()
            && panel.asked.with_untracked(|asked| {
                let path = asked.as_ref().map(|id| format!("{}/{}", id.cluster.path(), id.port));
                window().and_then(|window| window.location().pathname().ok()) == path
            });
        if !jumped {
            panel.asked.set(id.clone());
            // The filter may be another one than when this entry was made.
            if id.is_none() {
                Entry::default().replace(&self.path());
            }
        }
    }

    /// The address of what is shown.
    fn path(&self) -> String {
        let Parts { panel, board, view, .. } = &*self.0;
        address(board, view, panel.asked.get_untracked().as_ref())
    }

    /// Keeps dialog, title and description as the panel is.
    fn follow_panel(&self) {
        let this = self.clone();
        Effect::new(move || {
            let now = this.0.panel.with(|state| state.shown.as_ref().map(Look::of));
            let before = this.0.last.replace(now.clone());
            if before != now {
                this.look(before.as_ref(), now.as_ref());
            }
        });
    }

    fn look(&self, before: Option<&Look>, now: Option<&Look>) {
        let Parts { describer, view, opener, .. } = &*self.0;
        match (before, now) {
            (None, Some(_)) => self.show_dialog(),
            (Some(before), None) => dialog::hide(&before.id, opener.take()),
            (Some(before), Some(now)) if before.id != now.id => {
                if let Some(body) = browser::element(BODY) {
                    body.set_scroll_top(0);
                }
            }
            _ => {}
        }
        if let Some(document) = document() {
            let title = now.map_or(view.title(), |now| &now.title);
            document.set_title(&[title, " · skyports"].concat());
        }
        // Of what has never been there, Kubernetes knows nothing.
        if now.is_some_and(|now| now.is_known) {
            describer.ask_soon();
        } else {
            describer.forget();
        }
    }

    /// Shows the dialog once its content is there.
    fn show_dialog(&self) {
        let panel = self.0.panel.clone();
        let at_first = self.0.began_open.take();
        let show = move || {
            if panel.is_asked_for() {
                dialog::show(at_first);
            }
        };
        set_timeout(show, Duration::ZERO);
    }
}

/// What the page beside the panel depends on.
#[derive(Clone, PartialEq, Eq)]
struct Look {
    id: EndpointId,
    /// Tells the state, too.
    title: String,
    /// Whether the endpoint is there or was.
    is_known: bool,
}

impl Look {
    fn of(shown: &Shown) -> Self {
        let Shown { id, endpoint, .. } = shown;
        Self { id: id.clone(), title: shown.title(), is_known: endpoint.is_some() }
    }
}

/// The address of a page with or without its panel.
fn address(board: &Board, view: &View, id: Option<&EndpointId>) -> String {
    match (id, view) {
        (Some(id), _) => board.query.with_untracked(|query| panel_path(id, query)),
        (None, View::Cluster { id, .. }) => id.path(),
        (None, View::Contexts) => "/contexts".to_owned(),
        (None, View::Overview { .. } | View::Endpoint { .. }) => {
            board.query.with_untracked(skyports_model::Query::path)
        }
    }
}

/// Puts the address of what is shown into the address bar, after the list's query changed.
pub(crate) fn tell_address(board: &Board, view: &View) {
    let here = Entry::here();
    let path = address(board, view, here.id.as_ref());
    here.replace(&path);
}

fn of(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// Whether a click is to be followed here and not in another tab.
fn is_plain(event: &Event) -> bool {
    !event.default_prevented()
        && event.dyn_ref::<MouseEvent>().is_some_and(|click| {
            click.button() == 0
                && !(click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key())
        })
}
