//! What time and other people's commands leave behind: a port that a launch dropped, objects of a
//! cluster that is gone.

use serde_json::{Value, json};

use super::{Seed, days, hours, object};
use crate::document::section;

/// A Service that skyports made for a port of `cluster`, in whose Ingress a later launch left no
/// path for it.
pub(super) fn dropped(seed: &mut Seed, namespace: &str, cluster: &str, port: u16) {
    let mut service = backend(seed, namespace, cluster, port);
    let labels = json!({
        "parent": "skypilot",
        "skypilot-cluster-name": cluster,
        "app.kubernetes.io/managed-by": "skyports",
    });
    section(&mut service, "metadata").insert("labels".to_owned(), labels);
    seed.objects.push(service);
}

/// What `sky down` did not remove: it stops at the first Service that is missing.
pub(super) fn left_behind(seed: &mut Seed, namespace: &str, cluster: &str, port: u16) {
    let service = backend(seed, namespace, cluster, port);
    seed.objects.push(service);
    let path = format!("/skypilot/{namespace}/{cluster}/{port}");
    let backend = format!("{cluster}--skypilot-svc--{port}");
    let name = format!("{cluster}-skypilot-ingress");
    let created = seed.ago(days(3));
    let paths = [(path, backend, port)];
    seed.objects.push(object::ingress(namespace, &name, "nginx", &paths, created));
}

fn backend(seed: &Seed, namespace: &str, cluster: &str, port: u16) -> Value {
    let name = format!("{cluster}--skypilot-svc--{port}");
    let selector = json!({ "skypilot-cluster-name": cluster });
    let created = seed.ago(hours(4));
    let mut service = object::service(namespace, &name, "ClusterIP", selector, created);
    section(&mut service, "spec").insert("ports".to_owned(), json!([object::only_port(port)]));
    service
}
