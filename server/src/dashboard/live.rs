//! The dashboard over the overview in memory: what is read from it, and what is asked and done on
//! demand.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use skyports_app::dashboard::{
    CarriedOut, CleanedUp, Dashboard, Described, Linked, LookedAt, Place, Preflighted, Revoked,
    Shared,
};
use skyports_k8s::apps::{self, Profile};
use skyports_model::leftover::LeftId;
use skyports_model::overview::first_revision;
use skyports_model::share::{Label, Lifetime, LinkHash};
use skyports_model::verdict::Verdict;
use skyports_model::{
    AppGuess, Ask, ClusterId, ContextCheck, ContextName, ContextState, ContextStatus, DefaultMode,
    EndpointId, Overview, Port,
};
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use super::asking::Checks;
use super::check::Readings;
use super::describe::{Places, describe};
use super::leftovers;
use super::merge::{Merge, Told, Wish};
use super::ports::{self, Settings};
use super::probing::{Learnt, Told as CheckTold};
use super::share::{self, Guest, Sharing, Unknowable};
use super::sight::{Reviews, Sight};
use crate::cluster::actor::Actor;
use crate::cluster::context::Context;
use crate::cluster::contexts::Wanted;
use crate::cluster::reader::Reader;
use crate::cluster::view;
use crate::config::clock;
use crate::probe::Prober;
use crate::probe::resolve::System;
use crate::probe::rules::Rules;
use crate::share::secret::Secret;

/// Changes that a slow listener may lag behind before it must read the overview anew.
const BACKLOG: usize = 256;
/// Wishes for checks that wait; who wishes more than that is not heard.
const WISHES: usize = 64;
/// A check is as good as a new one for so long, in seconds.
const RECENT: u64 = 5;
/// What a person waits for a check at most: the check itself, and a closer look.
const CHECK_PATIENCE: Duration = Duration::from_secs(8);
/// Pictures that wait to be merged; beyond it the contexts wait too.
const QUEUE: usize = 64;

/// The overview in memory. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Live {
    overview: watch::Receiver<Arc<Overview>>,
    settled: watch::Receiver<bool>,
    changes: broadcast::Sender<Arc<Told>>,
    /// How to reach the contexts, for what is asked on demand.
    contexts: Arc<BTreeMap<ContextName, Arc<Context>>>,
    /// Where checks are wished; `None` where nobody makes any.
    wishes: Option<mpsc::Sender<Wish>>,
    settings: Arc<Settings>,
    readings: Arc<Readings>,
    links: Arc<share::Read>,
    /// What the API server has said of readers.
    reviews: Arc<Reviews>,
}

impl Live {
    /// Starts to look at the contexts; the tasks end with the last clone.
    pub fn start(contexts: Vec<Wanted>) -> Self {
        Self::begin(contexts, None)
    }

    /// The same, which also asks endpoints whether they answer, but for what listens at `own`.
    pub fn checking(contexts: Vec<Wanted>, own: Option<SocketAddr>) -> Self {
        let servers = contexts.iter().filter_map(|it| it.target.as_ref().ok()?.authority());
        let rules = Rules::sparing(servers);
        let rules = match own {
            Some(own) => rules.listening_on(own),
            None => rules,
        };
        Self::begin(contexts, Some(Prober::new(rules, Arc::new(System))))
    }

    fn begin(contexts: Vec<Wanted>, prober: Option<Prober>) -> Self {
        let statuses = contexts.iter().map(|wanted| ContextStatus {
            name: wanted.name.clone(),
            state: ContextState::Connecting,
            findings: vec![],
            namespace: None,
        });
        // Two runs of the server share no revision: a page that outlived the first one, or that hears
        // one replica and reads another, sees by the number alone that it must read anew.
        let now = clock::now();
        let revision = first_revision(random().unwrap_or_else(|| now.0.cast_unsigned()));
        let first =
            Overview { as_of: now, revision, contexts: statuses.collect(), clusters: vec![] };
        let pictures = contexts.iter().map(|_| None).collect();
        let (tell, incoming) = mpsc::channel(QUEUE);
        let mut reachable = BTreeMap::new();
        for (index, wanted) in contexts.into_iter().enumerate() {
            let (context, questions) = Context::of(&wanted);
            reachable.extend(context.map(|context| (wanted.name.clone(), Arc::new(context))));
            tokio::spawn(view::run(index, wanted, questions, tell.clone()));
        }
        let (overview, overviews) = watch::channel(Arc::new(first));
        let (settled, settles) = watch::channel(false);
        let (changes, _) = broadcast::channel(BACKLOG);
        let (wishes, heard) = mpsc::channel(WISHES);
        let wishes = prober.is_some().then_some(wishes);
        let checks = Checks::of(prober);
        let merge = Merge { pictures, overview, settled, changes: changes.clone(), checks };
        tokio::spawn(merge.run(incoming, heard));
        Self {
            overview: overviews,
            settled: settles,
            changes,
            contexts: Arc::new(reachable),
            wishes,
            settings: Arc::default(),
            readings: Arc::default(),
            links: Arc::default(),
            reviews: Arc::default(),
        }
    }

