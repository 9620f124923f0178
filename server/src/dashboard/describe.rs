//! What lies behind one endpoint: the use-case of a panel that somebody opens.

use std::sync::Arc;

use skyports_app::dashboard::DashboardError;
use skyports_model::{Description, EndpointId, Overview, Step};

use super::ports::unusable;
use crate::cluster::context::Context;
use crate::cluster::describe::{Behind, behind};
use crate::config::clock;

/// Describes an endpoint of the overview; nobody may ask for objects that are not in it.
pub(super) async fn describe(
    overview: Arc<Overview>,
    context: Option<Arc<Context>>,
    id: EndpointId,
) -> Result<Description, DashboardError> {
    let Some((_, endpoint)) = overview.endpoint(&id) else { return Err(unknown(&id)) };
    let Some(context) = context else { return Err(unusable(&id.cluster.context)) };
    let Behind { objects, events, problems } = behind(&context.target, endpoint).await;
    Ok(Description { endpoint: id, objects, events, problems, as_of: clock::now() })
}

fn unknown(EndpointId { cluster, port, .. }: &EndpointId) -> DashboardError {
    DashboardError {
        code: "no_such_endpoint".to_owned(),
        message: format!("Port {port} of {cluster} is not open (any more)."),
        next: vec![Step::advice("Go to all endpoints")],
    }
}
