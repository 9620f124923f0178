//! Deletes what clusters that are gone have left behind: the use-cases of a preview and of a click.

use std::sync::Arc;

use skyports_app::dashboard::DashboardError;
use skyports_model::leftover::{Cleared, LeftId, Leftovers};
use skyports_model::{ContextName, Refusal};

use super::ports::{Settings, unusable};
use crate::cluster::context::Context;
use crate::cluster::leftovers;

/// What is there.
pub(super) async fn look(
    settings: Arc<Settings>,
    context: Option<Arc<Context>>,
    name: ContextName,
) -> Result<Leftovers, DashboardError> {
    let Some(context) = context else { return Err(unusable(&name)) };
    let looked = leftovers::look(&context, &name).await;
    let mut looked = looked.map_err(DashboardError::of)?;
    if settings.read_only && !looked.steps.is_empty() {
        looked.obstacles.insert(0, Refusal::ReadOnly.finding(&name));
    }
    Ok(looked)
}

/// Deletes what was shown of it.
pub(super) async fn clear(
    settings: Arc<Settings>,
    context: Option<Arc<Context>>,
    name: ContextName,
    meant: Vec<LeftId>,
) -> Result<Cleared, DashboardError> {
    if settings.read_only {
        return Err(DashboardError::of(Refusal::ReadOnly.finding(&name)));
    }
    let Some(context) = context else { return Err(unusable(&name)) };
    let cleared = leftovers::clear(&context, &name, &meant).await.map_err(DashboardError::of)?;
    tracing::info!(
        target: "audit",
        action = "clean up",
        context = name.as_str(),
        deleted = cleared.done.len(),
        spared = cleared.spared.len(),
        failed = cleared.failed.len(),
        "leftovers"
    );
    Ok(cleared)
}
