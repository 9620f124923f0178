//! The browser's copy of the overview, and what to do about each piece of news.
//!
//! Knows neither the browser nor Leptos: news come in, the things to do go out.

use skyports_model::overview::run_of;
use skyports_model::{Change, ContextState, ContextStatus, Overview, Timestamp};

/// How long a lost stream counts as a hiccup.
const PATIENCE_SECONDS: u64 = 30;

/// The overview, and how it is kept up.
#[derive(Debug)]
pub(crate) struct Live {
    overview: Overview,
    build: String,
    stream: Stream,
    /// Whether a whole overview is on its way.
    loading: bool,
    /// Whether another one is needed after it.
    again: bool,
    /// Whether something may have been missed since the last whole overview.
    behind: bool,
    /// The revision that the stream began with: a whole overview may be older than it.
    begun: u64,
    /// Changes that arrived while a whole overview was on its way.
    waiting: Vec<Change>,
}

/// What is known of the event stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Connecting,
    Open,
    Lost {
        since: Timestamp,
    },
    /// The server does not know the reader any more, since then.
    Refused {
        since: Timestamp,
    },
}

/// What can happen to the copy.
#[derive(Debug)]
pub(crate) enum News {
    /// The stream is open; the server's build and revision.
    Hello { build: String, revision: u64 },
    /// One step.
    Change(Change),
    /// The server dropped steps, or a message could not be read.
    Resync,
    /// The stream broke.
    Lost(Timestamp),
    /// The page closed the stream itself, or is about to open it again.
    Closed,
    /// A whole overview arrived.
    Loaded(Overview),
    /// It did not.
    NotLoaded,
    /// Neither it nor the stream will come: the reader's login ended.
    LoggedOut(Timestamp),
}

/// What the page must do about news.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Todo {
    /// Show the overview as it is now.
    Show,
    /// Ask for a whole overview.
    Load,
    /// Ask for a whole overview after a pause.
    LoadLater,
    /// Load the page anew: it is of another build.
    Reload,
    /// Ask for nothing any more.
    Rest,
}

/// How current the page is, for the indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Currency {
    /// The stream has not opened yet.
    Connecting,
    /// Every change arrives.
    Live,
    /// The stream broke a moment ago.
    Reconnecting,
    /// Something shown is as it was at that moment.
    Stale(Timestamp),
    /// Everything is as it was at that moment, until the reader logs in again.
    LoggedOut(Timestamp),
}

impl Live {
    /// The copy that a page begins with; a whole overview is asked for at once.
    pub(crate) fn starting(overview: Overview, build: String) -> Self {
        Self {
            overview,
            build,
            stream: Stream::Connecting,
            loading: true,
            again: false,
            behind: false,
            begun: 0,
            waiting: vec![],
        }
    }

    /// The overview as far as it is known.
    pub(crate) fn overview(&self) -> &Overview {
        &self.overview
    }

    /// How current the overview is.
    pub(crate) fn currency(&self, now: Timestamp) -> Currency {
        currency(self.stream, &self.overview.contexts, now)
    }

    /// What the stream would say to one who begins to listen now; nothing while it is away.
    pub(crate) fn hello(&self) -> Option<String> {
        let told = || [&self.build, " ", &self.overview.revision.to_string()].concat();
        (self.stream == Stream::Open).then(told)
    }

    /// Takes news and says what to do about them.
    pub(crate) fn hear(&mut self, news: News) -> Vec<Todo> {
        match news {
            News::Hello { build, .. } if build != self.build => vec![Todo::Reload],
            News::Hello { revision, .. } => {
                self.stream = Stream::Open;
                self.begun = revision;
                // A load that is on its way is looked at when it arrives.
                let missed = self.behind || (!self.loading && revision != self.overview.revision);
                if missed {
                    [Todo::Show].into_iter().chain(self.load()).collect()
                } else {
                    vec![Todo::Show]
                }
            }
            News::Change(change) if self.loading => {
                self.waiting.push(change);
                vec![]
            }
            News::Change(change) => self.take(change),
            News::Resync => self.load().into_iter().collect(),
            News::Lost(now) => {
                if !matches!(self.stream, Stream::Lost { .. } | Stream::Refused { .. }) {
                    self.stream = Stream::Lost { since: now };
                }
                self.behind = true;
                vec![Todo::Show]
            }
            News::Closed => {
                self.stream = Stream::Connecting;
                self.behind = true;
                vec![Todo::Show]
            }
            News::Loaded(overview) => {
                // Answered before the stream began: the steps between the two were told to nobody.
                // Another replica may have answered, whose revisions say nothing of the stream's.
                self.again |= overview.revision < self.begun && is_of_run(&overview, self.begun);
                self.overview = overview;
                self.behind = false;
                self.settle()
            }
            News::LoggedOut(now) => {
                let since = match self.stream {
                    Stream::Lost { since } | Stream::Refused { since } => since,
                    Stream::Connecting | Stream::Open => now,
                };
                self.stream = Stream::Refused { since };
                self.behind = true;
                self.loading = false;
                self.again = false;
                self.waiting.clear();
                vec![Todo::Rest, Todo::Show]
            }
            News::NotLoaded => {
                let mut todo = self.settle();
                todo.retain(|todo| *todo != Todo::Load);
                self.loading = true;
                todo.push(Todo::LoadLater);
                todo
            }
        }
    }

