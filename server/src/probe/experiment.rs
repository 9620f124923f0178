//! Finds out whether an app works under its path: asks for it as a browser would, through the real
//! route, with and without a slash at the end, follows redirects by hand, looks at what the page
//! refers to, and tries what the app is known to need.
//!
//! At most 30 requests in 10 s, to the one authority and under the path alone: a redirect that leads
//! elsewhere is what was to be found out, and nobody goes there. Start reading at [`Prober::experiment`];
//! what is seen is in `observed`, what that means in `decide`.

mod decide;
mod observed;
mod page;
mod road;
mod subject;

use std::time::Duration;

use futures::future::join_all;
use futures::join;
use skyports_k8s::apps::{Profile, possible_on};
use skyports_model::Timestamp;
use skyports_model::verdict::Verdict;
use tokio::time::Instant;

use self::observed::{Answer, Content, Hop, Observed, Walk};
use self::page::{Kind, Page};
use self::road::{Answered, Read, Road};
use self::subject::Lead;
pub use self::subject::Subject;
use super::outcome::{Outcome, millis};
use super::{Prober, ask};

/// An experiment ends by then, whatever the other side does.
const TOTAL: Duration = Duration::from_secs(10);
/// Redirects that are followed from one start.
const HOPS: usize = 3;
/// Files of a page that are asked for.
const FILES: usize = 4;
/// Apps that are looked for by questions that only they answer.
const QUESTIONS: usize = 4;

impl Prober {
    /// One experiment, within 10 s; `at` is when it is made.
    pub async fn experiment(&self, subject: &Subject, at: Timestamp) -> Verdict {
        let started = Instant::now();
        let (observed, requests) = match Road::to(self, subject, started + TOTAL).await {
            Ok(road) => (observe(&road, subject).await, road.asked()),
            Err(outcome) => (unreached(subject, &outcome), 0),
        };
        let (kind, exchanges) = decide::decide(subject, &observed);
        let app = observed.app().map(Profile::seen);
        let millis = millis(started.elapsed());
        Verdict { at, kind, app, exchanges, requests, millis }.bounded()
    }
}

fn unreached(subject: &Subject, outcome: &Outcome) -> Observed {
    let hop = Hop { path: subject.slash().to_owned(), came: Err(outcome.told()) };
    Observed { slash: Walk { hops: vec![hop], ..Walk::default() }, ..Observed::default() }
}

/// Looks at everything that matters, in three steps, each at once.
async fn observe(road: &Road<'_>, subject: &Subject) -> Observed {
    let slash = walk(road, subject, subject.slash()).await;
    let mut observed = Observed { slash, ..Observed::default() };
    let end = observed.slash.end().and_then(Hop::answer);
    let Some(end) = end.filter(|end| !end.is_of_controller && !end.refuses_host) else {
        return observed;
    };
    let wants_more = end.status == 404 && !subject.is_kept;
    let is_known = observed.app().is_some();
    let (bare, files, doubled, known) = join!(
        walk(road, subject, subject.bare()),
        files(road, subject, &observed.slash),
        async {
            if wants_more { Some(hop(road, subject, &subject.doubled()).await.0) } else { None }
        },
        async { if is_known { vec![] } else { questions(road, subject).await } },
    );
    observed.bare = Some(bare);
    observed.files = files;
    observed.doubled = doubled;
    observed.known = known;
    if let Some(app) = observed.app() {
        (observed.root, observed.socket) =
            join!(root(road, subject, app), socket(road, subject, app));
    }
    observed
}

/// A page along its redirects, as far as they stay under the path.
async fn walk(road: &Road<'_>, subject: &Subject, from: &str) -> Walk {
    let mut walk = Walk::default();
    let mut path = from.to_owned();
    loop {
        let (hop, page) = hop(road, subject, &path).await;
        let onward = match hop.answer().and_then(|answer| answer.location.as_ref()) {
            Some((_, Lead::Within(to))) => Some(to.clone()),
            Some(_) | None => None,
        };
        walk.hops.push(hop);
        let Some(onward) = onward else {
            walk.page = page;
            return walk;
        };
        walk.is_loop = walk.hops.iter().any(|hop| hop.path == onward);
        if walk.is_loop || walk.hops.len() > HOPS {
            return walk;
        }
        path = onward;
    }
}

/// One question, and the page that came.
async fn hop(road: &Road<'_>, subject: &Subject, path: &str) -> (Hop, Option<Page>) {
    let (answer, page) = match road.get(path, Read::Page).await {
        Ok(answered) => understood(subject, path, &answered),
        Err(outcome) => return (Hop { path: path.to_owned(), came: Err(outcome.told()) }, None),
    };
    (Hop { path: path.to_owned(), came: Ok(answer) }, page)
}

