//! Guest links: the use-cases of who makes and revokes them, and of who holds one.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use skyports_app::dashboard::{DashboardError, NewLink};
use skyports_k8s::links::Links;
use skyports_model::share::{GuestLink, Label, Lifetime, LinkHash};
use skyports_model::{
    Cluster, ClusterId, ContextName, Endpoint, EndpointId, Mode, Overview, Port, Refusal, Step,
};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::audit;
use super::ports::{Settings, refusal, unusable};
use crate::cluster::actor::Actor;
use crate::cluster::context::Context;
use crate::cluster::links;
use crate::config::clock;
use crate::share::secret::Secret;

/// What was read of a context's links counts so long: of many guests at once one asks Kubernetes.
/// A link that another skyports has revoked is dead here as soon.
const LASTS: Duration = Duration::from_secs(1);

/// What a link shows.
#[derive(Debug, Clone)]
pub struct Guest {
    /// The link.
    pub link: GuestLink,
    /// The endpoint's cluster.
    pub cluster: Cluster,
    /// The endpoint, as it is now.
    pub endpoint: Endpoint,
}

/// Why nobody can say what a link shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unknowable;

/// The links of the contexts, as they were read last.
#[derive(Debug, Default)]
pub(super) struct Read(Mutex<BTreeMap<ContextName, Arc<Mutex<Kept>>>>);

/// What was read of one context, and when.
type Kept = Option<(Instant, Arc<Vec<Links>>)>;

impl Read {
    async fn links(
        &self,
        name: &ContextName,
        context: &Context,
    ) -> Result<Arc<Vec<Links>>, String> {
        let kept = Arc::clone(self.0.lock().await.entry(name.clone()).or_default());
        let mut kept = kept.lock().await;
        if let Some((_, links)) = kept.as_ref().filter(|(at, _)| at.elapsed() < LASTS) {
            return Ok(Arc::clone(links));
        }
        let links = Arc::new(links::list(context).await?);
        *kept = Some((Instant::now(), Arc::clone(&links)));
        Ok(links)
    }

    /// What was read of a context counts no more.
    async fn forget(&self, name: &ContextName) {
        self.0.lock().await.remove(name);
    }
}

/// What a secret shows; `None` where it shows nothing (any more), whatever the cause.
pub(super) async fn guest(
    read: &Read,
    contexts: &BTreeMap<ContextName, Arc<Context>>,
    overview: &Overview,
    secret: &Secret,
) -> Result<Option<Guest>, Unknowable> {
    let Some(hash) = secret.hash() else { return Ok(None) };
    let asked = contexts.iter().map(|(name, context)| {
        let hash = &hash;
        async move { found(read, name, context, hash).await }
    });
    let mut answers = join_all(asked).await;
    let Some(place) = answers.iter().position(|it| matches!(it, Ok(Some(_)))) else {
        return if answers.iter().any(Result::is_err) { Err(Unknowable) } else { Ok(None) };
    };
    let Ok(Some((id, link))) = answers.swap_remove(place) else { return Ok(None) };
    let found = overview.endpoint(&id);
    Ok(found.map(|(cluster, endpoint)| Guest {
        link,
        cluster: cluster.clone(),
        endpoint: endpoint.clone(),
    }))
}

/// The live link of that hash in a context, and of which endpoint it is.
async fn found(
    read: &Read,
    name: &ContextName,
    context: &Context,
    hash: &LinkHash,
) -> Result<Option<(EndpointId, GuestLink)>, String> {
    let kept = read.links(name, context).await?;
    let holding = kept.iter().find_map(|of| Some((of, of.links.get(hash)?)));
    let Some((of, link)) = holding.filter(|(_, link)| link.is_live(clock::now())) else {
        return Ok(None);
    };
    let (namespace, name_on_cloud) = (of.namespace.clone(), of.cluster.clone());
    let cluster = ClusterId { context: name.clone(), namespace, name: name_on_cloud };
    let head = links::head_of(context, &cluster).await.map_err(|finding| finding.lead)?;
    // A new cluster of the same name inherits nothing.
    let is_of_it = head.is_some_and(|head| of.is_of(&head));
    let id = EndpointId { cluster, port: link.port, mode: link.mode };
    Ok(is_of_it.then(|| (id, link.clone())))
}

/// What sharing needs of the dashboard.
#[derive(Clone)]
pub(super) struct Sharing {
    pub(super) read: Arc<Read>,
    pub(super) overview: Arc<Overview>,
    pub(super) context: Option<Arc<Context>>,
    pub(super) settings: Arc<Settings>,
    pub(super) actor: Actor,
}

