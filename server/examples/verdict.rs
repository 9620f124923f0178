//! Experiments on URLs of this machine, for `end2end/bench/verdict.py`, which counts and times them.
//!
//! Answers each JSON line on standard input, `{"url", "port", "is_kept"}`, with one:
//! `{"kind", "app", "requests", "millis"}`. Ends with its standard input.
#![expect(clippy::print_stdout, reason = "standard output is how it speaks to the benchmark")]

use std::error::Error;
use std::io::BufRead as _;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::json;
use skyports::probe::Prober;
use skyports::probe::experiment::Subject;
use skyports::probe::resolve::System;
use skyports::probe::rules::Rules;
use skyports_model::{
    ClusterId, ContextName, Endpoint, EndpointId, EndpointState, ExternalUrl, Mode, NameOnCloud,
    Namespace, ObjectKind, ObjectRef, Owner, Port, Route, Timestamp,
};

#[derive(Deserialize)]
struct Asked {
    url: ExternalUrl,
    port: Port,
    is_kept: bool,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let prober = Prober::new(Rules::default(), Arc::new(System));
    for line in std::io::stdin().lock().lines() {
        let endpoint = endpoint(serde_json::from_str(&line?)?)?;
        let subject = Subject::of(&endpoint).ok_or("that URL has no path")?;
        let verdict = prober.experiment(&subject, Timestamp(0)).await;
        let app = verdict.app.map(|app| app.id);
        let (requests, millis) = (verdict.requests, verdict.millis);
        let told = json!({
            "kind": verdict.kind, "app": app, "requests": requests, "millis": millis,
        });
        println!("{told}");
    }
    Ok(())
}

fn endpoint(Asked { url, port, is_kept }: Asked) -> Result<Endpoint, Box<dyn Error>> {
    let cluster = ClusterId {
        context: ContextName::parse("bench")?,
        namespace: Namespace::parse("default")?,
        name: NameOnCloud::parse("bench-2ea4")?,
    };
    let object = ObjectRef {
        kind: ObjectKind::Ingress,
        namespace: cluster.namespace.clone(),
        name: "bench-2ea4-skypilot-ingress".to_owned(),
    };
    Ok(Endpoint {
        id: EndpointId { cluster, port, mode: Mode::Ingress },
        state: EndpointState::Open,
        urls: vec![url],
        addresses: vec![],
        future: None,
        owner: Owner::SkyPilot,
        object,
        route: if is_kept { Route::Kept } else { Route::Stripped },
        opened: None,
        warnings: vec![],
        app: None,
    })
}
