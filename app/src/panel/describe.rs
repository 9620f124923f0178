//! Asks what Kubernetes says of the endpoint whose panel is open.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Described, Panel};
use crate::api::describe_endpoint;
use crate::components::note::failure;
use crate::draw::Drawing;

/// Before Kubernetes is asked: whoever moves through the list asks once, at the end.
const PAUSE: Duration = Duration::from_millis(250);

/// Asks, and keeps the last question's answer.
#[derive(Clone)]
pub(super) struct Describer {
    panel: Panel,
    /// How often was asked: only the answer to the last question counts.
    questions: Rc<Cell<u32>>,
}

impl Describer {
    pub(super) fn of(panel: Panel) -> Self {
        Self { panel, questions: Rc::default() }
    }

    /// Asks in a moment, unless something else is asked before.
    pub(super) fn ask_soon(&self) {
        let question = self.next();
        let this = self.clone();
        let ask = move || {
            if this.questions.get() == question {
                this.ask(false);
            }
        };
        set_timeout(ask, PAUSE);
    }

    /// Asks now; `check` has the endpoint itself asked.
    pub(super) fn ask(&self, check: bool) {
        let Some(id) = self.panel.asked.get_untracked() else { return };
        let question = self.next();
        self.panel.describe(|described| described.asking = true);
        let this = self.clone();
        spawn_local(async move {
            let answer = match describe_endpoint(id, check).await {
                Ok(Drawing(told)) => told,
                Err(error) => failure(&error),
            };
            // Another endpoint is another question.
            if this.questions.get() == question {
                let told = Described { asking: false, answer: Some(answer) };
                this.panel.describe(|described| *described = told);
            }
        });
    }

    /// No answer that is on its way counts any more.
    pub(super) fn forget(&self) {
        self.next();
    }

    fn next(&self) -> u32 {
        let question = self.questions.get().wrapping_add(1);
        self.questions.set(question);
        question
    }
}
