//! What a reader may see: asked of the API server, which alone knows.

use serde_json::{Value, json};
use skyports_model::Namespace;
use tokio::time::{Duration, Instant};

use super::context::Context;
use super::reader::Reader;
use super::request::post;

const REVIEWS: &str = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
/// What a page shows of a namespace is made of these, so whoever may list them may see it.
const LISTED: [(&str, &str); 3] =
    [("", "pods"), ("", "services"), ("networking.k8s.io", "ingresses")];
/// A page waits for the answer.
const PATIENCE: Duration = Duration::from_secs(4);

/// Whether the reader may list all that is shown of a namespace; of all namespaces where none is
/// named.
///
/// # Errors
/// Where nobody says; whoever asks shows nothing then.
pub(crate) async fn may_see(
    context: &Context,
    reader: &Reader,
    namespace: Option<&Namespace>,
) -> Result<bool, String> {
    let deadline = Instant::now() + PATIENCE;
    let client = context.target.unpaced();
    let client = tokio::time::timeout_at(deadline, client).await;
    let client = client.map_err(|_| "no connection in time".to_owned())??;
    for (group, resource) in LISTED {
        let attributes = json!({
            "verb": "list", "group": group, "resource": resource,
            "namespace": namespace.map_or("", Namespace::as_str),
        });
        let answer = post(&client, REVIEWS, &reader.review(&attributes), deadline).await;
        let answer = answer.map_err(|error| error.told())?;
        // An authorizer that says both means no; one that failed has said nothing.
        let is = |field: &str| answer.pointer(field).and_then(Value::as_bool) == Some(true);
        if !is("/status/allowed") || is("/status/denied") {
            return Ok(false);
        }
    }
    Ok(true)
}
