//! What lies behind one endpoint: the use-case of a panel that somebody opens.

use std::sync::Arc;

use futures::future::join;
use skyports_app::dashboard::DashboardError;
use skyports_model::{Description, EndpointId, Overview};

use super::chain::{Known, chain};
use super::check::Readings;
use super::ports::unusable;
use super::probing::Learnt;
use crate::cluster::context::Context;
use crate::cluster::describe::{Behind, behind};
use crate::config::clock;

/// What describing needs of the rest.
pub(super) struct Places {
    pub(super) overview: Arc<Overview>,
    pub(super) context: Option<Arc<Context>>,
    pub(super) readings: Arc<Readings>,
}

/// Describes an endpoint of the overview; nobody may ask for objects that are not in it. `learnt`
/// asks the endpoint itself, or recalls what it said last.
pub(super) async fn describe(
    places: Places,
    id: EndpointId,
    learnt: impl Future<Output = Option<Learnt>>,
) -> Result<Description, DashboardError> {
    let Places { overview, context, readings } = places;
    let Some((cluster, endpoint)) = overview.endpoint(&id) else {
        return Err(DashboardError::not_open(&id));
    };
    let Some(context) = context else { return Err(unusable(&id.cluster.context)) };
    let (behind, learnt) = join(behind(&context.target, endpoint), learnt).await;
    let Behind { objects, events, problems, balancer } = behind;
    // How the load balancer asks its ports matters only where one of several does not answer.
    let is_silent = learnt.as_ref().is_some_and(|learnt| !learnt.outcome.has_answered());
    let asks = balancer.as_ref().filter(|it| is_silent && it.ports.len() > 1);
    let surroundings = match asks {
        Some(_) => Some(readings.surroundings(&id.cluster.context, &context).await),
        None => None,
    };
    let now = clock::now();
    let chain = chain(&Known {
        overview: &overview,
        cluster,
        endpoint,
        events: &events,
        balancer: balancer.as_ref(),
        surroundings: surroundings.as_ref(),
        learnt: learnt.as_ref(),
        verdict: learnt.as_ref().and_then(|learnt| learnt.verdict.as_ref()),
        now,
    });
    Ok(Description { endpoint: id, objects, chain, events, problems, as_of: now })
}
