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
use kube::core::{Resource as _, Status};
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
const PODS_PAGE: u32 = 100;
/// Everything else is a kB or two, and each page costs a round trip: kubectl's own page size.
const PAGE: u32 = 500;
/// A refusal can be lifted at any time; asking again is cheap.
const FORBIDDEN_PAUSE: Duration = Duration::from_secs(10);
/// Between failed attempts: short, so that a server that comes back is seen within three seconds.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Between lists that succeed where no watch does: each is the whole state.
const LONGEST_RELIST_PAUSE: Duration = Duration::from_secs(10);
/// A server that throttles and does not say for how long.
const THROTTLED_PAUSE: Duration = Duration::from_secs(1);
/// A server that names a longer pause than this is asked again all the same.
const LONGEST_ASKED_PAUSE: Duration = Duration::from_secs(30);
/// A list whose later pages have expired this often in a row is asked for in one piece.
const PAGED_TRIES: u32 = 2;

/// How many objects a page of a list holds at most.
fn page(watched: Watched) -> u32 {
    match watched {
        Watched::Pods => PODS_PAGE,
        Watched::Services
        | Watched::Ingresses
        | Watched::IngressClasses
        | Watched::ServiceEvents
        | Watched::PodEvents => PAGE,
    }
}

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
    /// With the pause that the server asks for.
    Failed(String, Duration),
    Forbidden(String),
    /// The server cannot go on from where we were: list anew, nobody needs to know.
    Expired,
}

/// What outlives the runs of a watch.
#[derive(Default)]
struct Memory {
    /// Whether there was a complete list.
    listed: bool,
    /// Lists in a row that expired before they were complete.
    expired_lists: u32,
    /// Objects whose complaint was told and stands.
    unreadable: BTreeSet<Key>,
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
        let mut pauses = pauses(LONGEST_PAUSE);
        let mut relist_pauses = self::pauses(LONGEST_RELIST_PAUSE);
        let mut memory = Memory::default();
        loop {
            let begun = tokio::time::Instant::now();
            let end = self.once(api.clone(), &mut memory).await;
            if self.tell.is_closed() {
                return Ok(());
            }
            // A run that lasted was a good one: the next failure is a new one.
            if begun.elapsed() > Duration::from_secs(10) {
                pauses = self::pauses(LONGEST_PAUSE);
                relist_pauses = self::pauses(LONGEST_RELIST_PAUSE);
            }
            let listed = memory.listed;
            let mut pause = || pauses.next().unwrap_or(LONGEST_PAUSE);
            match end {
                End::Expired => sleep(relist_pauses.next().unwrap_or(LONGEST_RELIST_PAUSE)).await,
                End::Forbidden(error) if yields && !listed => return Err(error),
                // A server that has just started refuses for a moment what it will allow.
                End::Forbidden(error) if listed => {
                    self.say(What::Health(Health::Forbidden { since: clock::now(), error })).await;
                    sleep(pause().max(Duration::from_secs(1))).await;
                }
                End::Forbidden(error) => {
                    self.say(What::Health(Health::Forbidden { since: clock::now(), error })).await;
                    sleep(FORBIDDEN_PAUSE).await;
                }
                End::Failed(error, asked) => {
                    tracing::debug!(watched = ?self.selection.watched, %error, "watch failed");
                    self.say(What::Health(Health::Failing { since: clock::now(), error })).await;
                    // The pause comes on top: many watches were told the same.
                    sleep(pause() + asked).await;
                }
            }
        }
    }

    /// Tells that from now on only one namespace is looked at.
    pub(super) async fn narrowed(&self, namespace: Namespace) {
        self.say(What::Narrowed(namespace)).await;
    }

    /// One list and the watch after it, until something is wrong.
    async fn once(&self, api: Api<Guarded<K>>, memory: &mut Memory) -> End {
        let mut config = watcher::Config::default().timeout(WATCH_SECONDS);
        config.page_size =
            (memory.expired_lists < PAGED_TRIES).then_some(page(self.selection.watched));
        config.label_selector = self.selection.labels.map(str::to_owned);
        config.field_selector = self.selection.fields.map(str::to_owned);
        let mut stream = std::pin::pin!(watcher::watcher(api, config));
        let mut run = Run::<K> {
            watch: self,
            memory,
            list: Some(BTreeMap::new()),
            unreadable: BTreeSet::new(),
        };
        loop {
            let next = match run.list {
                Some(_) => {
                    let Ok(next) = timeout(LIST_PAGE, stream.next()).await else {
                        let error = format!("no answer in {} s", LIST_PAGE.as_secs());
                        return End::Failed(error, Duration::ZERO);
                    };
                    next
                }
                None => stream.next().await,
            };
            match next {
                Some(Ok(event)) => run.event(event).await,
                Some(Err(error)) => {
                    let end = end_of(&error, &self.server);
                    if run.list.is_some() && matches!(end, End::Expired) {
                        run.memory.expired_lists += 1;
                        if run.memory.expired_lists > PAGED_TRIES {
                            let error = format!("{}: no list is ever complete (410)", self.server);
                            return End::Failed(error, Duration::ZERO);
                        }
                    }
                    return end;
                }
                None => return End::Failed("the watch ended".to_owned(), Duration::ZERO),
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
    memory: &'a mut Memory,
    /// What was listed so far; `None` once the list is complete.
    list: Option<BTreeMap<Key, K::Facts>>,
    /// Which objects of the list could not be decoded.
    unreadable: BTreeSet<Key>,
}

impl<K: Kind> Run<'_, K> {
    /// Passes one event on.
    async fn event(&mut self, event: Event<Guarded<K>>) {
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
                // What is not in the list, or is readable there, was mended while nobody watched.
                let unreadable = std::mem::take(&mut self.unreadable);
                for key in self.memory.unreadable.clone().difference(&unreadable) {
                    self.clear(key).await;
                }
                self.watch.say(What::Health(Health::Live)).await;
                self.memory.listed = true;
                self.memory.expired_lists = 0;
            }
            Event::Apply(object) => {
                let key = Key::of(object.meta());
                match self.readable(&key, object).await {
                    // The complaint ends when the object is shown, not before.
                    Some(object) => {
                        self.watch.edit(move |objects| objects.apply(object)).await;
                        self.clear(&key).await;
                    }
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
    }

    /// The object, if it could be decoded; else the complaint is told.
    async fn readable(&mut self, key: &Key, object: Guarded<K>) -> Option<K> {
        match object {
            Guarded::Readable(object) => Some(object),
            Guarded::Unreadable { error, .. } => {
                self.unreadable.insert(key.clone());
                self.memory.unreadable.insert(key.clone());
                self.watch.say(What::Unreadable(name::<K>(key), Some(error))).await;
                None
            }
        }
    }

    async fn clear(&mut self, key: &Key) {
        if self.memory.unreadable.remove(key) {
            self.watch.say(What::Unreadable(name::<K>(key), None)).await;
        }
    }
}

fn name<K: Kind>(key: &Key) -> String {
    let plural = K::PLURAL;
    shown(&format!("{plural} {}/{}", key.namespace, key.name), 200)
}

/// Growing pauses between attempts, with jitter, so that many watches do not knock at once.
fn pauses(longest: Duration) -> impl Iterator<Item = Duration> {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(200))
        .with_max_delay(longest.mul_f32(0.75))
        .with_factor(2.0)
        .with_jitter()
        .without_max_times()
        .build()
        .map(move |pause| pause.min(longest))
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
            return End::Failed(format!("{server}: {}", told(error)), Duration::ZERO);
        }
        watcher::Error::NoResourceVersion => {
            let error = format!("{server}: the list has no resource version");
            return End::Failed(error, Duration::ZERO);
        }
    };
    match status.code {
        403 => End::Forbidden(shown(&status.message, 300)),
        410 => End::Expired,
        504 if is_too_large(status) => End::Expired,
        code => {
            let asked = status.details.as_ref().map_or(0, |details| details.retry_after_seconds);
            let asked = Duration::from_secs(asked.into()).min(LONGEST_ASKED_PAUSE);
            let asked = if code == 429 { asked.max(THROTTLED_PAUSE) } else { asked };
            End::Failed(format!("{server}: {} ({code})", shown(&status.message, 300)), asked)
        }
    }
}

