//! What lies behind one endpoint: the use-case of a panel that somebody opens.

use std::sync::Arc;

use skyports_app::dashboard::DashboardError;
use skyports_model::{ContextName, Description, EndpointId, Overview, Step};

use crate::cluster::contexts::Target;
use crate::cluster::describe::{Behind, behind};
use crate::config::clock;

/// Describes an endpoint of the overview; nobody may ask for objects that are not in it.
pub(super) async fn describe(
    overview: Arc<Overview>,
    target: Option<Arc<Target>>,
    id: EndpointId,
) -> Result<Description, DashboardError> {
    let Some((_, endpoint)) = overview.endpoint(&id) else { return Err(unknown(&id)) };
    let Some(target) = target else { return Err(unusable(&id.cluster.context)) };
    let Behind { objects, events, problems } = behind(&target, endpoint).await;
    Ok(Description { endpoint: id, objects, events, problems, as_of: clock::now() })
}

fn unknown(EndpointId { cluster, port, .. }: &EndpointId) -> DashboardError {
    DashboardError {
        code: "no_such_endpoint".to_owned(),
        message: format!("Port {port} of {cluster} is not open (any more)."),
        next: vec![Step::advice("Go to all endpoints")],
    }
}

/// No cluster is ever shown of such a context, so this is for the one who asks out of turn.
fn unusable(context: &ContextName) -> DashboardError {
    DashboardError {
        code: "context_invalid".to_owned(),
        message: format!("There is no way to reach {context}."),
        next: vec![Step::command("See the contexts", "kubectl config get-contexts")],
    }
}
