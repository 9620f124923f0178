//! What the server draws for a page that is open: parts that are asked for, and that the browser's
//! program only has to show (`docs/decisions/0008`).

use serde::{Deserialize, Serialize};
use skyports_model::EndpointId;

use crate::components::described::{told, untold};
use crate::dashboard::{Dashboard, DashboardError};
use crate::leftovers;
use crate::node::Element;
use crate::ports::{self, Drawn, PortForm};
use crate::share::{self, ShareForm};

/// A part on its way to a page.
#[derive(Debug, Serialize, Deserialize)]
pub struct Drawing(pub(crate) Element);

/// How an endpoint fares, link by link, and what Kubernetes says of it, or why it says nothing;
/// `check` asks the endpoint itself.
pub async fn description(dashboard: &dyn Dashboard, id: EndpointId, check: bool) -> Drawing {
    let described = dashboard.describe(id.clone(), check).await;
    // A check that has just ended is in the overview moments later; what both say is said once.
    let overview = dashboard.overview();
    Drawing(match (described, overview.endpoint(&id)) {
        (Ok(description), Some((_, endpoint))) => told(&description, endpoint, &dashboard.apps()),
        (Ok(_), None) => untold(&DashboardError::not_open(&id)),
        (Err(error), _) => untold(&error),
    })
}

/// The dialog that opens or closes ports, shares one, or deletes what is left behind, for the form at
/// that address; `submit` carries it out.
pub async fn port_dialog(
    dashboard: &dyn Dashboard,
    address: &str,
    form: &str,
    submit: bool,
) -> Result<Drawn, DashboardError> {
    let overview = dashboard.overview();
    if let Some(context) = leftovers::place(&overview, address) {
        return Ok(leftovers::answer(dashboard, &context, leftovers::named(form), submit).await);
    }
    if let Some(cluster) = share::place(&overview, address) {
        return share::answer(dashboard, cluster, &ShareForm::parse(form), submit).await;
    }
    let (cluster, direction) = ports::place(&overview, address).ok_or_else(ports::gone)?;
    Ok(ports::answer(dashboard, cluster, direction, &PortForm::parse(form), submit).await)
}
