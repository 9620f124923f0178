//! `demo-cloud`: a cloud that gives addresses, and an ingress controller at a node port.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::cluster::{Missing, Owner};
use super::pod::{Fate, Release};
use super::{Cluster, Seed, days, drift, hours, minutes, object};
use crate::apps::App;
use crate::document::section;

pub(super) const MAYA: Owner = Owner { name: "maya@acme.example", hash: "5f2a91cd" };
pub(super) const TOMAS: Owner = Owner { name: "tomas@acme.example", hash: "3b7e02f4" };
pub(super) const PRIYA: Owner = Owner { name: "priya@acme.example", hash: "9c1d7e60" };

/// Everything in it; the ingress controller answers at that port of this machine.
pub(crate) fn seed(now: Timestamp, node_port: u16) -> Seed {
    let mut seed = Seed::new("demo-cloud", now, &["ml-team", "ingress-nginx"]);
    controller(&mut seed, node_port);
    for cluster in working().into_iter().chain(under_a_path()).chain(in_trouble()) {
        seed.add(cluster);
    }
    drift::dropped(&mut seed, "ml-team", "experiments-9c1d7e60", 8600);
    seed
}

/// The class `nginx` and its controller, as `SkyPilot` looks for them.
pub(super) fn controller(seed: &mut Seed, node_port: u16) {
    let created = seed.ago(days(120));
    seed.objects.push(object::ingress_class("nginx", "k8s.io/ingress-nginx", created));
    seed.objects.push(object::ingress_controller(node_port, created));
}

/// Ports that open.
fn working() -> Vec<Cluster> {
    let model = App::Vllm("Qwen/Qwen3-32B");
    vec![
        // Young on purpose: whoever has just come sees it become open.
        Cluster::new("hello-gradio", MAYA, minutes(0))
            .within("ml-team")
            .runs(7860, App::Gradio)
            .balanced([7860]),
        // The apps run on the head only, and requests go to every node.
        Cluster::new("llama-train", MAYA, hours(3))
            .within("ml-team")
            .nodes(3)
            .sized("96", "1024G")
            .gpu("H100", 8)
            .runs(6006, App::TensorBoard)
            .runs(8265, App::Ray)
            .balanced([6006, 8265]),
        Cluster::new("notebooks", TOMAS, days(2))
            .within("ml-team")
            .gpu("L4", 1)
            .runs(8888, App::Jupyter)
            .runs(8501, App::Streamlit)
            .balanced([8888, 8501]),
        Cluster::new("serve-qwen", PRIYA, days(6))
            .sized("48", "400G")
            .gpu("A100-80GB", 8)
            .runs(8000, model)
            .runs(9100, App::Plain)
            .balanced([8000, 9100]),
        Cluster::new("features", PRIYA, days(12)).runs(6379, App::Redis).balanced([6379]),
        Cluster::new("sky-serve-controller-5f2a91cd", MAYA, days(9))
            .within("ml-team")
            .runs(30_001, model)
            .runs(30_002, App::Vllm("meta-llama/Llama-3.3-70B-Instruct"))
            .balanced(30_001..=30_020),
        Cluster::new("sky-jobs-controller-5f2a91cd", MAYA, days(9)).within("ml-team"),
        // In the mode `podip` `SkyPilot` writes nothing.
        Cluster::new("spark-etl", TOMAS, hours(20)).runs(8080, App::Plain),
    ]
}

/// Ports behind the Ingress, each app with its own way of taking that.
fn under_a_path() -> Vec<Cluster> {
    vec![
        Cluster::new("jupyter-dev", TOMAS, hours(5))
            .within("ml-team")
            .gpu("L4", 1)
            .runs(8888, App::Jupyter)
            .runs(8080, App::CodeServer)
            .ingress(&[8888, 8080]),
        Cluster::new("experiments", PRIYA, days(3))
            .within("ml-team")
            .runs(6006, App::TensorBoard)
            .runs(5000, App::MlFlow)
            .ingress(&[6006, 5000]),
        Cluster::new("sd-demo", MAYA, minutes(25))
            .within("ml-team")
            .gpu("L4", 1)
            .runs(7860, App::Gradio)
            .runs(8501, App::Streamlit)
            .runs(8000, App::Vllm("stabilityai/sdxl-turbo"))
            .ingress(&[7860, 8501, 8000]),
        Cluster::new("bert-eval", TOMAS, days(41))
            .within("ml-team")
            .gpu("T4", 1)
            .made_by(Release::Old)
            .runs(5000, App::MlFlow)
            .ingress(&[5000]),
    ]
}

/// Each with its own reason.
fn in_trouble() -> Vec<Cluster> {
    vec![
        Cluster::new("grid-search", PRIYA, hours(7))
            .runs(6006, App::TensorBoard)
            .runs(8501, App::Streamlit)
            .ingress_without(&[6006, 8501], Missing::Path(8501)),
        Cluster::new("ablation", PRIYA, hours(30))
            .runs(8265, App::Ray)
            .ingress_without(&[8265], Missing::Service(8265)),
        Cluster::new("finetune-70b", TOMAS, minutes(12))
            .gpu("H100", 8)
            .fate(Fate::Waiting)
            .balanced([8000]),
        Cluster::new("nightly-eval", TOMAS, hours(11)).fate(Fate::Evicted).balanced([5000]),
        Cluster::new("internal-api", PRIYA, minutes(40))
            .runs(8000, App::Vllm("BAAI/bge-m3"))
            .balanced_as([8000], internal),
        Cluster::new("old-demo", MAYA, days(17))
            .within("ml-team")
            .runs(7860, App::Gradio)
            .balanced_as([7860], deleting),
    ]
}

/// Somebody wants an internal address, of which the cloud has none.
fn internal(service: &mut Value, _now: Timestamp) {
    let metadata = section(service, "metadata");
    if let Some(annotations) = metadata.get_mut("annotations") {
        let internal = ("networking.gke.io/load-balancer-type".to_owned(), "Internal".into());
        crate::document::fields(annotations).extend([internal]);
    }
}

/// Its load balancer is gone, and a controller that no longer runs holds the Service.
fn deleting(service: &mut Value, now: Timestamp) {
    let metadata = section(service, "metadata");
    let since = now.saturating_sub(hours(2)).unwrap_or(now);
    metadata.insert("deletionTimestamp".to_owned(), object::moment(since).into());
    metadata.insert("deletionGracePeriodSeconds".to_owned(), 0.into());
    metadata.insert("finalizers".to_owned(), json!(["dns.acme.example/record"]));
}