impl Sharing {
    fn context(&self, id: &EndpointId) -> Result<&Arc<Context>, DashboardError> {
        self.context.as_ref().ok_or_else(|| unusable(&id.cluster.context))
    }

    /// The live links of an endpoint, those that end last first.
    pub(super) async fn list(self, id: EndpointId) -> Result<Vec<GuestLink>, DashboardError> {
        let found = links::of_cluster(self.context(&id)?, &id.cluster).await;
        let now = clock::now();
        let is_meant =
            |link: &GuestLink| (link.port, link.mode) == (id.port, id.mode) && link.is_live(now);
        let mut links = found.map_err(DashboardError::of)?;
        links.retain(is_meant);
        links.sort_by_key(|link| std::cmp::Reverse((link.expires, link.made)));
        Ok(links)
    }

    /// Makes a link; its secret is in the answer and nowhere else.
    pub(super) async fn make(
        self,
        id: EndpointId,
        label: Label,
        lifetime: Lifetime,
    ) -> Result<NewLink, DashboardError> {
        self.may_write(&id).await?;
        if self.overview.endpoint(&id).is_none() {
            return Err(DashboardError::not_open(&id));
        }
        let secret = Secret::random().map_err(|_| no_random())?;
        let hash = secret.hash().ok_or_else(no_random)?;
        let now = clock::now();
        let link = GuestLink {
            hash,
            port: id.port,
            mode: id.mode,
            made: now,
            expires: lifetime.from(now),
            label,
            maker: String::new(),
        };
        let (context, short) = (self.context(&id)?, link.hash.short().to_owned());
        let link = links::add((context, &self.actor), &id.cluster, link).await;
        let result = link.as_ref().map_or_else(|finding| finding.code.as_str(), |_| "done");
        audit::link((context, &self.actor), "make", &id, Some(&short), result);
        let link = link.map_err(DashboardError::of)?;
        self.read.forget(&id.cluster.context).await;
        Ok(NewLink { path: format!("/s/{}", secret.reveal()), link })
    }

    /// Revokes one link of an endpoint, or all of them; how many it were.
    pub(super) async fn revoke(
        self,
        id: EndpointId,
        which: Option<LinkHash>,
    ) -> Result<usize, DashboardError> {
        self.may_write(&id).await?;
        let is_meant = |link: &GuestLink| {
            (link.port, link.mode) == (id.port, id.mode)
                && which.as_ref().is_none_or(|hash| *hash == link.hash)
        };
        let context = self.context(&id)?;
        let gone = links::remove((context, &self.actor), &id.cluster, is_meant).await;
        if let Err(finding) = &gone {
            audit::link((context, &self.actor), "revoke", &id, None, finding.code.as_str());
        }
        let gone = gone.map_err(DashboardError::of)?;
        self.read.forget(&id.cluster.context).await;
        for hash in &gone {
            audit::link((context, &self.actor), "revoke", &id, Some(hash.short()), "done");
        }
        Ok(gone.len())
    }

    async fn may_write(&self, id: &EndpointId) -> Result<(), DashboardError> {
        let refusal = refusal(&self.settings, &self.actor, self.context(id)?).await;
        let told = |refusal: Refusal| DashboardError::of(refusal.finding(&id.cluster.context));
        refusal.map_or(Ok(()), |refusal| Err(told(refusal)))
    }
}

/// Takes the links of ports away that were closed: one that is opened again is not shared by that.
pub(super) async fn closed(
    as_whom: (&Context, &Actor),
    cluster: &ClusterId,
    mode: Mode,
    ports: &[Port],
) {
    let is_meant = |link: &GuestLink| link.mode == mode && ports.contains(&link.port);
    match links::remove(as_whom, cluster, is_meant).await {
        Ok(gone) if gone.is_empty() => {}
        Ok(gone) => {
            for hash in &gone {
                audit::closed(as_whom, cluster, hash.short());
            }
        }
        // Without the right to look there are none of ours.
        Err(finding) => {
            tracing::debug!(%cluster, why = finding.lead, "guest links were not looked for");
        }
    }
}

fn no_random() -> DashboardError {
    DashboardError {
        code: "internal".to_owned(),
        message: "The system gives no random numbers, so no link was made.".to_owned(),
        next: vec![Step::advice("Try again")],
    }
}