    fn load(&mut self) -> Option<Todo> {
        self.again = self.loading;
        let begin = !self.loading;
        self.loading = true;
        begin.then_some(Todo::Load)
    }

    /// After a load: the changes that arrived meanwhile, and another load where one is needed.
    fn settle(&mut self) -> Vec<Todo> {
        self.loading = false;
        let mut todo = vec![Todo::Show];
        for change in std::mem::take(&mut self.waiting) {
            if !self.loading {
                todo.extend(self.take(change));
            }
        }
        if std::mem::take(&mut self.again) && !self.loading {
            todo.extend(self.load());
        }
        todo.dedup();
        todo
    }

    fn take(&mut self, change: Change) -> Vec<Todo> {
        if change.revision <= self.overview.revision && is_of_run(&self.overview, change.revision) {
            return vec![];
        }
        if change.apply(&mut self.overview) {
            vec![Todo::Show]
        } else {
            self.load().into_iter().collect()
        }
    }
}

/// Whether both are of the same run of the server.
fn is_of_run(overview: &Overview, revision: u64) -> bool {
    run_of(overview.revision) == run_of(revision)
}

fn currency(stream: Stream, contexts: &[ContextStatus], now: Timestamp) -> Currency {
    let oldest = contexts.iter().filter_map(|context| stale_since(context.state)).min();
    match (stream, oldest) {
        (Stream::Connecting, _) => Currency::Connecting,
        (Stream::Open, None) => Currency::Live,
        (Stream::Open, Some(since)) => Currency::Stale(since),
        (Stream::Lost { since }, _) if since.age(now) < PATIENCE_SECONDS => Currency::Reconnecting,
        (Stream::Refused { since }, _) => Currency::LoggedOut(since),
        (Stream::Lost { since }, oldest) => Currency::Stale(oldest.unwrap_or(since).min(since)),
    }
}

