//! Objects written anew as a whole.

use axum::response::Response;
use serde_json::Value;

use super::{Draft, Write};
use crate::api::failure::Failure;
use crate::document::{part, text};
use crate::fields::{Managers, Operation};
use crate::store::{Resource, seconds};

/// Answers with the object as it is then.
pub(super) fn answer(
    write: &Write<'_>,
    name: &str,
    media_type: &str,
    body: &[u8],
) -> Result<Response, Failure> {
    let object = write.object(media_type, body)?;
    write.check_names(&object, Some(name))?;
    let version = text(&object, "/metadata/resourceVersion").unwrap_or_default();
    if !version.is_empty() && version.parse::<u64>().is_err() {
        let why = format!("strconv.ParseUint: parsing {version:?}: invalid syntax");
        return Err(Failure::internal(&why));
    }
    write.update(name, |before| {
        let Some(before) = before else {
            // Not every kind can be made in this way.
            return match write.resource {
                Resource::Ingresses => Err(Failure::no_object(write.resource, name)),
                _ => Ok(write.new_draft(object)),
            };
        };
        write.check_uid(name, &object, before)?;
        Ok(write.draft(object, before))
    })
}

impl Write<'_> {
    /// What becomes of an object when somebody has made another one of it.
    pub(super) fn draft(&self, object: Value, before: &Value) -> Draft {
        let said = part(&object, "/metadata/managedFields").as_array();
        let is_reset = said.is_some_and(|said| match said.as_slice() {
            [] => true,
            [only] => only.as_object().is_some_and(serde_json::Map::is_empty),
            _ => false,
        });
        let mut managers = Managers::of(&object);
        if managers.is_empty() && !is_reset {
            managers = Managers::of(before);
        }
        // Where nobody is known to own anything, nobody begins to.
        if !managers.is_empty() {
            let by = self.options.manager(Operation::Update, &self.resource.api_version());
            let now = seconds(self.store.now());
            managers = managers.updated(self.record, before, &object, &by, &now);
        }
        Draft { object, managers }
    }

    fn check_uid(&self, name: &str, object: &Value, before: &Value) -> Result<(), Failure> {
        let is = text(before, "/metadata/uid").unwrap_or_default();
        let Some(said) = text(object, "/metadata/uid").filter(|said| *said != is) else {
            return Ok(());
        };
        let place = match self.resource {
            Resource::Services => "services/specs",
            Resource::Ingresses => "ingress",
            other => other.plural(),
        };
        let key = format!("/registry/{place}/{}/{name}", self.namespace);
        let why = format!(
            "StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, \
             AdditionalErrorMsg: Precondition failed: UID in precondition: {said}, UID in object \
             meta: {is}"
        );
        Err(Failure::another(self.resource, name, &why))
    }
}