    /// The groups that are named with a reader who writes, where they are theirs.
    pub(super) fn write_groups(&self) -> &[String] {
        &self.settings.write_groups
    }

    /// The same, which writes as `settings` say.
    #[must_use]
    pub fn with_settings(self, settings: Settings) -> Self {
        Self { settings: Arc::new(settings), ..self }
    }

    /// Waits until nothing is written any more that nobody waits for.
    pub async fn rest(&self) {
        for context in self.contexts.values() {
            context.rest().await;
        }
    }

    /// Waits until every context has answered or failed once.
    pub async fn settled(&mut self) {
        // The sender lives as long as the contexts do; after that there is nothing to wait for.
        let _ = self.settled.wait_for(|settled| *settled).await;
    }

    /// Whether every context has answered or failed once.
    pub fn is_settled(&self) -> bool {
        *self.settled.borrow()
    }

    /// Checks every context, from what was read no longer than `lasts` ago; `None` for one that has
    /// not answered within `patience`.
    pub async fn checks(
        &self,
        lasts: Duration,
        patience: Duration,
    ) -> Vec<(ContextName, Option<ContextCheck>)> {
        let overview = self.overview();
        let checks = overview.contexts.iter().map(|ContextStatus { name, .. }| async move {
            let context = self.contexts.get(name);
            let check = self.readings.check(name, context, &self.settings, lasts, patience).await;
            (name.clone(), check)
        });
        join_all(checks).await
    }

    /// What a guest link's secret shows; `None` where it shows nothing (any more), whatever the cause.
    ///
    /// # Errors
    /// Where a context that may hold the link could not be asked.
    pub async fn guest(&self, secret: &Secret) -> Result<Option<Guest>, Unknowable> {
        if !self.is_settled() {
            return Err(Unknowable);
        }
        share::guest(&self.links, &self.contexts, &self.overview(), secret).await
    }

    /// Describes an endpoint of that overview, to whoever says that its app is `app`.
    pub(super) fn described(
        &self,
        overview: Arc<Overview>,
        id: EndpointId,
        check: bool,
        app: Option<&'static Profile>,
    ) -> Described {
        let context = self.contexts.get(&id.cluster.context).cloned();
        let route = overview.endpoint(&id).map(|(_, endpoint)| endpoint.route);
        let places = Places { overview, context, readings: Arc::clone(&self.readings) };
        let (this, asked) = (self.clone(), id.clone());
        let learnt = async move {
            let learnt = if check { this.learn(asked).await } else { this.learnt(asked).await };
            learnt.map(|learnt| match (app, route) {
                (Some(app), Some(route)) => learnt.said(app, route),
                _ => learnt,
            })
        };
        Box::pin(describe(places, id, learnt))
    }

    /// What Kubernetes lets a reader see.
    pub(super) async fn sight(&self, reader: &Arc<Reader>) -> Sight {
        self.reviews.sight(reader, &self.overview(), &self.contexts).await
    }

    pub(super) fn preflight_as(&self, actor: Actor, ask: Ask) -> Preflighted {
        let context = self.contexts.get(&ask.cluster().context).cloned();
        let (settings, readings) = (Settings::clone(&self.settings), Arc::clone(&self.readings));
        Box::pin(ports::preflight(actor, settings, context, readings, ask))
    }

    pub(super) fn carry_out_as(&self, actor: Actor, ask: Ask, confirmed: Vec<Port>) -> CarriedOut {
        let context = self.contexts.get(&ask.cluster().context).cloned();
        let (settings, readings) = (Settings::clone(&self.settings), Arc::clone(&self.readings));
        Box::pin(ports::carry_out(actor, settings, context, readings, ask, confirmed))
    }

    pub(super) fn share_as(
        &self,
        actor: &Actor,
        id: EndpointId,
        label: Label,
        lifetime: Lifetime,
    ) -> Shared {
        Box::pin(self.sharing(&id, actor).make(id, label, lifetime))
    }

    pub(super) fn revoke_as(
        &self,
        actor: &Actor,
        id: EndpointId,
        which: Option<LinkHash>,
    ) -> Revoked {
        Box::pin(self.sharing(&id, actor).revoke(id, which))
    }

    fn sharing(&self, id: &EndpointId, actor: &Actor) -> Sharing {
        Sharing {
            actor: actor.clone(),
            read: Arc::clone(&self.links),
            overview: self.overview(),
            context: self.contexts.get(&id.cluster.context).cloned(),
            settings: Arc::clone(&self.settings),
        }
    }