/// Since when what is shown of a context is old.
pub(crate) fn stale_since(state: ContextState) -> Option<Timestamp> {
    match state {
        ContextState::Stale { since } => Some(since),
        ContextState::Live
        | ContextState::Connecting
        | ContextState::Forbidden
        | ContextState::Unreachable => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skyports_model::ContextName;
    use skyports_model::overview::first_revision;

    fn overview(revision: u64) -> Overview {
        Overview { revision, ..Overview::default() }
    }

    fn change(from: u64, revision: u64) -> Change {
        Change::between(&overview(from), &overview(revision))
    }

    fn hello(revision: u64) -> News {
        News::Hello { build: "b1".to_owned(), revision }
    }

    /// A page that has loaded revision 5 and listens.
    fn listening() -> Live {
        let mut live = Live::starting(overview(4), "b1".to_owned());
        assert_eq!(live.hear(hello(5)), [Todo::Show]);
        assert_eq!(live.hear(News::Loaded(overview(5))), [Todo::Show]);
        live
    }

    #[test]
    fn steps_follow_one_another() {
        let mut live = listening();
        assert_eq!(live.hear(News::Change(change(5, 6))), [Todo::Show]);
        assert_eq!(live.hear(News::Change(change(5, 6))), []);
        assert_eq!(live.overview().revision, 6);
    }

    #[test]
    fn a_load_that_is_older_than_the_stream_is_followed_by_another() {
        let mut live = Live::starting(overview(4), "b1".to_owned());
        assert_eq!(live.hear(hello(7)), [Todo::Show]);
        assert_eq!(live.hear(News::Loaded(overview(5))), [Todo::Show, Todo::Load]);
        assert_eq!(live.hear(News::Loaded(overview(7))), [Todo::Show]);
        assert_eq!(live.overview().revision, 7);
    }

    #[test]
    fn a_gap_is_filled_by_one_load() {
        let mut live = listening();
        assert_eq!(live.hear(News::Change(change(7, 8))), [Todo::Load]);
        assert_eq!(live.hear(News::Change(change(8, 9))), []);
        assert_eq!(live.hear(News::Loaded(overview(8))), [Todo::Show]);
        assert_eq!(live.overview().revision, 9);
    }

    #[test]
    fn a_resync_during_a_load_needs_another_load() {
        let mut live = listening();
        assert_eq!(live.hear(News::Resync), [Todo::Load]);
        assert_eq!(live.hear(News::Resync), []);
        assert_eq!(live.hear(News::Loaded(overview(7))), [Todo::Show, Todo::Load]);
        assert_eq!(live.hear(News::Loaded(overview(9))), [Todo::Show]);
    }

    #[test]
    fn a_lost_stream_is_caught_up_when_it_is_back() {
        let mut live = listening();
        live.hear(News::Lost(Timestamp(100)));
        assert_eq!(live.currency(Timestamp(110)), Currency::Reconnecting);
        assert_eq!(live.currency(Timestamp(200)), Currency::Stale(Timestamp(100)));
        live.hear(News::Lost(Timestamp(150)));
        assert_eq!(live.currency(Timestamp(200)), Currency::Stale(Timestamp(100)));
        // The same revision from a server that was started anew is another overview.
        assert_eq!(live.hear(hello(5)), [Todo::Show, Todo::Load]);
        live.hear(News::Loaded(overview(2)));
        assert_eq!(live.overview().revision, 2);
        assert_eq!(live.currency(Timestamp(200)), Currency::Live);
    }

    #[test]
    fn what_another_replica_loaded_hides_no_step() {
        let other = overview(first_revision(7));
        let mut live = Live::starting(overview(4), "b1".to_owned());
        live.hear(hello(5));
        assert_eq!(live.hear(News::Loaded(other.clone())), [Todo::Show]);
        // A smaller number, and not an older one.
        assert_eq!(live.hear(News::Change(change(5, 6))), [Todo::Load]);
        assert_eq!(live.hear(News::Loaded(other)), [Todo::Show]);
        assert_eq!(live.hear(News::Change(change(6, 7))), [Todo::Load]);
    }

    #[test]
    fn a_revision_that_was_missed_is_loaded() {
        assert_eq!(listening().hear(hello(5)), [Todo::Show]);
        assert_eq!(listening().hear(hello(6)), [Todo::Show, Todo::Load]);
    }

    #[test]
    fn a_load_that_failed_is_tried_again_later() {
        let mut live = listening();
        live.hear(News::Resync);
        assert_eq!(live.hear(News::NotLoaded), [Todo::Show, Todo::LoadLater]);
        assert_eq!(live.hear(News::Loaded(overview(6))), [Todo::Show]);
    }

    #[test]
    fn a_login_that_ended_stays_ended_until_the_stream_is_back() {
        let mut live = listening();
        live.hear(News::Lost(Timestamp(100)));
        assert_eq!(live.hear(News::LoggedOut(Timestamp(105))), [Todo::Rest, Todo::Show]);
        live.hear(News::Lost(Timestamp(110)));
        assert_eq!(live.currency(Timestamp(500)), Currency::LoggedOut(Timestamp(100)));
        // Logged in again in another tab.
        assert_eq!(live.hear(hello(5)), [Todo::Show, Todo::Load]);
        live.hear(News::Loaded(overview(5)));
        assert_eq!(live.currency(Timestamp(500)), Currency::Live);
    }

    #[test]
    fn another_build_reloads_the_page() {
        let news = News::Hello { build: "b2".to_owned(), revision: 5 };
        assert_eq!(listening().hear(news), [Todo::Reload]);
    }

    #[test]
    fn a_context_that_is_silent_makes_the_page_stale() {
        let mut live = listening();
        live.overview.contexts.push(ContextStatus {
            name: ContextName::in_cluster(),
            state: ContextState::Stale { since: Timestamp(50) },
            findings: vec![],
            namespace: None,
        });
        assert_eq!(live.currency(Timestamp(60)), Currency::Stale(Timestamp(50)));
    }
}
