//! The dashboard as one reader has it: what they may see, and what they do as themselves.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use skyports_app::dashboard::{
    CarriedOut, CleanedUp, Dashboard, DashboardError, Described, Linked, LookedAt, Place,
    Preflighted, Revoked, Shared,
};
use skyports_model::leftover::LeftId;
use skyports_model::share::{Label, Lifetime, LinkHash};
use skyports_model::{
    AppGuess, Ask, Change, ClusterId, Code, ContextCheck, ContextName, DefaultMode, Description,
    EndpointId, Overview, Port, Refusal, Step,
};

use super::live::Live;
use super::said::{Naming, Said};
use super::sight::Sight;
use crate::cluster::actor::Actor;
use crate::cluster::reader::Reader;

/// What a request works with.
#[derive(Debug, Clone)]
pub struct Viewer {
    live: Live,
    sight: Arc<Sight>,
    actor: Actor,
    naming: Naming,
}

impl Viewer {
    /// Of somebody who sees all that skyports sees, and acts as it.
    pub fn everything(live: Live) -> Self {
        let sight = Arc::new(Sight::Everything);
        Self { live, sight, actor: Actor::Ourselves, naming: Naming::default() }
    }

    /// Of a reader: what Kubernetes lets them list, as it says now.
    pub async fn of(live: &Live, reader: Arc<Reader>) -> Self {
        let sight = Arc::new(live.sight(&reader).await);
        let actor = Actor::reader(reader, live.write_groups());
        Self { live: live.clone(), sight, actor, naming: Naming::default() }
    }

    /// The same, told of apps as the reader names them.
    #[must_use]
    pub async fn named(self, said: Said) -> Self {
        let naming = Naming::of(&self.live, said).await;
        Self { naming, ..self }
    }

    /// The same, as skyports names apps: for scripts.
    #[must_use]
    pub fn plain(self) -> Self {
        Self { naming: Naming::default(), ..self }
    }

    /// A change as the reader is told it; `None` where that is as everybody is. Of those who see
    /// everything alone.
    pub fn own_change(&self, change: &Change) -> Option<Change> {
        self.naming.change(change)
    }

    /// The reader, where somebody signed in.
    pub fn reader(&self) -> Option<&Arc<Reader>> {
        match &self.actor {
            Actor::Ourselves => None,
            Actor::Reader { reader, .. } => Some(reader),
        }
    }

    /// What is seen.
    pub fn sight(&self) -> &Sight {
        &self.sight
    }

    /// Whether pages are the same for everybody, so that they can be kept for all.
    pub fn is_everybody(&self) -> bool {
        self.reader().is_none() && self.naming.is_empty()
    }

    /// Whether others see the same, so that answers can be kept for all of them.
    pub fn sees_everything(&self) -> bool {
        let overview = self.live.overview();
        overview.contexts.iter().all(|context| self.sight.is_whole(&context.name))
    }

    /// The checks of the contexts that are seen as a whole: what they rest on is of all namespaces.
    pub async fn checks(
        &self,
        lasts: Duration,
        patience: Duration,
    ) -> Vec<(ContextName, Option<ContextCheck>)> {
        let seen = self.live.overview();
        let names = seen.contexts.iter().map(|context| &context.name);
        let whole: HashSet<_> = names.filter(|name| self.sight.is_whole(name)).cloned().collect();
        let mut checks = self.live.checks(lasts, patience).await;
        checks.retain(|(name, _)| whole.contains(name));
        checks
    }

    /// Leftovers have no cluster, so nobody's rights on one speak for them: whoever has the rights
    /// deletes them from their own machine.
    fn may_clean_up(&self, context: &ContextName) -> Result<(), DashboardError> {
        if self.reader().is_none() {
            return Ok(());
        }
        let why = "leftovers are deleted with one’s own kubeconfig, by `skyports serve` on one’s own machine or by the command beside them";
        Err(DashboardError::of(Refusal::CannotActAs { why: why.to_owned() }.finding(context)))
    }

    fn covers(&self, cluster: &ClusterId) -> bool {
        self.sight.covers(&cluster.context, &cluster.namespace)
    }
}

