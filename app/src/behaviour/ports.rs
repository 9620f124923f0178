//! The dialog that opens and closes ports: asks the server for it as the form is filled in, and
//! shows what comes back.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use leptos::prelude::set_timeout;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    Element, Event, FormData, HtmlDialogElement, HtmlElement, HtmlFormElement, MouseEvent,
    UrlSearchParams,
};

use super::toast::toast;
use crate::api::draw_ports;
use crate::browser::{self, document};
use crate::components::port_dialog::DIALOG;
use crate::node;
use crate::ports::{Done, Drawn};

/// How long a reader may pause while typing.
const PAUSE: Duration = Duration::from_millis(200);

thread_local! {
    /// What the dialog shows.
    static SHOWN: RefCell<Option<node::Shown>> = const { RefCell::new(None) };
    /// The address of its form.
    static ADDRESS: RefCell<String> = const { RefCell::new(String::new()) };
    /// The number of the last question: only its answer is shown.
    static ASKED: Cell<u32> = const { Cell::new(0) };
    /// Whether it is being carried out.
    static BUSY: Cell<bool> = const { Cell::new(false) };
}

/// A click anywhere. Tells whether it was meant for the dialog.
pub(super) fn click(event: &Event, target: &Element) -> Option<()> {
    let within = |selector| target.closest(selector).ok().flatten();
    if !is_plain(event) {
        return None;
    }
    if let Some(opener) = within("a[data-ports]") {
        event.prevent_default();
        open(&opener.get_attribute("href")?)
    } else if within("#ports-dialog [data-ports-close]").is_some() {
        event.prevent_default();
        dialog()?.close();
        Some(())
    } else if let Some(chip) = within("#ports-dialog [data-port]") {
        let field = find("#ports-dialog [name=ports]")?;
        browser::set_value(&field, &chip.get_attribute("data-port")?);
        ask(false);
        Some(())
    } else {
        None
    }
}

/// Something was typed or chosen.
pub(super) fn typed(target: &Element) {
    if target.closest("#ports-dialog form").ok().flatten().is_some() {
        let number = ASKED.get().wrapping_add(1);
        ASKED.set(number);
        let settled = move || {
            if ASKED.get() == number {
                ask(false);
            }
        };
        set_timeout(settled, PAUSE);
    }
}

/// The form is to be carried out.
pub(super) fn submitted(event: &Event, target: &Element) {
    if target.closest("#ports-dialog").ok().flatten().is_some() {
        event.prevent_default();
        let button = find("#ports-dialog [data-submit]");
        let is_ready =
            button.is_some_and(|it| it.get_attribute("aria-disabled").as_deref() == Some("false"));
        ask(is_ready);
    }
}

fn open(href: &str) -> Option<()> {
    let (address, _) = href.split_once('?').unwrap_or((href, ""));
    ADDRESS.set(address.to_owned());
    let dialog = dialog()?;
    dialog.set_text_content(None);
    SHOWN.take();
    if !dialog.open() {
        dialog.show_modal().ok()?;
    }
    send(href.split_once('?').map_or("", |(_, form)| form).to_owned(), false);
    Some(())
}

/// Asks for the form as it is filled in.
fn ask(submit: bool) {
    if BUSY.get() {
        return;
    }
    send(fields().unwrap_or_default(), submit);
}

/// The fields of the form, as a submission would send them.
fn fields() -> Option<String> {
    let form: HtmlFormElement = find("#ports-dialog form")?.dyn_into().ok()?;
    let fields = FormData::new_with_form(&form).ok()?;
    let query = UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
    Some(query.to_string().into())
}

fn send(form: String, submit: bool) {
    let number = ASKED.get().wrapping_add(1);
    ASKED.set(number);
    BUSY.set(submit);
    let address = ADDRESS.with_borrow(Clone::clone);
    if let Some(dialog) = dialog() {
        let _ = dialog.set_attribute("aria-busy", "true");
    }
    spawn_local(async move {
        let answer = draw_ports(address, form, submit).await;
        if submit {
            BUSY.set(false);
        }
        if ASKED.get() == number {
            let _ = match answer {
                Ok(drawn) => show(drawn),
                Err(error) => {
                    toast(&error.message, None);
                    dialog().and_then(|it| it.set_attribute("aria-busy", "false").ok())
                }
            };
        }
    });
}

fn show(Drawn { element, done }: Drawn) -> Option<()> {
    let dialog = dialog()?;
    dialog.set_attribute("aria-busy", "false").ok()?;
    if let Some(Done { said, shows, undo }) = done {
        dialog.close();
        let undo = undo.map(|href| {
            node::el("a").class("btn small").attr("href", href).attr("data-ports", "").with("Undo")
        });
        toast(&said, undo);
        let id = shows?;
        // A link to its panel, followed at once.
        let link = node::el("a")
            .attr("href", id.path())
            .attr("data-endpoint", id.to_string())
            .attr("data-panel", "")
            .made()?;
        dialog.append_child(&link).ok()?;
        link.dyn_ref::<HtmlElement>()?.click();
        link.remove();
        return Some(());
    }
    let is_first = SHOWN.with_borrow(Option::is_none);
    SHOWN.with_borrow_mut(|shown| match shown {
        Some(shown) => shown.show(element),
        None => {
            *shown = node::Shown::within(&dialog, element);
        }
    });
    if is_first {
        let first = find("#ports-dialog [autofocus]").or_else(|| find("#ports-dialog h2"));
        browser::focus(&first?);
    }
    Some(())
}

fn is_plain(event: &Event) -> bool {
    event.dyn_ref::<MouseEvent>().is_some_and(|click| {
        click.button() == 0
            && !(click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key())
    })
}

fn dialog() -> Option<HtmlDialogElement> {
    browser::element(DIALOG)?.dyn_into().ok()
}

fn find(selector: &str) -> Option<Element> {
    document()?.query_selector(selector).ok()?
}
