//! What was seen, taken together: whether the app works under its path, and what it would take. Pure.
//!
//! Each question below answers when it can; the first answer is the verdict. Traps that are known
//! from real apps (a page that looks right and whose buttons fail, fonts that are missing without
//! harm) have a test each.

use http::StatusCode;
use skyports_k8s::apps::{Kept, Profile, Stripped, usual_on};
use skyports_model::VerdictKind as Kind;
use skyports_model::verdict::Exchange;
use url::Url;

use super::observed::{Answer, Content, Hop, Observed, Walk};
use super::page::{self, Page, Reference};
use super::subject::{Lead, Subject};

/// References that are named of those that lead outside.
const NAMED: usize = 3;

/// What it comes to, and the exchanges that say so.
pub(super) type Decided = (Kind, Vec<Exchange>);

/// The verdict on what was seen.
pub(super) fn decide(subject: &Subject, observed: &Observed) -> Decided {
    let case = Case { subject, observed, app: observed.app() };
    case.unreached()
        .or_else(|| case.refused_host())
        .or_else(|| case.redirected())
        .or_else(|| case.without_page())
        .or_else(|| case.broken_page())
        .or_else(|| case.wrong_root())
        .or_else(|| case.without_socket())
        .unwrap_or_else(|| case.works())
}

/// What the references of a page are relative to.
pub(super) fn base(subject: &Subject, page: &Page, path: &str) -> Url {
    let at = subject.at(path);
    page.base.as_deref().and_then(|base| Subject::place(&at, base)).unwrap_or(at)
}

struct Case<'a> {
    subject: &'a Subject,
    observed: &'a Observed,
    app: Option<&'static Profile>,
}

