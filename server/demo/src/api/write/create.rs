//! New objects.

use axum::response::Response;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Draft, Write};
use crate::api::failure::Failure;
use crate::document::{section, text};
use crate::fields::{Managers, Operation};
use crate::store::seconds;

/// What names are made of that nobody has chosen: nothing that could become a word.
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
const RANDOM: usize = 5;

/// Answers with the new object.
pub(super) fn answer(
    write: &Write<'_>,
    media_type: &str,
    body: &[u8],
) -> Result<Response, Failure> {
    let mut object = write.object(media_type, body)?;
    write.check_names(&object, None)?;
    if text(&object, "/metadata/resourceVersion").is_some() {
        let message = "resourceVersion should not be set on objects to be created";
        return Err(Failure::internal(message));
    }
    if text(&object, "/metadata/name").is_none()
        && let Some(begin) = text(&object, "/metadata/generateName").map(str::to_owned)
    {
        let name = format!("{begin}{}", write.ending());
        section(&mut object, "metadata").insert("name".to_owned(), name.into());
    }
    let name = text(&object, "/metadata/name").unwrap_or_default().to_owned();
    let draft = write.new_draft(object);
    write.create(&name, draft)
}

impl Write<'_> {
    /// A new object that belongs to whoever writes it.
    pub(super) fn new_draft(&self, object: Value) -> Draft {
        let by = self.options.manager(Operation::Update, &self.resource.api_version());
        let now = seconds(self.store.now());
        let managers = Managers::of(&object).updated(self.record, &json!({}), &object, &by, &now);
        Draft { object, managers }
    }

    /// The end of a name that nobody else has.
    fn ending(&self) -> String {
        let version = *self.store.changes().borrow();
        let named = format!("{version} {}", self.store.now().as_nanosecond());
        let digest = Sha256::digest(named.as_bytes());
        let letter = |byte: &u8| LETTERS.get(usize::from(*byte) % LETTERS.len()).copied();
        digest.iter().filter_map(letter).take(RANDOM).map(char::from).collect()
    }
}
