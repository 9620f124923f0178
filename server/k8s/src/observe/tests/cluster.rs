//! Clusters from pods: names, users, nodes, resources, kinds, of every release.

use skyports_model::{Cluster, ClusterKind};

use crate::testing::*;

fn only(seen: &Seen) -> Cluster {
    let mut clusters = seen.observe().clusters;
    assert_eq!(clusters.len(), 1, "{clusters:#?}");
    clusters.remove(0)
}

#[test]
fn annotations_win_over_labels() {
    let pod = pod("my-cluster-fcd1e5cf").labelled("skypilot-user", "adaexamplecom");
    let cluster = only(&seen![pod.clone()]);
    assert_eq!(
        (cluster.name.as_str(), cluster.user.as_deref()),
        ("my-cluster", Some("adaexamplecom"))
    );

    let pod = pod
        .annotated("skypilot-cluster-name", "My.Cluster")
        .annotated("skypilot-user", "ada@example.com")
        .annotated("skypilot-workspace", "vision");
    let cluster = only(&seen![pod]);
    assert_eq!(cluster.name, "My.Cluster");
    assert_eq!(cluster.user.as_deref(), Some("ada@example.com"));
    assert_eq!(cluster.workspace.as_deref(), Some("vision"));
    assert_eq!(cluster.id.to_string(), "prod/ml/my-cluster-fcd1e5cf");
}

/// The labels that SkyPilot sets itself or through its template (`kubernetes-ray.yml.j2` and
/// `instance.py` of each release), without the display name.
#[test]
fn the_labels_of_every_release_make_a_cluster() {
    let releases: [(&str, &[(&str, &str)]); 4] = [
        (
            "0.5",
            &[
                ("parent", "skypilot"),
                ("skypilot-cluster", "demo-2ea4"),
                ("skypilot-ssh-jump", "sky-ssh-jump"),
                ("ray-cluster-name", "demo-2ea4"),
                ("skypilot-cluster-name", "demo-2ea4"),
                ("ray-node-type", "head"),
                ("component", "demo-2ea4-head"),
            ],
        ),
        (
            "0.8",
            &[
                ("parent", "skypilot"),
                ("skypilot-cluster", "demo-2ea4"),
                ("skypilot-user", "ada"),
                ("ray-cluster-name", "demo-2ea4"),
                ("skypilot-cluster-name", "demo-2ea4"),
                ("ray-node-type", "head"),
                ("skypilot-head-node", "1"),
                ("component", "demo-2ea4-head"),
            ],
        ),
        (
            "only the deprecated label",
            &[("skypilot-cluster", "demo-2ea4"), ("skypilot-head-node", "1")],
        ),
        ("only Ray's label", &[("ray-cluster-name", "demo-2ea4")]),
    ];
    for (release, labels) in releases {
        let pod = labels
            .iter()
            .fold(pod("demo-2ea4").without_labels(), |pod, (key, value)| pod.labelled(key, value));
        let cluster = only(&seen![pod]);
        assert_eq!(cluster.id.name.as_str(), "demo-2ea4", "{release}");
        assert_eq!((cluster.name.as_str(), cluster.nodes), ("demo", 1), "{release}");
        assert_eq!(cluster.head_address.unwrap().to_string(), "10.244.0.3", "{release}");
    }
    assert_eq!(
        seen![pod("demo-2ea4").without_labels().labelled("parent", "skypilot")].observe().clusters,
        []
    );
}

#[test]
fn nodes_are_counted_and_the_oldest_tells_the_age() {
    let cluster = only(&seen![
        pod("train-2ea4").aged(40),
        worker("train-2ea4").aged(90),
        worker("train-2ea4").named("train-2ea4-worker2").in_phase("Pending"),
    ]);
    assert_eq!((cluster.nodes, cluster.ready_nodes), (3, 2));
    assert_eq!(cluster.created, Some(NOW.plus(-90)));
}

#[test]
fn a_pod_is_ready_when_it_says_so_and_stays() {
    use k8s_openapi::api::core::v1::PodCondition;
    let with = |status: &str| {
        let mut pod = pod("train-2ea4");
        let condition =
            PodCondition { type_: "Ready".into(), status: status.into(), ..Default::default() };
        pod.status.as_mut().unwrap().conditions = Some(vec![condition]);
        pod
    };
    assert_eq!(only(&seen![with("True")]).ready_nodes, 1);
    assert_eq!(only(&seen![with("False")]).ready_nodes, 0);
    assert_eq!(only(&seen![with("True").held(1, "x")]).ready_nodes, 0);
}

#[test]
fn namespaces_are_kept_apart() {
    let observed = seen![pod("train-2ea4"), pod("train-2ea4").within("other")].observe();
    let ids: Vec<String> = observed.clusters.iter().map(|cluster| cluster.id.to_string()).collect();
    assert_eq!(ids, ["prod/ml/train-2ea4", "prod/other/train-2ea4"]);
}

#[test]
fn resources_are_those_of_skypilots_container() {
    use k8s_openapi::api::core::v1::Container;
    let mut pod =
        pod("train-2ea4").asking(&[("cpu", "4"), ("memory", "16G"), ("nvidia.com/gpu", "8")]);
    let sidecar = Container { name: "istio-proxy".into(), ..Default::default() };
    pod.spec.as_mut().unwrap().containers.insert(0, sidecar);
    let resources = only(&seen![pod]).resources;
    assert_eq!((resources.cpu.as_deref(), resources.memory.as_deref()), (Some("4"), Some("16G")));
    assert_eq!((resources.accelerator, resources.accelerator_count), (None, 8));
}