impl Case<'_> {
    fn end(&self) -> Option<(&Hop, &Answer)> {
        let hop = self.observed.slash.end()?;
        Some((hop, hop.answer()?))
    }

    /// The way to the page, without judgement.
    fn way(&self) -> Vec<Exchange> {
        self.observed.slash.hops.iter().map(told).collect()
    }

    /// The way, with what is wrong about its end.
    fn way_with(&self, note: &str) -> Vec<Exchange> {
        let mut way = self.way();
        let last = way.pop();
        way.extend(last.map(|last| last.fault(note)));
        way
    }

    /// Nobody answers, or the ingress controller does in place of the app.
    fn unreached(&self) -> Option<Decided> {
        let Some((_, end)) = self.end() else {
            return Some((Kind::Unreachable, self.way_with("")));
        };
        let note = match end.status {
            _ if !end.is_of_controller => return None,
            404 => "the ingress controller’s own page: it does not serve this path",
            502..=504 => "the ingress controller’s own page: nothing answers it on the app’s port",
            _ => return Some((Kind::Unknown, self.way())),
        };
        Some((Kind::Unreachable, self.way_with(note)))
    }

    fn refused_host(&self) -> Option<Decided> {
        let (_, end) = self.end().filter(|(_, end)| end.refuses_host)?;
        let note = match end.status {
            403 => "the app refuses this host, not this path",
            _ => "the app does not know this host",
        };
        Some((Kind::WrongHost, self.way_with(note)))
    }

    /// A redirect that cannot be followed.
    fn redirected(&self) -> Option<Decided> {
        let Walk { is_loop, .. } = self.observed.slash;
        if is_loop {
            let way = self.way_with("leads back to where it was");
            return Some((self.needed(), way));
        }
        let (_, end) = self.end()?;
        let (location, lead) = end.location.as_ref()?;
        let slash = self.subject.slash();
        match lead {
            Lead::Outside => {
                let note = format!("Location: {location} leaves {slash}");
                Some((self.needed(), self.way_with(&note)))
            }
            Lead::InnerHost => {
                let note = format!("Location: {location} is a host that only the cluster knows");
                Some((self.needed(), self.way_with(&note)))
            }
            // Somewhere to log in, or the same with TLS: it is followed by people, not by us.
            Lead::Elsewhere | Lead::OtherScheme | Lead::Nowhere | Lead::Within(_) => {
                Some((Kind::Unknown, self.way()))
            }
        }
    }

    /// An answer that is no success.
    fn without_page(&self) -> Option<Decided> {
        let (_, end) = self.end()?;
        match end.status {
            200..=299 => None,
            404 if self.subject.is_kept => Some(self.untold()),
            404 => Some(self.told_in_vain()),
            _ => Some((Kind::Unknown, self.way())),
        }
    }

    /// The app sees the path and does not know it.
    fn untold(&self) -> Decided {
        let app = self.app.or_else(|| usual_on(self.subject.port));
        let kind = match app.map(|app| app.kept.verdict) {
            Some(Kept::NeedsFlag) | None => Kind::NeedsFlag,
            Some(Kept::Breaks) => Kind::NeedsOwnHost,
            Some(Kept::Works | Kept::Unknown) => return (Kind::Unknown, self.way()),
        };
        (kind, self.way_with("the app sees the path and does not know it"))
    }

    /// The app was told the path, which it does not see; or it has no page here.
    fn told_in_vain(&self) -> Decided {
        let note = "the app does not see the path";
        if let Some(hop) = self.observed.doubled.as_ref().filter(|hop| is_served(hop)) {
            let mut way = self.way_with(note);
            way.push(told(hop).noted("the path twice, so that the app sees it once"));
            return (Kind::NeedsKeptRoute, way);
        }
        if let Some((_, hop)) = self.observed.known.first() {
            let mut way = self.way();
            way.push(told(hop).noted("no page, and an API that answers"));
            return (Kind::Works, way);
        }
        // An app that can do without the path would have had a page here.
        let is_lost = self.app.is_some_and(|app| {
            app.stripped.verdict == Stripped::Breaks && app.kept.verdict == Kept::NeedsFlag
        });
        if is_lost {
            return (Kind::NeedsKeptRoute, self.way_with(note));
        }
        (Kind::Unknown, self.way())
    }

    /// A page whose scripts and stylesheets do not come.
    fn broken_page(&self) -> Option<Decided> {
        let (hop, _) = self.end()?;
        let outside = outside(self.subject, self.observed.slash.page.as_ref(), &hop.path);
        let mut way = self.way();
        if !outside.is_empty() {
            way = self.way_with(&named(&outside, self.subject));
        }
        let files = &self.observed.files;
        let lost: Vec<_> =
            files.iter().filter_map(|(kind, hop)| Some((*kind, hop, lost(*kind, hop)?))).collect();
        let is_of_controller =
            lost.iter().any(|(_, hop, _)| hop.answer().is_none_or(|it| it.is_of_controller));
        way.extend(lost.iter().map(|(_, hop, note)| told(hop).fault(note)));
        match (outside.is_empty(), lost.is_empty()) {
            (true, true) => None,
            // The page came, and then nobody answered: no matter of paths.
            (true, false) if is_of_controller => Some((Kind::Unreachable, way)),
            _ => Some((self.needed(), way)),
        }
    }

    /// A page that looks right, and asks elsewhere for what its buttons do.
    fn wrong_root(&self) -> Option<Decided> {
        let (hop, value) = self.observed.root.as_ref()?;
        let value = value.as_deref().filter(|_| hop.status() == Some(200))?;
        let root = Subject::place(&self.subject.at(self.subject.slash()), value)?;
        if root.path().trim_end_matches('/') == self.subject.bare() {
            return None;
        }
        let field = self.app.and_then(|app| app.root.as_ref()).map_or("root", |root| &root.field);
        let note = format!("{field} is {value}, without {}", self.subject.bare());
        let mut way = self.way();
        way.push(told(hop).fault(&note));
        Some((self.needed(), way))
    }

    /// A WebSocket that does not come through.
    fn without_socket(&self) -> Option<Decided> {
        let hop = self.observed.socket.as_ref()?;
        let Some(answer) = hop.answer() else {
            let mut way = self.way();
            way.push(told_as("WebSocket", hop));
            return Some((Kind::Unknown, way));
        };
        let (kind, note) = match answer.status {
            // Refused by the app itself: it wants a login, or more than an empty handshake.
            101 | 400 | 401 | 403 | 405 | 426 => return None,
            502..=504 => (Kind::NeedsOwnHost, "WebSockets do not come through"),
            // Another version of the app may have it elsewhere.
            _ => (Kind::Unknown, "no WebSocket where the app usually has one"),
        };
        let mut way = self.way();
        way.push(told_as("WebSocket", hop).fault(note));
        Some((kind, way))
    }

    fn works(&self) -> Decided {
        let mut way = self.way();
        let Some(bare) = &self.observed.bare else { return (Kind::Works, way) };
        let Some(why) = self.fails_without_slash(bare) else { return (Kind::Works, way) };
        way.extend(bare.end().map(|hop| told(hop).noted(&why)));
        (Kind::WorksWithSlash, way)
    }

    /// Why the path without its slash does not do.
    fn fails_without_slash(&self, bare: &Walk) -> Option<String> {
        let hop = bare.end()?;
        let Some(answer) = hop.answer() else { return Some("no answer".to_owned()) };
        match &answer.location {
            Some((location, Lead::OtherScheme)) => {
                return Some(format!("Location: {location} is not {}", self.subject.origin()));
            }
            Some((location, _)) => {
                return Some(format!("Location: {location} leaves {}", self.subject.bare()));
            }
            None => {}
        }
        if !(200..300).contains(&answer.status) {
            return Some("nothing without the slash".to_owned());
        }
        let outside = outside(self.subject, bare.page.as_ref(), &hop.path);
        (!outside.is_empty()).then(|| named(&outside, self.subject))
    }

    /// What an app needs that does not work here as it is.
    fn needed(&self) -> Kind {
        self.app.map_or(Kind::NeedsOwnHost, |app| app.needs(self.subject.is_kept))
    }
}