/// The facts of an answer.
fn understood(subject: &Subject, path: &str, answered: &Answered) -> (Answer, Option<Page>) {
    let Answered { status, location, kind, text } = answered;
    let from = subject.at(path);
    let words = String::from_utf8_lossy(text);
    let is_html = kind.contains("html") || (kind.is_empty() && words.trim_start().starts_with('<'));
    let page = is_html.then(|| Page::read(&words));
    let title = page.as_ref().and_then(|page| page.title.as_deref());
    // An app knows its own root, wherever that is: it names places from there.
    let named = location.as_deref().and_then(|location| {
        let to = Subject::place(&from, location)?;
        let to = to
            .query()
            .map_or_else(|| to.path().to_owned(), |query| format!("{}?{query}", to.path()));
        let below = to.strip_prefix(subject.bare()).filter(|below| below.starts_with('/'));
        Profile::of_location(below.unwrap_or(&to))
    });
    let answer = Answer {
        status: *status,
        location: location.as_ref().map(|to| (to.clone(), subject.lead(&from, to))),
        content: if is_html { Content::Html } else { Content::Other },
        is_of_controller: is_of_controller(*status, title, text),
        refuses_host: ask::refuses_host(*status, text),
        app: Profile::of_page(title, &words).or(named),
    };
    (answer, page)
}

/// Whether the ingress controller itself says so: nginx, its default backend, Traefik.
fn is_of_controller(status: u16, title: Option<&str>, text: &[u8]) -> bool {
    let says = |words: &[u8]| text.trim_ascii() == words;
    ask::is_of_nginx(status, title, text)
        || match status {
            404 => says(b"default backend - 404"),
            502 => says(b"Bad Gateway"),
            503 => says(b"no available server"),
            504 => says(b"Gateway Timeout"),
            _ => false,
        }
}

/// The first files that a page needs, as far as they are under the path.
async fn files(road: &Road<'_>, subject: &Subject, walk: &Walk) -> Vec<(Kind, Hop)> {
    let (Some(page), Some(end)) = (&walk.page, walk.end()) else { return vec![] };
    let base = decide::base(subject, page, &end.path);
    let mut wanted: Vec<(Kind, String)> = vec![];
    for reference in page.references.iter().filter(|reference| reference.kind != Kind::Form) {
        if let Lead::Within(path) = subject.lead(&base, &reference.to)
            && !wanted.iter().any(|(_, known)| *known == path)
            && wanted.len() < FILES
        {
            wanted.push((reference.kind, path));
        }
    }
    let asked = wanted.into_iter().map(|(kind, path)| async move {
        let came = road.get(&path, Read::Head).await;
        let came = came.map(|answered| understood(subject, &path, &answered).0);
        (kind, Hop { path, came: came.map_err(|outcome| outcome.told()) })
    });
    join_all(asked).await
}

/// Asks what only one app answers, of those that may be on the port.
async fn questions(road: &Road<'_>, subject: &Subject) -> Vec<(&'static Profile, Hop)> {
    let apps = possible_on(subject.port).filter_map(|app| Some((app, app.signs.json.as_ref()?)));
    let asked = apps.take(QUESTIONS).map(|(app, json)| async move {
        let path = subject.below(&json.path);
        let answered = road.get(&path, Read::All).await.ok()?;
        let is_it = answered.status == 200 && json.is_in(&answered.text);
        let came = Ok(understood(subject, &path, &answered).0);
        is_it.then_some((app, Hop { path, came }))
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// The field that must hold the path.
async fn root(road: &Road<'_>, subject: &Subject, app: &Profile) -> Option<(Hop, Option<String>)> {
    let json = app.root.as_ref()?;
    let path = subject.below(&json.path);
    let (came, value) = match road.get(&path, Read::All).await {
        Ok(answered) => {
            let value = json.value(&answered.text);
            (Ok(understood(subject, &path, &answered).0), value)
        }
        Err(outcome) => (Err(outcome.told()), None),
    };
    Some((Hop { path, came }, value))
}

/// An upgrade where the app's pages ask for one.
async fn socket(road: &Road<'_>, subject: &Subject, app: &Profile) -> Option<Hop> {
    let path = subject.below(app.websocket.as_ref()?);
    let came = road.upgrade(&path).await;
    let came = came.map(|answered| understood(subject, &path, &answered).0);
    Some(Hop { path, came: came.map_err(|outcome| outcome.told()) })
}
