//! Pages without the shell: logging in, and what went wrong.

use leptos::prelude::*;
use skyports_model::Step;

use super::code_block::code_block;
use super::finding::{prose, steps};
use super::shell::brand;
use crate::node::el;

/// A card in the middle of the page.
fn alone<C: IntoView>(card: C, foot: String) -> impl IntoView + use<C> {
    view! {
        <div class="alone">
            <main id="main">
                {brand()}
                <div class="alone-card">{card}</div>
            </main>
            <footer>{foot}</footer>
        </div>
    }
}

/// Asks for the code that the terminal shows.
pub(crate) fn login_card(failed: bool) -> impl IntoView + use<> {
    let wrong = failed.then(|| {
        view! {
            <p class="hint bad" id="wrong" role="alert">
                "That code is not the one of this run. It changes each time skyports starts."
            </p>
        }
    });
    let described = failed.then_some("wrong");
    let card = view! {
        <h1>"Log in"</h1>
        <p class="lead">
            "Open the address that skyports printed in the terminal; it holds the code. Or type the code here."
        </p>
        <form class="stack" method="post" action="/login">
            <label for="code">"Code from the terminal"</label>
            <input
                class="input"
                id="code"
                name="code"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                required
                aria-invalid=failed.then_some("true")
                aria-describedby=described
            />
            {wrong}
            <button class="btn primary" type="submit">
                "Log in"
            </button>
        </form>
    };
    alone(card, "The code keeps other users and programs of this machine out.".to_owned())
}

/// Says that skyports itself failed; `code` finds the failure in its log.
pub(crate) fn broken_card(code: &str) -> impl IntoView + use<> {
    let card = view! {
        <h1>"Something broke here, not in your cluster"</h1>
        <p class="lead">
            "skyports could not build this page. Your endpoints keep running; nothing was changed."
        </p>
        {code_block(code, "the error’s code")}
        <p class="actions">
            <a class="btn primary" href="">
                "Reload"
            </a>
            <a class="btn" href="/">
                "All endpoints"
            </a>
        </p>
    };
    alone(card, "Give the code to whoever runs skyports here: its log says more.".to_owned())
}

/// Says what went wrong and what to do next.
pub(crate) fn error_card(
    status: u16,
    title: &str,
    what: &str,
    next: &[Step],
) -> impl IntoView + use<> {
    let next = (!next.is_empty()).then(|| steps(next));
    let card = view! {
        <h1>{title.to_owned()}</h1>
        {prose(el("p").class("lead"), what)}
        {next}
        <p>
            <a class="btn" href="/">
                "All endpoints"
            </a>
        </p>
    };
    alone(card, format!("Status {status}"))
}
