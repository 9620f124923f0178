//! Writes: what a request brings, and what every written object goes through.
//!
//! A way of writing is a file: `create`, `replace`, `patch`, `delete`. Each makes an object of what
//! was sent; what becomes of it then is [`Write::create`] and [`Write::update`] for all.

pub(super) mod body;
mod complete;
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
use crate::fields::Managers;
use crate::schema::{self, Record};
use crate::store::{Keep, Key, Resource, Store};

/// Answers a write.
pub(super) async fn answer(
    store: &Store,
    verb: Verb,
    of: &Of,
    query: &Raw,
    (head, body): (&Parts, Body),
) -> Result<Response, Failure> {
    let namespace = of.namespace.as_deref().ok_or_else(Failure::method)?;
    if !verbs(of.resource).contains(&verb) {
        return Err(Failure::method());
    }
    let body = body::read(body).await?;
    let media_type = body::media_type(&head.headers);
    if verb == Verb::Delete {
        return delete::one(store, of, query, &body);
    }
    if verb == Verb::DeleteCollection {
        return delete::all(store, of, query, &body);
    }
    let record = schema::of(of.resource).ok_or_else(Failure::method)?;
    let options = Options::parse(verb, query, &head.headers, media_type)?;
    let write = Write { store, resource: of.resource, record, namespace, options };
    match (verb, of.name.as_deref()) {
        (Verb::Create, None) => create::answer(&write, media_type, &body),
        (Verb::Update, Some(name)) => replace::answer(&write, name, media_type, &body),
        (Verb::Patch, Some(name)) => patch::answer(&write, name, media_type, &body),
        _ => Err(Failure::method()),
    }
}

/// How objects of a kind can be written, in the order in which discovery tells it. Of pods, which
/// nobody makes here, only the end.
pub(super) fn verbs(resource: Resource) -> &'static [Verb] {
    let all = &[Verb::Create, Verb::Delete, Verb::DeleteCollection, Verb::Patch, Verb::Update];
    match resource {
        Resource::Pods => &[Verb::Delete, Verb::DeleteCollection],
        other if schema::of(other).is_some() => all,
        _ => &[],
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
}
