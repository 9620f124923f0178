//! Writes: what a request brings, and what every written object goes through.
//!
//! A way of writing is a file: `create`, `replace`, `patch`, `delete`. Each makes an object of what
//! was sent; what becomes of it then is [`Write::create`] and [`Write::update`] for all.

pub(super) mod body;
mod create;
mod delete;
pub(super) mod options;
mod patch;
mod replace;

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use serde_json::Value;

use self::options::Options;
use super::failure::Failure;
use super::options::Raw;
use super::path::Of;
use super::{Verb, reply};
use crate::document::{part, section, text};
use crate::fields::Managers;
use crate::kinds::{self, Taken};
use crate::schema::{self, Record};
use crate::store::{Keep, Key, Next, Resource, Store, View};

/// Answers a write.
pub(super) async fn answer(
    store: &Store,
    verb: Verb,
    of: &Of,
    query: &Raw,
    (head, body): (&Parts, Body),
) -> Result<Response, Failure> {
    let record = schema::of(of.resource).ok_or_else(Failure::method)?;
    let namespace = of.namespace.as_deref().ok_or_else(Failure::method)?;
    let body = body::read(body).await?;
    let media_type = body::media_type(&head.headers);
    if verb == Verb::Delete {
        return delete::one(store, of, query, &body);
    }
    if verb == Verb::DeleteCollection {
        return delete::all(store, of, query, &body);
    }
    let options = Options::parse(verb, query, &head.headers, media_type)?;
    let write = Write { store, resource: of.resource, record, namespace, options };
    match (verb, of.name.as_deref()) {
        (Verb::Create, None) => create::answer(&write, media_type, &body),
        (Verb::Update, Some(name)) => replace::answer(&write, name, media_type, &body),
        (Verb::Patch, Some(name)) => patch::answer(&write, name, media_type, &body),
        _ => Err(Failure::method()),
    }
}

/// What every way of writing needs.
struct Write<'a> {
    store: &'a Store,
    resource: Resource,
    record: &'static Record,
    namespace: &'a str,
    options: Options,
}

/// An object on its way into the store, and who owns its fields.
struct Draft {
    object: Value,
    managers: Managers,
}

impl Write<'_> {
    fn key(&self, name: &str) -> Key {
        Key::namespaced(self.resource, self.namespace, name)
    }

    fn keep(&self) -> Keep {
        if self.options.dry { Keep::No } else { Keep::Yes }
    }

    /// Keeps a new object.
    fn create(&self, name: &str, draft: Draft) -> Result<Response, Failure> {
        let key = self.key(name);
        let made = self.store.change(&key, self.keep(), |view| {
            if view.before.is_none() {
                self.complete_new(&view, name, draft)
            } else {
                self.taken(&view, name, draft)
            }
        });
        let made = made?;
        self.check_owners(&key);
        Ok(reply::json(StatusCode::CREATED, made.as_ref()))
    }

    /// What is said of an object whose name another has: first what is wrong with it itself.
    fn taken(&self, view: &View<'_>, name: &str, draft: Draft) -> Result<Next, Failure> {
        self.complete_new(view, name, draft)?;
        let deleting = view.before.and_then(|it| text(it, "/metadata/deletionTimestamp"));
        Err(Failure::exists(self.resource, name, deleting.is_some()))
    }

    /// A new object, complete.
    fn complete_new(&self, view: &View<'_>, name: &str, draft: Draft) -> Result<Next, Failure> {
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
        section(&mut object, "status").clear();
        self.reset_status(&mut object, None);
        let complaints = kinds::create(self.resource, &mut object, taken);
        if !complaints.is_empty() {
            return Err(Failure::invalid(self.resource, name, &complaints));
        }
        managers.write(&mut object);
        Ok(Next::Put(object))
    }

    /// Keeps what becomes of the object as it is; `make` may be asked for a new one, too.
    fn update(
        &self,
        name: &str,
        make: impl FnOnce(Option<&Value>) -> Result<Draft, Failure>,
    ) -> Result<Response, Failure> {
        let mut code = StatusCode::OK;
        let key = self.key(name);
        let written: Result<Arc<Value>, Failure> = self.store.change(&key, self.keep(), |view| {
            let draft = make(view.before)?;
            if let Some(before) = view.before {
                return self.changed(&view, name, before, draft);
            }
            code = StatusCode::CREATED;
            self.complete_new(&view, name, draft)
        });
        let written = written?;
        self.check_owners(&key);
        Ok(reply::json(code, written.as_ref()))
    }

    /// As the garbage collector does a moment later.
    fn check_owners(&self, key: &Key) {
        if self.keep() == Keep::Yes {
            self.store.check_owners(key);
        }
    }

    /// The object as it is from now on, complete.
    fn changed(
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
        let fields = crate::document::fields(object);
        match before.and_then(|before| before.get("status")) {
            Some(status) => fields.insert("status".to_owned(), status.clone()),
            None => fields.remove("status"),
        };
        kinds::fill_in(self.resource, object);
    }
}

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
