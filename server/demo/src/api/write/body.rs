//! What a request brings: bounded, of a type that can be read, an object of the kind that is asked
//! for.

use axum::body::{Body, Bytes};
use http::{HeaderMap, header};
use serde_json::Value;

use super::Write;
use crate::api::failure::Failure;
use crate::document::{fields, section, text};
use crate::kinds;
use crate::schema::Record;
use crate::schema::decode::{Decoded, decoded};
use crate::store::Resource;

/// `--max-request-bytes` of etcd is half of this; a real server reads no more either.
const LIMIT: usize = 3 << 20;

pub(in crate::api) async fn read(body: Body) -> Result<Bytes, Failure> {
    axum::body::to_bytes(body, LIMIT).await.map_err(|_| Failure::too_large(LIMIT))
}

pub(in crate::api) fn media_type(headers: &HeaderMap) -> &str {
    let value = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    value.unwrap_or_default().split(';').next().unwrap_or_default().trim()
}

/// A document, and why it is none in the words of Go's decoder.
pub(super) fn parsed(body: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(body).map_err(|error| {
        if error.is_eof() { "unexpected end of JSON input".to_owned() } else { error.to_string() }
    })
}

/// The kind of object that is asked for.
pub(in crate::api) struct Wanted {
    pub(in crate::api) record: &'static Record,
    pub(in crate::api) group: &'static str,
    /// Whether fields that nobody knows are refused.
    pub(in crate::api) strict: bool,
}

impl Wanted {
    fn kind(&self) -> &'static str {
        self.record.name
    }

    pub(in crate::api) fn api_version(&self) -> String {
        let slash = if self.group.is_empty() { "" } else { "/" };
        format!("{}{slash}v1", self.group)
    }

    /// The object that a request brings whole.
    pub(in crate::api) fn object(&self, media_type: &str, body: &[u8]) -> Result<Value, Failure> {
        if media_type != "application/json" && !media_type.is_empty() {
            return Err(Failure::media_type(false));
        }
        let kind = self.kind();
        let document = parsed(body).map_err(|why| {
            let shown = String::from_utf8_lossy(body);
            let shown = if shown.is_empty() { "<empty>" } else { &*shown };
            Failure::bad_request(&format!(
                "the object provided is unrecognized (must be of type {kind}): couldn't get \
                 version/kind; json parse error: {why} ({shown})"
            ))
        })?;
        self.check_kind(&document)?;
        self.read(&document).map_err(|why| {
            let said = format!("{kind} in version \"v1\" cannot be handled as a {kind}: {why}");
            Failure::bad_request(&said)
        })
    }

    /// Reads a document as an object of the kind.
    pub(super) fn read(&self, document: &Value) -> Result<Value, String> {
        let Decoded { mut object, unknown } = decoded(self.record, document)?;
        if self.strict && !unknown.is_empty() {
            let fields: Vec<String> =
                unknown.iter().map(|field| format!("unknown field {field:?}")).collect();
            return Err(format!("strict decoding error: {}", fields.join(", ")));
        }
        section(&mut object, "metadata");
        fields(&mut object).insert("kind".to_owned(), self.kind().into());
        fields(&mut object).insert("apiVersion".to_owned(), self.api_version().into());
        Ok(object)
    }

    fn check_kind(&self, document: &Value) -> Result<(), Failure> {
        let (Some(version), Some(kind)) = (text(document, "/apiVersion"), text(document, "/kind"))
        else {
            return Ok(());
        };
        let wanted = self.kind();
        if (version, kind) == (&*self.api_version(), wanted) {
            return Ok(());
        }
        let within = match self.group {
            "" => "core",
            group => group.split('.').next().unwrap_or_default(),
        };
        let short = version.rsplit('/').next().unwrap_or_default();
        let why = if Resource::of(document).is_some() {
            format!("converting (v1.{kind}) to ({within}.{wanted}): unknown conversion")
        } else {
            format!(
                "no kind {kind:?} is registered for version {version:?} in scheme \
                 \"pkg/runtime/scheme.go:111\""
            )
        };
        Err(Failure::bad_request(&format!(
            "{kind} in version {short:?} cannot be handled as a {wanted}: {why}"
        )))
    }
}

impl Write<'_> {
    fn wanted(&self) -> Wanted {
        let (record, group, strict) = (self.record, self.resource.group(), self.options.strict);
        Wanted { record, group, strict }
    }

    /// The object that a request brings whole, with what it leaves out filled in.
    pub(super) fn object(&self, media_type: &str, body: &[u8]) -> Result<Value, Failure> {
        let mut object = self.wanted().object(media_type, body)?;
        kinds::fill_in(self.resource, &mut object);
        Ok(object)
    }

    /// Reads a document as an object of the kind and fills in what it leaves out.
    pub(super) fn complete(&self, document: &Value) -> Result<Value, String> {
        let mut object = self.wanted().read(document)?;
        kinds::fill_in(self.resource, &mut object);
        Ok(object)
    }

    /// Whether an object says of itself that it is the one that the path means.
    pub(super) fn check_names(&self, object: &Value, name: Option<&str>) -> Result<(), Failure> {
        let said = text(object, "/metadata/name");
        match (said, name) {
            (Some(said), Some(name)) if said != name => {
                return Err(Failure::bad_request(&format!(
                    "the name of the object ({said}) does not match the name on the URL ({name})"
                )));
            }
            (None, Some(name)) => return Err(Failure::no_name(name)),
            _ => {}
        }
        let namespace = text(object, "/metadata/namespace");
        if namespace.is_some_and(|namespace| namespace != self.namespace) {
            let message = "the namespace of the provided object does not match the namespace sent on the \
                 request";
            return Err(Failure::bad_request(message));
        }
        Ok(())
    }
}