    /// Waits for the next change.
    pub async fn changed(&mut self) {
        let _ = self.overview.changed().await;
    }

    /// Each overview from now on, the last one of those that came meanwhile; for those to whom not
    /// all of a change may be told.
    pub fn overviews(&self) -> watch::Receiver<Arc<Overview>> {
        self.wish(Wish::Watch);
        self.overview.clone()
    }

    /// All changes from now on.
    pub fn changes(&self) -> broadcast::Receiver<Arc<Told>> {
        let changes = self.changes.subscribe();
        self.wish(Wish::Watch);
        changes
    }

    /// Asks an endpoint, at most once in 5 s; `None` where nobody can say, since it is not open.
    pub async fn checked(&self, id: EndpointId) -> Option<CheckTold> {
        if self.wishes.is_none() {
            return Some(CheckTold::Impossible);
        }
        let (tell, told) = oneshot::channel();
        self.wish(Wish::Check(id, Some(tell)));
        told.await.ok()
    }

    /// What the last experiment on an endpoint found; `None` where none was made.
    pub async fn verdict(&self, id: EndpointId) -> Option<Verdict> {
        self.learnt(id).await?.verdict
    }

    /// Makes an experiment on an endpoint that has a path, unless the last one is younger than 5 s,
    /// and tells what it found; `None` of what has no path, is not open, or cannot be asked from
    /// here.
    pub async fn experiment(&self, id: EndpointId) -> Option<Verdict> {
        let before = self.verdict(id.clone()).await;
        if before.as_ref().is_some_and(|before| before.at.age(clock::now()) < RECENT) {
            return before;
        }
        self.checked(id.clone()).await?;
        self.verdict(id).await
    }

    /// Asks an endpoint, unless it was asked within the last 5 s; what the last check found.
    async fn learn(&self, id: EndpointId) -> Option<Learnt> {
        let before = self.learnt(id.clone()).await;
        let is_recent = |it: &Learnt| it.is_close && it.at.age(clock::now()) < RECENT;
        if before.as_ref().is_some_and(is_recent) {
            return before;
        }
        // Who has waited that long is told what is known.
        let _ = tokio::time::timeout(CHECK_PATIENCE, self.checked(id.clone())).await;
        self.learnt(id).await
    }

    /// What the last check of an endpoint found; `None` where there was none.
    async fn learnt(&self, id: EndpointId) -> Option<Learnt> {
        let (tell, told) = oneshot::channel();
        self.wish(Wish::Recall(id, tell));
        told.await.ok().flatten()
    }

    fn wish(&self, wish: Wish) {
        if let Some(wishes) = &self.wishes {
            // Of so many wishes at once the last ones may be lost.
            let _ = wishes.try_send(wish);
        }
    }
}

impl Dashboard for Live {
    fn overview(&self) -> Arc<Overview> {
        Arc::clone(&self.overview.borrow())
    }

    fn describe(&self, id: EndpointId, check: bool) -> Described {
        self.described(self.overview(), id, check, None)
    }

    fn apps(&self) -> Vec<AppGuess> {
        apps::profiles().iter().map(Profile::guess).collect()
    }

    fn default_mode(&self, cluster: &ClusterId) -> DefaultMode {
        self.settings.default_mode(&self.overview(), cluster)
    }

    fn preflight(&self, ask: Ask) -> Preflighted {
        self.preflight_as(Actor::Ourselves, ask)
    }

    fn carry_out(&self, ask: Ask, confirmed: Vec<Port>) -> CarriedOut {
        self.carry_out_as(Actor::Ourselves, ask, confirmed)
    }

    fn leftovers(&self, context: ContextName) -> LookedAt {
        let reached = self.contexts.get(&context).cloned();
        Box::pin(leftovers::look(Arc::clone(&self.settings), reached, context))
    }

    fn clear(&self, context: ContextName, meant: Vec<LeftId>) -> CleanedUp {
        let reached = self.contexts.get(&context).cloned();
        Box::pin(leftovers::clear(Arc::clone(&self.settings), reached, context, meant))
    }

    fn links(&self, id: EndpointId) -> Linked {
        Box::pin(self.sharing(&id, &Actor::Ourselves).list(id))
    }

    fn share(&self, id: EndpointId, label: Label, lifetime: Lifetime) -> Shared {
        self.share_as(&Actor::Ourselves, id, label, lifetime)
    }

    fn revoke(&self, id: EndpointId, which: Option<LinkHash>) -> Revoked {
        self.revoke_as(&Actor::Ourselves, id, which)
    }

    fn place(&self) -> Place {
        let nowhere = || Place { origin: String::new(), is_public: false };
        self.settings.place.clone().unwrap_or_else(nowhere)
    }
}

/// `None` where the system gives none.
fn random() -> Option<u64> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).ok()?;
    Some(u64::from_le_bytes(bytes))
}
