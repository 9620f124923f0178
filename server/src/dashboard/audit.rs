//! Who did what to which object, and what came of it: a line of the log for each write and each guest
//! link, under the target `audit`, which is on unless `SKYPORTS_LOG` says otherwise.
//!
//! No secret is in any of them: of a link there are the first digits of its hash.

use skyports_model::{ClusterId, EndpointId, Outcome};

use crate::cluster::actor::Actor;
use crate::cluster::context::Context;

/// As whom somebody acts, as far as is known: the reader, or whom the API server takes us for.
fn who(actor: &Actor, context: &Context) -> String {
    let ours = || context.known_as().unwrap_or_else(|| "this skyports".to_owned());
    actor.name().map_or_else(ours, str::to_owned)
}

/// What was written for ports, object by object, and what was not.
pub(super) fn ports((context, actor): (&Context, &Actor), cluster: &ClusterId, outcome: &Outcome) {
    let who = who(actor, context);
    let ports: Vec<u16> = outcome.changed.iter().map(|port| port.number()).collect();
    let (direction, mode) = (outcome.direction, outcome.mode);
    for done in &outcome.done {
        tracing::info!(
            target: "audit",
            who, action = ?done.verb, object = %done.object, result = "done",
            cluster = %cluster, ?direction, %mode, ?ports,
        );
    }
    if let Some(stopped) = &outcome.stopped {
        let object = stopped.object.as_ref().map(ToString::to_string);
        tracing::info!(
            target: "audit",
            who, action = "write", object, result = "refused", code = stopped.reason.code.as_str(),
            cluster = %cluster, ?direction, %mode, ?ports,
        );
    }
}

/// What happened to a guest link: `result` is `done`, or the code of what stood in the way.
pub(super) fn link(
    (context, actor): (&Context, &Actor),
    action: &'static str,
    endpoint: &EndpointId,
    link: Option<&str>,
    result: &str,
) {
    let who = who(actor, context);
    tracing::info!(target: "audit", who, action, object = "guest link", link, result, %endpoint);
}

/// A guest link that went with its port.
pub(super) fn closed((context, actor): (&Context, &Actor), cluster: &ClusterId, link: &str) {
    let who = who(actor, context);
    tracing::info!(
        target: "audit",
        who, action = "revoke", object = "guest link", link, result = "done", %cluster, why = "port closed",
    );
}