/// The references that lead out of the path, and without which a page does not work.
fn outside<'a>(subject: &Subject, page: Option<&'a Page>, path: &str) -> Vec<&'a Reference> {
    let Some(page) = page else { return vec![] };
    let base = base(subject, page, path);
    let leads_out = |reference: &&Reference| {
        matches!(subject.lead(&base, &reference.to), Lead::Outside | Lead::InnerHost)
    };
    page.references.iter().filter(leads_out).collect()
}

fn named(outside: &[&Reference], subject: &Subject) -> String {
    let name = |it: &&Reference| format!("{} {}", it.kind.word(), it.to);
    let named: Vec<String> = outside.iter().take(NAMED).map(name).collect();
    let more = match outside.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let lead = if outside.len() == 1 { "leads" } else { "lead" };
    format!("{}{more} {lead} out of {}", named.join(", "), subject.slash())
}

/// Why a file of a page is of no use.
fn lost(kind: page::Kind, hop: &Hop) -> Option<String> {
    let word = kind.word();
    let Some(answer) = hop.answer() else { return Some(format!("a {word} of the page")) };
    match answer.status {
        404 | 410 | 500.. => Some(format!("a {word} of the page")),
        200 if answer.content == Content::Html => Some(format!("a page came in place of a {word}")),
        _ => None,
    }
}

/// Whether there is something, be it only for those who have logged in.
fn is_served(hop: &Hop) -> bool {
    let is_served = |answer: &Answer| {
        !answer.is_of_controller && matches!(answer.status, 200..=399 | 401 | 403)
    };
    hop.answer().is_some_and(is_served)
}

fn told(hop: &Hop) -> Exchange {
    let exchange = told_as("GET", hop);
    match hop.answer().and_then(|answer| answer.location.as_ref()) {
        Some((location, _)) => exchange.noted(&format!("Location: {location}")),
        None => exchange,
    }
}

fn told_as(how: &str, hop: &Hop) -> Exchange {
    let answer = match &hop.came {
        Ok(answer) => {
            let reason = StatusCode::from_u16(answer.status).ok();
            let reason = reason.and_then(|status| status.canonical_reason()).unwrap_or_default();
            format!("{} {reason}", answer.status)
        }
        Err(error) => error.clone(),
    };
    Exchange::fine(&format!("{how} {}", hop.path), &answer)
}
