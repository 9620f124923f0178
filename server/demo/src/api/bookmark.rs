//! What a watch says when nothing happens: up to which version that is so.

use serde_json::{Value, json};

use crate::document::section;
use crate::store::Resource;

/// A bookmark; one that ends what was there at the start says so.
pub(super) fn bookmark(resource: Resource, version: u64, ends_initial: bool) -> Value {
    let mut object = nothing(resource);
    let metadata = section(&mut object, "metadata");
    metadata.insert("resourceVersion".to_owned(), version.to_string().into());
    if ends_initial {
        let annotations = json!({"k8s.io/initial-events-end": "true"});
        metadata.insert("annotations".to_owned(), annotations);
    }
    let fields = crate::document::fields(&mut object);
    fields.insert("kind".to_owned(), resource.kind().into());
    fields.insert("apiVersion".to_owned(), resource.api_version().into());
    object
}

/// An object of the kind with nothing in it, as a real server writes it (1.36).
fn nothing(resource: Resource) -> Value {
    match resource {
        Resource::ConfigMaps | Resource::Secrets => json!({}),
        Resource::Events => json!({
            "involvedObject": {}, "source": {}, "firstTimestamp": null, "lastTimestamp": null,
            "eventTime": null, "reportingComponent": "", "reportingInstance": ""
        }),
        Resource::Namespaces => json!({"spec": {}, "status": {}}),
        Resource::Nodes => json!({"spec": {}, "status": {
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 0}},
            "nodeInfo": {
                "machineID": "", "systemUUID": "", "bootID": "", "kernelVersion": "", "osImage": "",
                "containerRuntimeVersion": "", "kubeletVersion": "", "kubeProxyVersion": "",
                "operatingSystem": "", "architecture": ""
            }
        }}),
        Resource::Pods => json!({"spec": {"containers": null}, "status": {}}),
        Resource::Services | Resource::Ingresses => {
            json!({"spec": {}, "status": {"loadBalancer": {}}})
        }
        Resource::Deployments => json!({
            "spec": {
                "replicas": 0, "selector": null, "strategy": {},
                "template": {"metadata": {}, "spec": {"containers": null}}
            },
            "status": {}
        }),
        Resource::EndpointSlices => json!({"addressType": "", "endpoints": null, "ports": null}),
        Resource::IngressClasses => json!({"spec": {}}),
    }
}
