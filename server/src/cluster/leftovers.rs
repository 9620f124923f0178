//! Deletes what clusters that are gone have left behind.
//!
//! Nothing rests on what the watches told but what is looked at: each object is read again just before
//! it is deleted, with the identity that was shown and the version that was read, and its cluster’s
//! pods are looked for in between. Who may not look for pods deletes nothing.

use std::time::Duration;

use futures::future::join_all;
use kube::Client;
use kube::core::{ObjectList, PartialObjectMeta};
use skyports_k8s::leftover::{self, Deletion, Left, Presence};
use skyports_model::leftover::{Cleared, LeftId, Leftovers, MOST, Spared};
use skyports_model::{ContextName, Finding, ObjectKind, ObjectRef, Reason, WriteFailure};
use tokio::time::{Instant, timeout_at};

use super::context::Context;
use super::request::{RequestError, Run, failure, get, path, write};
use super::rights::obstacles;

/// A person waits for it; the answer must leave in 10 s.
const PATIENCE: Duration = Duration::from_secs(9);

/// Reads what is left behind and what the API server would say to its deletion; changes nothing.
pub(crate) async fn look(context: &Context, name: &ContextName) -> Result<Leftovers, Finding> {
    let session = Session::open(context, name).await?;
    let told = context.left_behind().await;
    let told = told.ok_or_else(|| session.unread("nobody watches it any more".to_owned()))?;
    let looked = join_all(told.iter().take(MOST).map(|object| session.look(object))).await;
    let (mut deletions, mut spared) = (vec![], vec![]);
    for (object, looked) in told.into_iter().zip(looked) {
        match looked? {
            Looked::Deletable(deletion) => deletions.push(*deletion),
            Looked::Stays(why) => spared.push(Spared { object, why }),
            Looked::Absent => {}
        }
    }
    let writes: Vec<_> = deletions.iter().map(|deletion| deletion.write.clone()).collect();
    let failures = obstacles(&session.client, &writes, session.deadline).await;
    let obstacles = failures.iter().map(|failure| failure.finding(name)).collect();
    let steps = deletions.into_iter().map(|it| (it.id.clone(), it.step(name))).collect();
    Ok(Leftovers { context: name.clone(), steps, spared, obstacles })
}

/// Deletes those of the objects that are still what they were and whose clusters are still gone.
pub(crate) async fn clear(
    context: &Context,
    name: &ContextName,
    meant: &[LeftId],
) -> Result<Cleared, Finding> {
    let session = Session::open(context, name).await?;
    let mut cleared = Cleared { done: vec![], spared: vec![], failed: vec![] };
    let ended = join_all(meant.iter().take(MOST).map(|id| session.clear(id))).await;
    for (id, ended) in meant.iter().zip(ended) {
        let object = id.object.clone();
        match ended {
            Ok(None) => cleared.done.push(object),
            Ok(Some(why)) => cleared.spared.push(Spared { object, why }),
            Err(finding) => cleared.failed.push(*finding),
        }
    }
    Ok(cleared)
}

/// What an object turns out to be.
enum Looked {
    /// It can be deleted.
    Deletable(Box<Deletion>),
    /// It stays, and why.
    Stays(String),
    /// It is not there any more.
    Absent,
}

struct Session<'a> {
    client: Client,
    context: &'a ContextName,
    deadline: Instant,
}

impl<'a> Session<'a> {
    async fn open(context: &Context, name: &'a ContextName) -> Result<Self, Finding> {
        let deadline = Instant::now() + PATIENCE;
        let late = |_| Err(format!("no answer in {} s", PATIENCE.as_secs()));
        let client = timeout_at(deadline, context.target.connect()).await.unwrap_or_else(late);
        let what = format!("the API of {name}");
        let silent = |error| Reason::ReadFailed { what, error }.finding(name);
        Ok(Self { client: client.map_err(silent)?, context: name, deadline })
    }

