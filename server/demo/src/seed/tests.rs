//! Every document is one that the store takes, and says what `SkyPilot`'s own say.

use std::collections::BTreeSet;

use super::*;
use crate::document::{part, text};
use crate::store::{Key, Resource, Store};

fn every() -> Vec<Seed> {
    let now = Timestamp::now();
    vec![
        cloud::seed(now, 30_080),
        lab::seed(now),
        extras::locked(now),
        extras::away(now),
        extras::sky_local(now, 30_081),
        extras::odd(now),
    ]
}

#[test]
fn each_document_is_kept_and_no_two_are_the_same() {
    for seed in every() {
        let store = Store::new(Timestamp::now);
        let count = seed.objects.len();
        let keys: BTreeSet<Key> = seed.objects.iter().map(|it| Key::of(it).unwrap()).collect();
        assert_eq!(keys.len(), count, "{}", seed.context);
        for object in seed.objects {
            store.put(object).unwrap();
        }
    }
}

#[test]
fn each_app_runs_in_a_pod_that_exists() {
    for seed in every() {
        for (place, ..) in &seed.apps {
            let is_pod = |object: &&Value| {
                Resource::of(object) == Some(Resource::Pods)
                    && text(object, "/metadata/name") == Some(&place.pod)
                    && text(object, "/metadata/namespace") == Some(&place.namespace)
            };
            assert_eq!(seed.objects.iter().filter(is_pod).count(), 1, "{place:?}");
        }
    }
}

#[test]
fn pods_come_from_the_template() {
    let seed = lab::seed(Timestamp::now());
    let pods = seed.objects.iter().filter(|it| Resource::of(it) == Some(Resource::Pods));
    for pod in pods {
        assert_eq!(text(pod, "/spec/containers/0/name"), Some("ray-node"));
        assert_eq!(text(pod, "/spec/containers/0/env/5/value"), Some("demo-lab"));
        assert_eq!(part(pod, "/spec/containers/0/ports").as_array().unwrap().len(), 5);
        assert!(pod.to_string().len() < 8_000, "{}", pod.to_string().len());
    }
}

#[test]
fn names_are_those_that_skypilot_makes() {
    let seed = cloud::seed(Timestamp::now(), 30_080);
    let names: BTreeSet<&str> =
        seed.objects.iter().filter_map(|it| text(it, "/metadata/name")).collect();
    for name in [
        "llama-train-5f2a91cd-head",
        "llama-train-5f2a91cd-worker2",
        "llama-train-5f2a91cd-head-ssh",
        "llama-train-5f2a91cd--skypilot-lb",
        "jupyter-dev-3b7e02f4--skypilot-svc--8888",
        "jupyter-dev-3b7e02f4-skypilot-ingress",
        "sky-serve-controller-5f2a91cd--skypilot-lb",
        "bert-eval-3b7e-skypilot-service--5000",
        "bert-eval-3b7e-skypilot-ingress--5000",
    ] {
        assert!(names.contains(name), "{name}");
    }
}
