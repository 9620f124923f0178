//! The last link: what the app makes of a request.

use skyports_k8s::subpath;
use skyports_model::{Code, Confidence, EndpointState, Finding, Link, LinkKind, LinkResult};

use super::exposed::exposed;
use super::{Known, broken};
use crate::dashboard::probing::Learnt;
use crate::probe::door::{self, Entry};
use crate::probe::outcome::Outcome;
use crate::probe::verdict;

/// The link; none where nothing answered.
pub(super) fn link(known: &Known<'_>, learnt: &Learnt) -> Option<Link> {
    let answer = match &learnt.outcome {
        Outcome::Answered(answer) => answer,
        Outcome::Connected { .. } => {
            let told = format!("{} takes connections", name(known));
            return Some(Link::new(LinkKind::App, LinkResult::Pass, told));
        }
        _ => return None,
    };
    if let Some(link) = of_experiment(known) {
        return Some(link);
    }
    let state = verdict::state(&learnt.outcome, known.cluster, known.endpoint, learnt.at);
    if let Some(EndpointState::Attention { reason }) = state {
        let told = match reason.code {
            Code::HostRefused => "refuses this host name",
            _ => "answers with an error",
        };
        return Some(broken(LinkKind::App, LinkResult::Fail, told, reason));
    }
    if let Some(finding) = exposed(known.cluster, known.endpoint, learnt) {
        let told = "lets anybody in";
        return Some(broken(LinkKind::App, LinkResult::Warn, told, finding));
    }
    if let Some(guess) = known.endpoint.warnings.iter().find(|it| is_of_path(it.code)) {
        let told = format!("{}, {}", name(known), how(known));
        return Some(broken(LinkKind::App, LinkResult::Warn, told, guess.clone()));
    }
    let entry = learnt.look.knock.as_ref().map(|knock| knock.entry);
    let login = match entry {
        Some(Entry::Anybody) => ", without a login: fine on a private network, not on a public one",
        Some(Entry::WithLogin) => ", asks for a login",
        Some(Entry::NotTold) | None if door::asks_for_login(answer) => ", asks for a login",
        Some(Entry::NotTold) | None => "",
    };
    let told = match &answer.title {
        Some(title) => format!("answers as “{title}”{login}"),
        None => format!("{} answers{login}", name(known)),
    };
    Some(Link::new(LinkKind::App, LinkResult::Pass, told))
}

/// What an experiment says, with the exchanges that show it.
fn of_experiment(known: &Known<'_>) -> Option<Link> {
    let verdict = known.verdict?;
    let app = verdict.app.as_ref().map_or_else(|| name(known), |app| app.name.clone());
    let told = format!("{app}: {}", lower(verdict.kind.label()));
    let link = if verdict.kind.is_fault() {
        // The overview may not have it yet.
        let finding = subpath::seen(known.cluster, known.endpoint, verdict);
        broken(LinkKind::App, LinkResult::Fail, told, finding.or_else(|| overviews(known))?)
    } else if verdict.kind.is_well()
        && exposed(known.cluster, known.endpoint, known.learnt?).is_none()
    {
        Link::new(LinkKind::App, LinkResult::Pass, told)
    } else {
        return None;
    };
    Some(Link { exchanges: verdict.exchanges.clone(), ..link.taking(Some(verdict.millis)) })
}

/// What the overview says of the app under its path.
fn overviews(known: &Known<'_>) -> Option<Finding> {
    let endpoint = known.endpoint;
    let reasons = endpoint.state.reason().into_iter().chain(&endpoint.warnings);
    reasons.into_iter().find(|it| is_of_path(it.code) || it.code == Code::HostRefused).cloned()
}

fn is_of_path(code: Code) -> bool {
    matches!(code, Code::SubpathBreaksApp | Code::SubpathNeedsFlag | Code::SubpathUnknownApp)
}

fn name(known: &Known<'_>) -> String {
    known.endpoint.app.as_ref().map_or_else(|| "the app".to_owned(), |app| app.name.clone())
}

/// How it is known which app it is.
fn how(known: &Known<'_>) -> &'static str {
    known.endpoint.app.as_ref().map_or(Confidence::Guess, |app| app.confidence).told()
}

/// A sentence's beginning as it stands within one.
fn lower(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_lowercase().collect::<String>());
    format!("{}{}", first.unwrap_or_default(), characters.as_str())
}
