//! Reads and writes guest links. They are in Kubernetes alone, so that every skyports that sees a
//! cluster serves the same ones, and a link that was revoked is dead for all of them.

use std::time::Duration;

use k8s_openapi::api::core::v1::ConfigMap;
use kube::Client;
use kube::core::ObjectList;
use serde_json::Value;
use skyports_k8s::links::{self, Links};
use skyports_k8s::plan::Head;
use skyports_model::share::{GuestLink, LinkHash};
use skyports_model::{ClusterId, ContextName, Finding, Namespace, Reason, WriteFailure};
use tokio::time::{Instant, timeout_at};

use super::actor::Actor;
use super::context::Context;
use super::contexts::Namespaces;
use super::existing::head;
use super::note::whom;
use super::request::{RequestError, get, merge, post};

/// A person waits for it.
const PATIENCE: Duration = Duration::from_secs(9);
/// How often a write begins again where somebody else was faster.
const TRIES: usize = 5;
/// `ConfigMap`s of one context that are read: one a cluster that has links.
const MOST_MAPS: u32 = 1_000;

/// The links of every cluster of a context that may be seen.
pub(crate) async fn list(context: &Context) -> Result<Vec<Links>, String> {
    let deadline = Instant::now() + PATIENCE;
    let client = connect(context, deadline).await?;
    let query = format!("configmaps?labelSelector={}&limit={MOST_MAPS}", links::SELECTOR);
    let query =
        query.replace('/', "%2F").replace(',', "%2C").replace("managed-by=", "managed-by%3D");
    let everywhere = format!("/api/v1/{query}");
    let here = |namespace: &Namespace| format!("/api/v1/namespaces/{namespace}/{query}");
    let found = match &context.target.namespaces {
        Namespaces::One(namespace) => read(&client, &here(namespace), deadline).await,
        Namespaces::All => read(&client, &everywhere, deadline).await,
        Namespaces::AllElse(namespace) => match read(&client, &everywhere, deadline).await {
            Err(error) if error.code() == 403 => read(&client, &here(namespace), deadline).await,
            answer => answer,
        },
    };
    found.map_err(|error| error.told())
}

async fn read(client: &Client, path: &str, deadline: Instant) -> Result<Vec<Links>, RequestError> {
    let found: Option<ObjectList<ConfigMap>> = get(client, path, deadline).await?;
    Ok(found.into_iter().flat_map(|list| list.items).filter_map(Links::read).collect())
}

/// The head of a cluster, in whose name links are kept.
pub(crate) async fn head_of(
    context: &Context,
    cluster: &ClusterId,
) -> Result<Option<Head>, Finding> {
    Ok(Session::open(context, cluster).await?.head)
}

/// The links of one cluster that still count, and who made it.
pub(crate) async fn of_cluster(
    context: &Context,
    cluster: &ClusterId,
) -> Result<Vec<GuestLink>, Finding> {
    let session = Session::open(context, cluster).await?;
    let links = session.links().await?;
    Ok(links.into_iter().flat_map(|found| found.links.into_values()).collect())
}

/// Keeps a link, made by whoever the API server says that we are.
pub(crate) async fn add(
    (context, actor): (&Context, &Actor),
    cluster: &ClusterId,
    mut link: GuestLink,
) -> Result<GuestLink, Finding> {
    let session = Session::open(context, cluster).await?;
    let writer = session.writer(actor)?;
    let Some(head) = session.head.clone() else {
        return Err(session.gone());
    };
    link.maker =
        whom((context, actor), &session.client, session.deadline).await.unwrap_or_default();
    for _ in 0..TRIES {
        let written = match session.links().await? {
            None => {
                let map = links::first(cluster, &head, &link)
                    .map_err(|e| session.failed(&e.to_string()))?;
                post(&writer, &session.collection(), &map, session.deadline).await
            }
            Some(kept)
                if kept.links.values().filter(|it| it.is_live(link.made)).count()
                    >= links::MOST =>
            {
                let error = format!(
                    "{} guest links of this cluster work, and no more are kept",
                    links::MOST
                );
                return Err(session.failed(&error));
            }
            Some(kept) => {
                let patch = links::another(&kept, &link, link.made);
                let patch = patch.map_err(|error| session.failed(&error.to_string()))?;
                merge(&writer, &session.path(), &patch, session.deadline).await
            }
        };
        match written {
            Ok(_) => return Ok(link),
            // Somebody made it, or took it away, meanwhile.
            Err(error) if matches!(error.code(), 404 | 409) => {}
            Err(error) => return Err(session.refused("create, patch", &error)),
        }
    }
    Err(session.failed("others kept changing the links"))
}