#[test]
fn accelerators_are_named_as_skypilot_names_them() {
    let name = |key: &str, value: &str| {
        let pod = pod("train-2ea4").asking(&[("nvidia.com/gpu", "1")]).on_nodes_with(key, value);
        only(&seen![pod]).resources.accelerator.unwrap()
    };
    // `get_accelerator_from_label_value` of SkyPilot 0.14.1's label formatters.
    assert_eq!(name("skypilot.co/accelerator", "h100"), "H100");
    assert_eq!(name("nvidia.com/gpu.product", "NVIDIA-H100-80GB-HBM3"), "H100-80GB");
    assert_eq!(name("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-80GB"), "A100-80GB");
    assert_eq!(name("nvidia.com/gpu.product", "NVIDIA-A100-SXM4-40GB"), "A100");
    assert_eq!(name("nvidia.com/gpu.product", "NVIDIA-L40S"), "L40S");
    assert_eq!(name("nvidia.com/gpu.product", "Tesla-T4"), "T4");
    assert_eq!(name("nvidia.com/gpu.product", "NVIDIA-GeForce-RTX-3070"), "RTX3070");
    for (product, expected) in [
        ("NVIDIA-GH200-480GB", "GH200"),
        ("Tesla-V100-SXM2-32GB", "V100"),
        ("NVIDIA-RTX-A6000", "A6000"),
        ("NVIDIA-A10G", "A10G"),
        ("NVIDIA-H100-NVL", "H100"),
        ("NVIDIA-RTX-6000-Ada-Generation", "RTX6000-ADA-GENERATION"),
    ] {
        assert_eq!(name("nvidia.com/gpu.product", product), expected);
    }
    assert_eq!(name("cloud.google.com/gke-accelerator", "nvidia-tesla-t4"), "T4");
    assert_eq!(name("cloud.google.com/gke-accelerator", "nvidia-h100-80gb"), "H100");
    assert_eq!(name("cloud.google.com/gke-tpu-accelerator", "tpu-v6e-slice"), "tpu-v6e-slice");
    assert_eq!(name("gpu.nvidia.com/class", "H100_NVLINK_80GB"), "H100");
    assert_eq!(name("karpenter.k8s.aws/instance-gpu-name", "l4"), "L4");
    assert_eq!(name("karpenter.k8s.aws/instance-accelerator-name", "trainium2"), "Trainium2");
    assert_eq!(name("nebius.com/gpu-name", "h200"), "H200");
}

#[test]
fn every_kind_of_accelerator_counts() {
    for resource in ["nvidia.com/gpu", "amd.com/gpu", "google.com/tpu", "aws.amazon.com/neuron"] {
        let pod = pod("train-2ea4").asking(&[(resource, "4")]);
        assert_eq!(only(&seen![pod]).resources.accelerator_count, 4, "{resource}");
    }
}

#[test]
fn controllers_and_made_up_names_are_told_apart() {
    let kind = |name: &str| only(&seen![pod(name)]).kind;
    assert_eq!(kind("sky-jobs-controller-2ea485ea-2ea4"), ClusterKind::JobsController);
    assert_eq!(kind("sky-spot-controller-2ea485ea-2ea4"), ClusterKind::JobsController);
    assert_eq!(kind("sky-serve-controller-2ea485ea-2ea4"), ClusterKind::ServeController);
    assert_eq!(kind("sky-service-1a2b-3-2ea4"), ClusterKind::ServiceReplica);
    assert_eq!(kind("sky-pool-1a2b-3-2ea4"), ClusterKind::Pool);
    assert_eq!(kind("train-2ea4"), ClusterKind::Cluster);
    assert_eq!(kind("sky-service-2ea4"), ClusterKind::Cluster);
}

#[test]
fn users_clusters_come_first() {
    let observed =
        seen![pod("sky-jobs-controller-2ea485ea-2ea4"), pod("zoo-2ea4"), pod("bird-2ea4")]
            .observe();
    let names: Vec<&str> = observed.clusters.iter().map(|cluster| cluster.name.as_str()).collect();
    assert_eq!(names, ["bird", "zoo", "sky-jobs-controller-2ea485ea"]);
}

#[test]
fn a_worker_alone_is_a_cluster_without_a_head_address() {
    let cluster = only(&seen![worker("train-2ea4")]);
    assert_eq!((cluster.nodes, cluster.head_address), (1, None));
}

#[test]
fn a_replaced_pod_of_a_deployment_is_no_node() {
    let of_deployment = |suffix: &str| {
        pod("ha-2ea4")
            .named(&format!("ha-2ea4-deployment-7d9-{suffix}"))
            .labelled("skypilot-deployment-name", "ha-2ea4-deployment")
    };
    let evicted = || of_deployment("aaaaa").in_phase("Failed");
    let cluster = only(&seen![evicted(), of_deployment("bbbbb").aged(2)]);
    assert_eq!((cluster.nodes, cluster.ready_nodes, cluster.created), (1, 1, Some(NOW.plus(-2))));
    assert_eq!(only(&seen![evicted()]).nodes, 1);
    // A pod that nothing replaces stays a node: one of two is down.
    let cluster = only(&seen![pod("train-2ea4"), worker("train-2ea4").in_phase("Failed")]);
    assert_eq!((cluster.nodes, cluster.ready_nodes), (2, 1));
}
