//! `demo-lab`: machines in a room, where nothing gives addresses and nobody serves `nginx`.

use jiff::Timestamp;

use super::cloud::{MAYA, PRIYA, TOMAS};
use super::{Cluster, Seed, days, hours, minutes, object};
use crate::apps::App;

/// Everything in it.
pub(crate) fn seed(now: Timestamp) -> Seed {
    let mut seed = Seed::new("demo-lab", now, &["research"]);
    // What k3s brings along.
    let created = seed.ago(days(80));
    seed.objects.push(object::ingress_class("traefik", "traefik.io/ingress-controller", created));
    for cluster in clusters() {
        seed.add(cluster);
    }
    seed
}

fn clusters() -> [Cluster; 5] {
    [
        Cluster::new("rlhf-sweep", PRIYA, days(1))
            .within("research")
            .nodes(2)
            .sized("64", "512G")
            .gpu("H100", 8)
            .runs(8000, App::Vllm("policy-7b"))
            .balanced([8000]),
        // Young: nobody can say yet that nothing will come of it.
        Cluster::new("quick-look", TOMAS, minutes(0))
            .within("research")
            .runs(8888, App::Jupyter)
            .balanced([8888]),
        // `SkyPilot` asks for the class `nginx`.
        Cluster::new("tokenizer", MAYA, hours(4))
            .within("research")
            .runs(6006, App::TensorBoard)
            .ingress(&[6006]),
        // An Ingress that somebody wrote for the class that is there; its controller is not.
        Cluster::new("viz", MAYA, hours(28))
            .within("research")
            .runs(8501, App::Streamlit)
            .ingress_of_class(&[8501], "traefik"),
        Cluster::new("data-prep", TOMAS, days(5)).within("research").runs(8080, App::Plain),
    ]
}
