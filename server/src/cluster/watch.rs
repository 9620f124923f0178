//! One watch of one kind of object, started over whenever it cannot go on.
//!
//! kube's watcher resumes by itself after a clean end; everything else (a refused connection, a
//! server that says "too large resource version" for ever, silence) ends here, with a fresh list
//! after a short pause. A fresh list replaces what is kept in one step, so nothing flickers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use futures::StreamExt as _;
use kube::Api;
use kube::core::Resource as _;
use kube::runtime::watcher::{self, Event};
use skyports_k8s::objects::{Key, Kind, Objects};
use skyports_model::Namespace;
use skyports_model::finding::shown;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::guard::Guarded;
use super::health::{Health, Watched};
use crate::config::clock;

/// The server ends each watch after this long, and kube gives up five seconds later: the bound on
/// how long a silent cut of the network stays unnoticed.
const WATCH_SECONDS: u32 = 30;
/// A page of a list must arrive within this time.
const LIST_PAGE: Duration = Duration::from_secs(20);
/// A `SkyPilot` pod is 70 kB of JSON: pages keep the memory for decoding bounded.
const PAGE_SIZE: u32 = 100;
/// A refusal can be lifted at any time; asking again is cheap.
const FORBIDDEN_PAUSE: Duration = Duration::from_secs(10);

/// What to watch.
pub(super) struct Selection<K: Kind> {
    pub(super) watched: Watched,
    pub(super) labels: Option<&'static str>,
    pub(super) fields: Option<&'static str>,
    /// What of the kept objects of the kind is this watch's own.
    pub(super) is_own: fn(&K::Facts) -> bool,
}

/// What a watch tells the view of its context.
pub(super) struct Message {
    pub(super) watched: Watched,
    pub(super) what: What,
}

/// A change of the kept objects; `true` when something kept is not as before.
pub(super) type Edit = Box<dyn FnOnce(&mut Objects) -> bool + Send>;

pub(super) enum What {
    Edit(Edit),
    Health(Health),
    /// An object that could not be decoded, or (`None`) can be again.
    Unreadable(String, Option<String>),
    /// Listing all namespaces is refused; from now on only this one is looked at.
    Narrowed(Namespace),
}

/// Why a run of a watch ended.
enum End {
    Failed(String),
    Forbidden(String),
    /// The server has forgotten where we were: list anew, nobody needs to know.
    Expired,
}

/// One watch: what it selects, of which server, and whom it tells.
pub(super) struct Watch<K: Kind> {
    pub(super) selection: Selection<K>,
    /// The server's address, for those who must find out why it does not answer.
    pub(super) server: String,
    pub(super) tell: mpsc::Sender<Message>,
}

impl<K: Kind> Watch<K> {
    /// Watches until the view is gone. `Err` is a refusal at the very first attempt, given back at
    /// once when `yields` so that the caller can look at one namespace instead.
    pub(super) async fn run(&self, api: Api<Guarded<K>>, yields: bool) -> Result<(), String> {
        let mut pauses = pauses();
        let mut listed = false;
        loop {
            let begun = tokio::time::Instant::now();
            let end = self.once(api.clone(), &mut listed).await;
            if self.tell.is_closed() {
                return Ok(());
            }
            // A run that lasted was a good one: the next failure is a new one.
            if begun.elapsed() > Duration::from_secs(10) {
                pauses = self::pauses();
            }
            let pause = pauses.next().unwrap_or(Duration::from_secs(2));
            match end {
                End::Forbidden(error) if yields && !listed => return Err(error),
                // A server that has just started refuses for a moment what it will allow.
                End::Forbidden(error) if listed => {
                    self.say(What::Health(Health::Forbidden { error })).await;
                    sleep(pause.max(Duration::from_secs(1))).await;
                }
                End::Forbidden(error) => {
                    self.say(What::Health(Health::Forbidden { error })).await;
                    sleep(FORBIDDEN_PAUSE).await;
                }
                End::Failed(error) => {
                    tracing::debug!(watched = ?self.selection.watched, %error, "watch failed");
                    self.say(What::Health(Health::Failing { since: clock::now(), error })).await;
                    sleep(pause).await;
                }
                End::Expired => sleep(pause).await,
            }
        }
    }

    /// Tells that from now on only one namespace is looked at.
    pub(super) async fn narrowed(&self, namespace: Namespace) {
        self.say(What::Narrowed(namespace)).await;
    }

