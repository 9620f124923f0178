//! The end of objects.

use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use super::body;
use super::options::dry;
use crate::api::failure::Failure;
use crate::api::options::Raw;
use crate::api::path::Of;
use crate::api::reply;
use crate::complaint::Complaint;
use crate::document::{part, section, text};
use crate::store::{Keep, Key, Next, Resource, Store, mark_deleted};

/// How an object is to be deleted.
struct Options {
    uid: Option<String>,
    version: Option<String>,
    policy: Option<String>,
    /// The seconds that a pod is given to end.
    grace: Option<u32>,
    keep: Keep,
}

/// What a pod is given that says nothing.
const GRACE: u32 = 30;

/// Ends one object, or lets its end begin.
pub(in crate::api) fn one(
    store: &Store,
    of: &Of,
    query: &Raw,
    body: &[u8],
) -> Result<Response, Failure> {
    let options = Options::parse(query, body)?;
    let key = of.key().ok_or_else(Failure::no_resource)?;
    let object = ended(store, &key, &options)?;
    // Of these, a real server answers with what they were last, and waits for nothing.
    let is_shown = [Resource::Services, Resource::Pods].contains(&key.resource)
        || !part(&object, "/metadata/deletionTimestamp").is_null();
    if is_shown {
        return Ok(reply::json(StatusCode::OK, &object));
    }
    let mut details = json!({
        "name": key.name,
        "kind": key.resource.plural(),
        "uid": part(&object, "/metadata/uid"),
    });
    if !key.resource.group().is_empty() {
        let group = key.resource.group().into();
        crate::document::fields(&mut details).insert("group".to_owned(), group);
    }
    let status = json!({
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Success",
        "details": details,
    });
    Ok(reply::json(StatusCode::OK, &status))
}

/// Ends all objects that are selected.
pub(in crate::api) fn all(
    store: &Store,
    of: &Of,
    query: &Raw,
    body: &[u8],
) -> Result<Response, Failure> {
    let options = Options::parse(query, body)?;
    let selected = query.parsed(of.resource)?;
    let version = store.changes().borrow().to_string();
    let mut items = vec![];
    for object in store.list(of.resource, of.namespace.as_deref()) {
        if let Some(key) = Key::of(&object).ok().filter(|_| selected.selectors.matches(&object)) {
            match ended(store, &key, &options) {
                Ok(_) => items.push(Value::clone(&object)),
                // Somebody else was quicker.
                Err(_) if store.get(&key).is_none() => {}
                Err(failure) => return Err(failure),
            }
        }
    }
    for item in &mut items {
        crate::document::fields(item).retain(|name, _| name != "kind" && name != "apiVersion");
    }
    let list = json!({
        "kind": format!("{}List", of.resource.kind()),
        "apiVersion": of.resource.api_version(),
        "metadata": { "resourceVersion": version },
        "items": items,
    });
    Ok(reply::json(StatusCode::OK, &list))
}

/// What the object was last, or what it is while something still holds it.
fn ended(store: &Store, key: &Key, options: &Options) -> Result<Value, Failure> {
    let resource = key.resource;
    let object = store.change(key, options.keep, |view| {
        let object = view.before.ok_or_else(|| Failure::no_object(resource, &key.name))?;
        options.check(key, object)?;
        let mut object = object.clone();
        let grace = options.grace(resource, &object);
        let waits = match options.policy.as_deref() {
            Some("Foreground") => Some("foregroundDeletion"),
            Some("Orphan") => Some("orphan"),
            _ => None,
        };
        if part(&object, "/metadata/deletionTimestamp").is_null() {
            let metadata = section(&mut object, "metadata");
            if let Some(waits) = waits {
                let finalizers = metadata.entry("finalizers").or_insert_with(|| json!([]));
                finalizers.as_array_mut().into_iter().for_each(|all| all.push(waits.into()));
            }
            mark_deleted(&mut object, store.now(), grace);
        }
        let holders = part(&object, "/metadata/finalizers").as_array();
        if grace == 0 && holders.is_none_or(Vec::is_empty) {
            // Of a pod it is told when it was to end, even if that is now.
            let is_pod = resource == Resource::Pods;
            return Ok(if is_pod { Next::Released(object) } else { Next::Gone });
        }
        Ok(Next::Put(object))
    })?;
    if options.keep == Keep::Yes {
        store.collect(key);
    }
    Ok(Value::clone(&object))
}