    /// Reads an object, then looks for its cluster: what is written to it afterwards makes its
    /// deletion fail.
    async fn look(&self, object: &ObjectRef) -> Result<Looked, Finding> {
        let at = path(object);
        let left = match object.kind {
            ObjectKind::Service => get(&self.client, &at, self.deadline)
                .await
                .map(|found| found.map(|it| Left::Service(Box::new(it)))),
            ObjectKind::Ingress => get(&self.client, &at, self.deadline)
                .await
                .map(|found| found.map(|it| Left::Ingress(Box::new(it)))),
            ObjectKind::Pod | ObjectKind::IngressClass => Ok(None),
        };
        let left = left.map_err(|error| self.failed(&error, "get", object, object.to_string()))?;
        let Some(left) = left else { return Ok(Looked::Absent) };
        let presence = self.presence(object).await?;
        Ok(match leftover::deletion(object, &left, presence) {
            Ok(deletion) => Looked::Deletable(Box::new(deletion)),
            Err(why) => Looked::Stays(why),
        })
    }

    /// Whether the cluster of an object is there. That it cannot be told is no answer.
    async fn presence(&self, object: &ObjectRef) -> Result<Presence, Finding> {
        let Some(cluster) = leftover::cluster_of(object) else { return Ok(Presence::There) };
        let namespace = &object.namespace;
        let pods = leftover::selectors(cluster).map(|selector| async move {
            let selector = selector.replace('=', "%3D");
            let at =
                format!("/api/v1/namespaces/{namespace}/pods?labelSelector={selector}&limit=1");
            let found: Result<Option<ObjectList<PartialObjectMeta>>, _> =
                get(&self.client, &at, self.deadline).await;
            found.map(|list| list.is_some_and(|list| !list.items.is_empty()))
        });
        let what = || format!("the pods of {cluster}");
        for found in join_all(pods).await {
            if found.map_err(|error| self.failed(&error, "list", object, what()))? {
                return Ok(Presence::There);
            }
        }
        if leftover::is_controller(cluster) && self.has_deployment(object, cluster).await? {
            return Ok(Presence::There);
        }
        Ok(Presence::Gone)
    }

    async fn has_deployment(&self, object: &ObjectRef, cluster: &str) -> Result<bool, Finding> {
        let (namespace, name) = (&object.namespace, leftover::deployment(cluster));
        let at = format!("/apis/apps/v1/namespaces/{namespace}/deployments/{name}");
        let found: Result<Option<PartialObjectMeta>, _> =
            get(&self.client, &at, self.deadline).await;
        match found {
            Ok(found) => Ok(found.is_some()),
            Err(error) if error.code() == 403 => {
                Err(self.forbidden(&error, "get", "deployments", object))
            }
            Err(error) => Err(self.unread(error.told())),
        }
    }

    /// Deletes an object; why it stays, if it does.
    async fn clear(&self, id: &LeftId) -> Result<Option<String>, Box<Finding>> {
        let deletion = match self.look(&id.object).await.map_err(Box::new)? {
            Looked::Deletable(deletion) => deletion,
            Looked::Stays(why) => return Ok(Some(why)),
            Looked::Absent => return Ok(None),
        };
        if deletion.id != *id {
            return Ok(Some("another object has its name now".to_owned()));
        }
        match write(&self.client, &deletion.write, Run::Real, self.deadline).await {
            Ok(()) => Ok(None),
            Err(error) if error.code() == 404 => Ok(None),
            Err(error) if error.code() == 409 => {
                Ok(Some("somebody has just changed it; look again".to_owned()))
            }
            Err(error) => {
                let failure: WriteFailure = failure(&deletion.write, &error);
                Err(Box::new(failure.finding(self.context)))
            }
        }
    }

    fn failed(
        &self,
        error: &RequestError,
        verb: &'static str,
        object: &ObjectRef,
        what: String,
    ) -> Finding {
        if error.code() == 403 {
            let resource = match (verb, object.kind) {
                ("list", _) => "pods",
                (_, ObjectKind::Ingress) => "ingresses",
                _ => "services",
            };
            return self.forbidden(error, verb, resource, object);
        }
        Reason::ReadFailed { what, error: error.told() }.finding(self.context)
    }

    fn forbidden(
        &self,
        error: &RequestError,
        verb: &'static str,
        resource: &'static str,
        object: &ObjectRef,
    ) -> Finding {
        let (namespace, error) = (object.namespace.clone(), error.told());
        Reason::ReadForbidden { verb, resource, namespace, error }.finding(self.context)
    }

    fn unread(&self, error: String) -> Finding {
        let what = "what clusters have left behind".to_owned();
        Reason::ReadFailed { what, error }.finding(self.context)
    }
}
