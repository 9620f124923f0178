//! A reason or a warning: the claim, the explanation, what to do next and what it rests on.

use leptos::either::Either;
use leptos::prelude::*;
use skyports_model::{Finding, Step};

use super::code_block::code_block;
use super::icon::Icons;
use crate::words;

/// The finding as the second line of a row or as the body of a note.
pub(crate) fn finding(finding: &Finding, unfolded: bool, icons: &Icons) -> impl IntoView + use<> {
    let Finding { code, lead, detail, evidence, steps } = finding;
    let detail = (!detail.is_empty()).then(|| (" ", prose(detail)));
    let more = (!steps.is_empty() || evidence.is_some()).then(|| {
        let summary = if steps.is_empty() { "Why we say so" } else { "What to do" };
        view! {
            <details class="more" open=unfolded>
                <summary>{summary}</summary>
                {(!steps.is_empty()).then(|| self::steps(steps, icons))}
                {evidence.as_deref().map(grounds)}
            </details>
        }
    });
    view! {
        <div class="why" data-code=code.as_str()>
            <p>
                <b>{prose(lead)}</b>
                {detail}
            </p>
            {more}
        </div>
    }
}

/// What to do, best first.
pub(crate) fn steps(steps: &[Step], icons: &Icons) -> impl IntoView + use<> {
    let items: Vec<_> = steps
        .iter()
        .map(|step| {
            let command =
                step.command.as_ref().map(|command| code_block(command, "the text", icons));
            view! {
                <li>
                    <p>{prose(&step.title)}</p>
                    {command}
                </li>
            }
        })
        .collect();
    view! { <ol class="steps">{items}</ol> }
}

fn grounds(evidence: &str) -> impl IntoView + use<> {
    view! {
        <p class="evidence">
            <span>{"Evidence: "}</span>
            {evidence.to_owned()}
        </p>
    }
}

/// A sentence in which backticks mark code.
pub(crate) fn prose(text: &str) -> Vec<impl IntoView + use<>> {
    words::pieces(text)
        .filter(|(_, piece)| !piece.is_empty())
        .map(|(code, piece)| {
            let piece = piece.to_owned();
            if code { Either::Left(view! { <code>{piece}</code> }) } else { Either::Right(piece) }
        })
        .collect()
}
