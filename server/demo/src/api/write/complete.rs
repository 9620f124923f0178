//! An object on its way into the store is made complete, and refused where it must not be: what
//! the server alone says is put back, what the kind needs is given out.

use serde_json::Value;

use super::{Draft, Write};
use crate::api::failure::Failure;
use crate::document::{fields, part, section, text};
use crate::kinds::{self, Taken};
use crate::store::{Key, Next, Resource, View};

/// What of `metadata` the server alone writes.
const SERVER_SIDE: [&str; 8] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

impl Write<'_> {
    /// What is said of an object whose name another has: first what is wrong with it itself.
    pub(super) fn taken(&self, view: &View<'_>, name: &str, draft: Draft) -> Result<Next, Failure> {
        self.complete_new(view, name, draft)?;
        let deleting = view.before.and_then(|it| text(it, "/metadata/deletionTimestamp"));
        Err(Failure::exists(self.resource, name, deleting.is_some()))
    }

    /// A new object, complete.
    pub(super) fn complete_new(
        &self,
        view: &View<'_>,
        name: &str,
        draft: Draft,
    ) -> Result<Next, Failure> {
        let namespace = Key::cluster(Resource::Namespaces, self.namespace);
        if !view.has(&namespace) {
            return Err(Failure::no_object(Resource::Namespaces, self.namespace));
        }
        let Draft { mut object, managers } = draft;
        let metadata = section(&mut object, "metadata");
        metadata.insert("namespace".to_owned(), self.namespace.into());
        metadata.retain(|name, _| !SERVER_SIDE.contains(&name.as_str()));
        let services = view.others(Resource::Services);
        let taken = Taken { services: &services, dry: self.options.dry };
        self.reset_status(&mut object, None);
        let complaints = kinds::create(self.resource, &mut object, taken);
        if !complaints.is_empty() {
            return Err(Failure::invalid(self.resource, name, &complaints));
        }
        managers.write(&mut object);
        Ok(Next::Put(object))
    }

    /// The object as it is from now on, complete.
    pub(super) fn changed(
        &self,
        view: &View<'_>,
        name: &str,
        before: &Value,
        draft: Draft,
    ) -> Result<Next, Failure> {
        let Draft { mut object, managers } = draft;
        let version = part(before, "/metadata/resourceVersion");
        let said = text(&object, "/metadata/resourceVersion");
        if said.is_some_and(|said| Some(said) != version.as_str()) {
            return Err(Failure::modified(self.resource, name));
        }
        let metadata = section(&mut object, "metadata");
        metadata.insert("name".to_owned(), name.into());
        metadata.insert("namespace".to_owned(), self.namespace.into());
        let uid = metadata.get("uid").cloned();
        metadata.retain(|name, _| !SERVER_SIDE.contains(&name.as_str()));
        let kept = part(before, "/metadata").as_object().into_iter().flatten();
        let kept = kept.filter(|(name, _)| SERVER_SIDE.contains(&name.as_str()));
        metadata.extend(kept.map(|(name, value)| (name.clone(), value.clone())));
        if let Some(uid) = uid {
            metadata.insert("uid".to_owned(), uid);
        }
        self.reset_status(&mut object, Some(before));
        let services = view.others(Resource::Services);
        let taken = Taken { services: &services, dry: self.options.dry };
        let complaints = kinds::update(self.resource, &mut object, before, taken);
        if !complaints.is_empty() {
            return Err(Failure::invalid(self.resource, name, &complaints));
        }
        managers.write(&mut object);
        let is_ending = text(before, "/metadata/deletionTimestamp").is_some();
        let holders = part(&object, "/metadata/finalizers").as_array();
        if is_ending && holders.is_none_or(Vec::is_empty) {
            // As it was written last, at the version that it had.
            section(&mut object, "metadata").insert("resourceVersion".to_owned(), version.clone());
            return Ok(Next::Released(object));
        }
        Ok(Next::Put(object))
    }

    /// Nobody writes a status here: that is a request of its own.
    fn reset_status(&self, object: &mut Value, before: Option<&Value>) {
        let fields = fields(object);
        match before.and_then(|before| before.get("status")) {
            Some(status) => fields.insert("status".to_owned(), status.clone()),
            None => fields.remove("status"),
        };
        kinds::fill_in(self.resource, object);
    }
}