/// The server's state is older than what we ask for, as after etcd was restored: kube would ask
/// the same for ever.
fn is_too_large(status: &Status) -> bool {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    causes.map(|cause| &cause.reason).any(|reason| reason == "ResourceVersionTooLarge")
        || status.message.contains("Too large resource version")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn end(status: serde_json::Value) -> End {
        let status: Status = serde_json::from_value(status).unwrap();
        end_of(&watcher::Error::WatchStartFailed(kube::Error::Api(Box::new(status))), "server")
    }

    fn asked(status: serde_json::Value) -> u64 {
        match end(status) {
            End::Failed(_, asked) => asked.as_secs(),
            End::Forbidden(_) | End::Expired => panic!("no failure"),
        }
    }

    #[test]
    fn what_a_list_mends_is_no_failure() {
        let cause = serde_json::json!([{"reason": "ResourceVersionTooLarge"}]);
        for status in [
            serde_json::json!({"code": 410, "message": "too old resource version"}),
            serde_json::json!({"code": 504, "message": "Timeout", "details": {"causes": cause}}),
            serde_json::json!({"code": 504, "message": "Timeout: Too large resource version: 9"}),
        ] {
            assert!(matches!(end(status.clone()), End::Expired), "{status}");
        }
        assert_eq!(asked(serde_json::json!({"code": 504, "message": "Timeout"})), 0);
    }

    #[test]
    fn a_server_that_throttles_is_given_the_time_it_asks_for() {
        let status = |code: u16, seconds: u32| serde_json::json!({"code": code, "message": "", "details": {"retryAfterSeconds": seconds}});
        assert_eq!(asked(status(429, 5)), 5);
        assert_eq!(asked(status(429, 86_400)), 30);
        assert_eq!(asked(serde_json::json!({"code": 429, "message": "Too many requests"})), 1);
        assert_eq!(asked(status(503, 2)), 2);
        assert_eq!(asked(status(500, 0)), 0);
    }
}