/// Takes links away: those of a cluster that `is_meant` names. The ones that are gone.
pub(crate) async fn remove(
    (context, actor): (&Context, &Actor),
    cluster: &ClusterId,
    is_meant: impl Fn(&GuestLink) -> bool + Send,
) -> Result<Vec<LinkHash>, Finding> {
    let session = Session::open(context, cluster).await?;
    let writer = session.writer(actor)?;
    for _ in 0..TRIES {
        let Some(kept) = session.links().await? else { return Ok(vec![]) };
        let gone: Vec<LinkHash> = kept
            .links
            .values()
            .filter(|link| is_meant(link))
            .map(|link| link.hash.clone())
            .collect();
        if gone.is_empty() {
            return Ok(gone);
        }
        let patch: Value = links::without(&kept, &gone);
        match merge(&writer, &session.path(), &patch, session.deadline).await {
            Ok(_) => return Ok(gone),
            Err(error) if matches!(error.code(), 404 | 409) => {}
            Err(error) => return Err(session.refused("patch", &error)),
        }
    }
    Err(session.failed("others kept changing the links"))
}

async fn connect(context: &Context, deadline: Instant) -> Result<Client, String> {
    let late = |_| Err(format!("no answer in {} s", PATIENCE.as_secs()));
    timeout_at(deadline, context.target.connect()).await.unwrap_or_else(late)
}

/// One cluster's links, on their way.
struct Session<'a> {
    client: Client,
    cluster: &'a ClusterId,
    head: Option<Head>,
    deadline: Instant,
}

impl<'a> Session<'a> {
    async fn open(context: &Context, cluster: &'a ClusterId) -> Result<Self, Finding> {
        let deadline = Instant::now() + PATIENCE;
        let silent = |error: String| unread(&cluster.context, cluster, error);
        let client = connect(context, deadline).await.map_err(silent)?;
        let ground = context.ground(cluster.clone()).await;
        let ground = ground.ok_or_else(|| silent("nobody watches it any more".to_owned()))?;
        let head = head(&client, cluster, &ground, deadline).await?;
        Ok(Self { client, cluster, head, deadline })
    }

    /// What is kept in the name of today's head; what another left behind is not there.
    async fn links(&self) -> Result<Option<Links>, Finding> {
        let found: Result<Option<ConfigMap>, _> =
            get(&self.client, &self.path(), self.deadline).await;
        let found = found.map_err(|error| self.refused("get", &error))?;
        let Some(kept) = found.and_then(Links::read) else { return Ok(None) };
        match &self.head {
            Some(head) if kept.is_of(head) => Ok(Some(kept)),
            // It goes with its owner, within moments.
            _ => Ok(None),
        }
    }

    /// The client that writes.
    fn writer(&self, actor: &Actor) -> Result<Client, Finding> {
        actor.client(&self.client).map_err(|error| self.failed(&error))
    }

    fn collection(&self) -> String {
        format!("/api/v1/namespaces/{}/configmaps", self.cluster.namespace)
    }

    fn path(&self) -> String {
        format!("{}/{}", self.collection(), links::name(self.cluster))
    }

    fn refused(&self, verb: &'static str, error: &RequestError) -> Finding {
        if error.code() != 403 {
            return self.failed(&error.told());
        }
        let failure = WriteFailure::Forbidden {
            verb,
            resource: "configmaps",
            namespace: self.cluster.namespace.clone(),
            error: error.told(),
        };
        failure.finding(&self.cluster.context)
    }

    fn failed(&self, error: &str) -> Finding {
        unread(&self.cluster.context, self.cluster, error.to_owned())
    }

    fn gone(&self) -> Finding {
        self.failed("the cluster has no head pod, with which its links would end")
    }
}

fn unread(context: &ContextName, cluster: &ClusterId, error: String) -> Finding {
    Reason::ReadFailed { what: format!("the guest links of {}", cluster.name), error }
        .finding(context)
}
