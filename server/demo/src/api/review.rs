//! What who asks may do: answered by the rules that requests are refused by.

use axum::body::Body;
use axum::response::Response;
use http::request::Parts;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::access::Verb;
use super::failure::Failure;
use super::options::Raw;
use super::write::body::{self, Wanted};
use super::write::options::Options;
use super::{Rules, Served, reply};
use crate::complaint::Complaint;
use crate::document::{fields, part, text};
use crate::fields::{Managers, Operation};
use crate::schema::review::{ACCESS, RULES};
use crate::store::{Resource, seconds};

/// The group of these kinds.
pub(super) const GROUP: &str = "authorization.k8s.io";

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Review {
    /// Whether one thing may be done.
    Access,
    /// All that may be done.
    Rules,
}

impl Review {
    /// The kind of that name in a path.
    pub(super) fn at(plural: &str) -> Option<Self> {
        [Self::Access, Self::Rules].into_iter().find(|it| it.plural() == plural)
    }

    fn plural(self) -> &'static str {
        match self {
            Self::Access => "selfsubjectaccessreviews",
            Self::Rules => "selfsubjectrulesreviews",
        }
    }
}

/// These kinds as discovery tells them.
pub(super) fn kinds() -> impl Iterator<Item = Value> {
    [(Review::Access, &ACCESS), (Review::Rules, &RULES)].into_iter().map(|(review, record)| {
        json!({
            "name": review.plural(),
            "singularName": record.name.to_lowercase(),
            "namespaced": false,
            "kind": record.name,
            "verbs": ["create"],
        })
    })
}

/// Answers with the review and its outcome.
pub(super) async fn answer(
    served: &Served,
    review: Review,
    query: &Raw,
    (head, body): (&Parts, Body),
) -> Result<Response, Failure> {
    if head.method != Method::POST {
        return Err(Failure::method());
    }
    let body = body::read(body).await?;
    let media_type = body::media_type(&head.headers);
    let options = Options::parse(Verb::Create, query, &head.headers, media_type)?;
    let record = match review {
        Review::Access => &ACCESS,
        Review::Rules => &RULES,
    };
    let wanted = Wanted { record, group: GROUP, strict: options.strict };
    let mut object = wanted.object(media_type, &body)?;
    let status = match review {
        Review::Access => {
            let manager = options.manager(Operation::Update, &wanted.api_version());
            let now = seconds(served.store.now());
            let managers = Managers::default();
            let empty = json!({});
            managers.updated(record, &empty, &object, &manager, &now).write(&mut object);
            json!({ "allowed": is_allowed(&served.rules, part(&object, "/spec"))? })
        }
        Review::Rules => {
            let Some(namespace) = text(&object, "/spec/namespace") else {
                return Err(Failure::bad_request("no namespace on request"));
            };
            let status = rules(&served.rules, namespace);
            fields(&mut object).insert("spec".to_owned(), json!({}));
            status
        }
    };
    fields(&mut object).insert("status".to_owned(), status);
    Ok(reply::json(StatusCode::CREATED, &object))
}

fn is_allowed(rules: &Rules, spec: &Value) -> Result<bool, Failure> {
    let (objects, page) = (part(spec, "/resourceAttributes"), part(spec, "/nonResourceAttributes"));
    if objects.is_null() && page.is_null() {
        let why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
        let complaint = Complaint::invalid("spec.resourceAttributes", Value::Null, why);
        return Err(Failure::invalid_review(complaint));
    }
    if !objects.is_null() && !page.is_null() {
        let why = "cannot be specified in combination with resourceAttributes";
        let word = |pointer| text(page, pointer).unwrap_or_default();
        let shown = json!({ "Path": word("/path"), "Verb": word("/verb") });
        let complaint = Complaint::invalid("spec.nonResourceAttributes", shown, why);
        return Err(Failure::invalid_review(complaint));
    }
    if !page.is_null() {
        // Everybody may see which versions there are and whether the server lives.
        return Ok(text(page, "/verb") == Some("get") || rules.allow_all());
    }
    let word = |pointer| text(objects, pointer).unwrap_or_default();
    let (group, plural) = (word("/group"), word("/resource"));
    if group == GROUP && word("/verb") == "create" && Review::at(plural).is_some() {
        return Ok(true);
    }
    let resource =
        Resource::ALL.into_iter().find(|it| (it.group(), it.plural()) == (group, plural));
    let verb = Verb::ALL.into_iter().find(|it| it.name() == word("/verb"));
    let Some((resource, verb)) = resource.zip(verb) else { return Ok(rules.allow_all()) };
    // Rights to one Namespace are rights within it.
    let within = if resource == Resource::Namespaces { "/name" } else { "/namespace" };
    Ok(rules.allow(verb, resource, text(objects, within)))
}

/// All that may be done in a namespace: a rule for each kind of which anything may be done.
fn rules(rules: &Rules, namespace: &str) -> Value {
    let mut all = vec![json!({
        "verbs": ["create"],
        "apiGroups": [GROUP],
        "resources": [Review::Access.plural(), Review::Rules.plural()],
    })];
    if rules.allow_all() {
        all.push(json!({ "verbs": ["*"], "apiGroups": ["*"], "resources": ["*"] }));
    } else {
        all.extend(Resource::ALL.into_iter().filter_map(|resource| {
            let allowed = |it: &Verb| rules.allow(*it, resource, Some(namespace));
            let verbs: Vec<&str> = Verb::ALL.into_iter().filter(allowed).map(Verb::name).collect();
            let (group, plural) = (resource.group(), resource.plural());
            let rule = json!({ "verbs": verbs, "apiGroups": [group], "resources": [plural] });
            (!verbs.is_empty()).then_some(rule)
        }));
    }
    let pages = ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/readyz", "/version"];
    let pages = json!([{ "verbs": ["get"], "nonResourceURLs": pages }]);
    json!({ "resourceRules": all, "nonResourceRules": pages, "incomplete": false })
}