impl Options {
    /// From the body, where a real server looks first, or from the query.
    fn parse(query: &Raw, body: &[u8]) -> Result<Self, Failure> {
        let mut complaints = vec![];
        let mut keep = if dry(query, &mut complaints) { Keep::No } else { Keep::Yes };
        let mut policy = query.text("propagationPolicy").map(str::to_owned);
        let mut grace = query.text("gracePeriodSeconds").and_then(|it| it.parse().ok());
        let mut document = Value::Null;
        if !body.is_empty() {
            document = body::parsed(body).map_err(|why| {
                let why = format!("couldn't get version/kind; json parse error: {why}");
                Failure::bad_request(&why)
            })?;
            policy = text(&document, "/propagationPolicy").map(str::to_owned);
            let seconds = part(&document, "/gracePeriodSeconds").as_i64();
            grace = seconds.map(|it| u32::try_from(it.max(0)).unwrap_or(GRACE));
            let asked = part(&document, "/dryRun").as_array().cloned().unwrap_or_default();
            let asked: Vec<&str> = asked.iter().filter_map(Value::as_str).collect();
            if asked.iter().any(|it| *it != "All") {
                complaints.push(Complaint::unsupported_list("dryRun", &asked, r#""All""#));
            }
            keep = if asked.is_empty() { Keep::Yes } else { Keep::No };
        }
        let known = ["Foreground", "Background", "Orphan"];
        if let Some(policy) = policy.as_deref() {
            let field = "propagationPolicy";
            if !known.contains(&policy) {
                let known = r#""Foreground", "Background", "Orphan", "nil""#;
                complaints.push(Complaint::unsupported(field, policy, known));
            } else if !part(&document, "/orphanDependents").is_null() {
                let why = "orphanDependents and deletionPropagation cannot be both set";
                complaints.push(Complaint::invalid(field, policy, why));
            }
        }
        if !complaints.is_empty() {
            return Err(Failure::invalid_options("DeleteOptions", &complaints));
        }
        let wanted = |pointer| text(&document, pointer).map(str::to_owned);
        let uid = wanted("/preconditions/uid");
        Ok(Self { uid, version: wanted("/preconditions/resourceVersion"), policy, grace, keep })
    }

    /// The seconds that an object is given to end: none, but for a pod that is on a node and has
    /// not ended yet.
    fn grace(&self, resource: Resource, object: &Value) -> u32 {
        let has_ended = text(object, "/status/phase")
            .is_some_and(|phase| ["Succeeded", "Failed"].contains(&phase));
        let is_placed = text(object, "/spec/nodeName").is_some();
        if resource != Resource::Pods || has_ended || !is_placed {
            return 0;
        }
        let said = part(object, "/spec/terminationGracePeriodSeconds").as_u64();
        let said = said.and_then(|it| u32::try_from(it).ok());
        self.grace.or(said).unwrap_or(GRACE)
    }

    fn check(&self, key: &Key, object: &Value) -> Result<(), Failure> {
        let is = |pointer| text(object, pointer).unwrap_or_default();
        let (uid, version) = (is("/metadata/uid"), is("/metadata/resourceVersion"));
        let why = if let Some(wanted) = self.uid.as_deref().filter(|wanted| *wanted != uid) {
            format!(
                "the UID in the precondition ({wanted}) does not match the UID in record ({uid}). \
                 The object might have been deleted and then recreated"
            )
        } else if let Some(wanted) = self.version.as_deref().filter(|wanted| *wanted != version) {
            format!(
                "the ResourceVersion in the precondition ({wanted}) does not match the \
                 ResourceVersion in record ({version}). The object might have been modified"
            )
        } else {
            return Ok(());
        };
        Err(Failure::precondition(key.resource, &key.name, &why))
    }
}
