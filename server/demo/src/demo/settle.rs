//! What a context begins with, as a server keeps it: complete, with addresses and node ports, and
//! with `SkyPilot`'s client as the owner of every field.

use serde_json::{Value, json};

use crate::document::text;
use crate::fields::{Manager, Managers, Operation};
use crate::kinds::{self, Taken};
use crate::schema;
use crate::schema::decode::decoded;
use crate::store::{Resource, Store};

/// What the Python client of Kubernetes calls itself, and with it `SkyPilot`.
const SKYPILOT: &str = "OpenAPI-Generator";
/// Who has installed the ingress controller.
const HELM: &str = "helm";

/// The object as it would be had it been written through the API; as it is where no API would take
/// it, or nobody asks who owns it.
pub(super) fn settled(store: &Store, object: Value) -> Value {
    let resource = Resource::of(&object).filter(|it| *it != Resource::Events);
    let Some((resource, record)) = resource.and_then(|it| Some((it, schema::of(it)?))) else {
        return object;
    };
    let Ok(mut settled) = decoded(record, &object).map(|read| read.object) else { return object };
    kinds::fill_in(resource, &mut settled);
    let is_skypilots = text(&settled, "/metadata/namespace") != Some("ingress-nginx");
    let name = if is_skypilots { SKYPILOT } else { HELM };
    let by = Manager::new(name, Operation::Update, &resource.api_version());
    let created = text(&settled, "/metadata/creationTimestamp").unwrap_or_default();
    let managers = Managers::default().updated(record, &json!({}), &settled, &by, created);
    let services = store.list(Resource::Services, None);
    let services: Vec<&Value> = services.iter().map(AsRef::as_ref).collect();
    let taken = Taken { services: &services, dry: false };
    if !kinds::create(resource, &mut settled, taken).is_empty() {
        return object;
    }
    managers.write(&mut settled);
    settled
}