/// The same for what is not there and for what may not be seen.
fn unknown(cluster: &ClusterId) -> DashboardError {
    DashboardError {
        code: "no_such_cluster".to_owned(),
        message: format!("There is no cluster {cluster} (any more)."),
        next: vec![Step::advice("Go to all endpoints")],
    }
}

/// The same error, without what may rest on namespaces that are not seen.
fn discreet(error: DashboardError) -> DashboardError {
    let code = Code::ALL.iter().find(|code| code.as_str() == error.code);
    if !code.is_some_and(|code| code.may_name_others()) {
        return error;
    }
    // The claim comes first; what it rests on follows.
    let claim = error.message.split_inclusive(". ").next().unwrap_or_default().trim().to_owned();
    DashboardError { message: claim, next: vec![], ..error }
}

impl Dashboard for Viewer {
    fn overview(&self) -> Arc<Overview> {
        self.naming.overview(self.sight.of(&self.live.overview()))
    }

    fn describe(&self, id: EndpointId, check: bool) -> Described {
        if !self.covers(&id.cluster) {
            return Box::pin(std::future::ready(Err(DashboardError::not_open(&id))));
        }
        let is_whole = self.sight.is_whole(&id.cluster.context);
        let app = self.naming.app(&id);
        let described = self.live.described(self.overview(), id, check, app);
        if is_whole {
            return described;
        }
        Box::pin(async move {
            let mut description: Description = described.await.map_err(discreet)?;
            description.keep_discreet();
            Ok(description)
        })
    }

    fn default_mode(&self, cluster: &ClusterId) -> DefaultMode {
        self.live.default_mode(cluster)
    }

    fn preflight(&self, ask: Ask) -> Preflighted {
        let cluster = ask.cluster().clone();
        if !self.covers(&cluster) {
            return Box::pin(std::future::ready(Err(unknown(&cluster))));
        }
        let is_whole = self.sight.is_whole(&cluster.context);
        let asked = self.live.preflight_as(self.actor.clone(), ask);
        Box::pin(async move {
            if is_whole {
                return asked.await;
            }
            let mut told = asked.await.map_err(discreet)?;
            told.keep_discreet();
            Ok(told)
        })
    }

    fn carry_out(&self, ask: Ask, confirmed: Vec<Port>) -> CarriedOut {
        let cluster = ask.cluster().clone();
        if !self.covers(&cluster) {
            return Box::pin(std::future::ready(Err(unknown(&cluster))));
        }
        let is_whole = self.sight.is_whole(&cluster.context);
        let done = self.live.carry_out_as(self.actor.clone(), ask, confirmed);
        if is_whole { done } else { Box::pin(async move { done.await.map_err(discreet) }) }
    }

    fn apps(&self) -> Vec<AppGuess> {
        self.live.apps()
    }

    fn leftovers(&self, context: ContextName) -> LookedAt {
        match self.may_clean_up(&context) {
            Ok(()) => self.live.leftovers(context),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn clear(&self, context: ContextName, meant: Vec<LeftId>) -> CleanedUp {
        match self.may_clean_up(&context) {
            Ok(()) => self.live.clear(context, meant),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn links(&self, id: EndpointId) -> Linked {
        if self.covers(&id.cluster) {
            self.live.links(id)
        } else {
            Box::pin(std::future::ready(Err(DashboardError::not_open(&id))))
        }
    }

    fn share(&self, id: EndpointId, label: Label, lifetime: Lifetime) -> Shared {
        if self.covers(&id.cluster) {
            self.live.share_as(&self.actor, id, label, lifetime)
        } else {
            Box::pin(std::future::ready(Err(DashboardError::not_open(&id))))
        }
    }

    fn revoke(&self, id: EndpointId, which: Option<LinkHash>) -> Revoked {
        if self.covers(&id.cluster) {
            self.live.revoke_as(&self.actor, id, which)
        } else {
            Box::pin(std::future::ready(Err(DashboardError::not_open(&id))))
        }
    }

    fn place(&self) -> Place {
        self.live.place()
    }
}
