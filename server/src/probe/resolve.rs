//! Looks names up; a trait, so that a test can say what a name server would.

use std::io;
use std::net::IpAddr;

use futures::future::BoxFuture;

use super::outcome::{Outcome, told};

/// Looks a name up, once each time it is asked.
pub trait Resolve: Send + Sync {
    /// All addresses of a name.
    fn resolve(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver.
#[derive(Debug, Clone, Copy)]
pub struct System;

impl Resolve for System {
    fn resolve(&self, name: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// What a failed look-up tells of the endpoint: nothing, where nobody was there to ask.
pub(super) fn failed(error: &io::Error) -> Outcome {
    let text = told(error);
    // `EAI_AGAIN`, which std has no kind for.
    if text.contains("emporary failure") { Outcome::NoWay(text) } else { Outcome::NoSuchName }
}