    /// One list and the watch after it, until something is wrong.
    async fn once(&self, api: Api<Guarded<K>>, listed: &mut bool) -> End {
        let mut config = watcher::Config::default().timeout(WATCH_SECONDS).page_size(PAGE_SIZE);
        config.label_selector = self.selection.labels.map(str::to_owned);
        config.field_selector = self.selection.fields.map(str::to_owned);
        let mut stream = std::pin::pin!(watcher::watcher(api, config));
        let mut run =
            Run::<K> { watch: self, list: Some(BTreeMap::new()), unreadable: BTreeSet::new() };
        loop {
            let next = match run.list {
                Some(_) => match timeout(LIST_PAGE, stream.next()).await {
                    Ok(next) => next,
                    Err(_) => {
                        return End::Failed(format!("no answer in {} s", LIST_PAGE.as_secs()));
                    }
                },
                None => stream.next().await,
            };
            match next {
                Some(Ok(event)) => *listed |= run.event(event).await,
                Some(Err(error)) => return end_of(&error, &self.server),
                None => return End::Failed("the watch ended".to_owned()),
            }
            if self.tell.is_closed() {
                return End::Expired;
            }
        }
    }

    async fn edit(&self, edit: impl FnOnce(&mut Objects) -> bool + Send + 'static) {
        self.say(What::Edit(Box::new(edit))).await;
    }

    async fn say(&self, what: What) {
        // A closed channel means that nobody looks any more; `run` ends by itself then.
        let _ = self.tell.send(Message { watched: self.selection.watched, what }).await;
    }
}

/// The state of one list and the watch after it.
struct Run<'a, K: Kind> {
    watch: &'a Watch<K>,
    /// What was listed so far; `None` once the list is complete.
    list: Option<BTreeMap<Key, K::Facts>>,
    /// Objects whose complaint was told and stands.
    unreadable: BTreeSet<Key>,
}

impl<K: Kind> Run<'_, K> {
    /// Passes one event on; `true` when it completes the list.
    async fn event(&mut self, event: Event<Guarded<K>>) -> bool {
        match event {
            Event::Init => self.list = Some(BTreeMap::new()),
            Event::InitApply(object) => {
                let key = Key::of(object.meta());
                if let Some(facts) = self.readable(&key, object).await.and_then(K::facts)
                    && let Some(list) = &mut self.list
                {
                    list.insert(key, facts);
                }
            }
            Event::InitDone => {
                let facts = self.list.take().unwrap_or_default();
                let is_own = self.watch.selection.is_own;
                self.watch.edit(move |objects| objects.replace_part::<K>(facts, is_own)).await;
                self.watch.say(What::Health(Health::Live)).await;
                return true;
            }
            Event::Apply(object) => {
                let key = Key::of(object.meta());
                match self.readable(&key, object).await {
                    Some(object) => self.watch.edit(move |objects| objects.apply(object)).await,
                    // What cannot be read is not what it was: kept state is a function of the objects.
                    None => self.watch.edit(move |objects| objects.remove::<K>(&key)).await,
                }
            }
            Event::Delete(object) => {
                let key = Key::of(object.meta());
                self.clear(&key).await;
                self.watch.edit(move |objects| objects.remove::<K>(&key)).await;
            }
        }
        false
    }

    /// The object, if it could be decoded; else the complaint is told.
    async fn readable(&mut self, key: &Key, object: Guarded<K>) -> Option<K> {
        match object {
            Guarded::Readable(object) => {
                self.clear(key).await;
                Some(object)
            }
            Guarded::Unreadable { error, .. } => {
                self.unreadable.insert(key.clone());
                self.watch.say(What::Unreadable(name::<K>(key), Some(error))).await;
                None
            }
        }
    }

    async fn clear(&mut self, key: &Key) {
        if self.unreadable.remove(key) {
            self.watch.say(What::Unreadable(name::<K>(key), None)).await;
        }
    }
}

fn name<K: Kind>(key: &Key) -> String {
    let plural = K::PLURAL;
    shown(&format!("{plural} {}/{}", key.namespace, key.name), 200)
}

/// Pauses between attempts: from 0.2 s to 2 s, so that a server that comes back is seen within
/// three seconds, with jitter, so that many watches do not knock at once.
fn pauses() -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(200))
        .with_max_delay(Duration::from_millis(1_500))
        .with_factor(2.0)
        .with_jitter()
        .without_max_times()
        .build()
        .map(|pause| pause.min(Duration::from_secs(2)))
}

fn end_of(error: &watcher::Error, server: &str) -> End {
    let status = match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchFailed(kube::Error::Api(status))
        | watcher::Error::WatchError(status) => status,
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => {
            return End::Failed(format!("{server}: {}", told(error)));
        }
        watcher::Error::NoResourceVersion => {
            return End::Failed(format!("{server}: the list has no resource version"));
        }
    };
    match status.code {
        403 => End::Forbidden(shown(&status.message, 300)),
        410 => End::Expired,
        code => End::Failed(format!("{server}: {} ({code})", shown(&status.message, 300))),
    }
}

/// An error with its causes, each once.
pub(super) fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    shown(&text, 300)
}
