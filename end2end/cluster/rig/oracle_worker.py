"""SkyPilot 0.14.1 itself, behind JSON lines: the child process of `oracle.py`.

Knows which of SkyPilot's functions make a cluster without `sky launch`. It has
a process of its own because SkyPilot reads HOME and KUBECONFIG when imported,
keeps state in HOME, and takes seconds to import.
"""

from __future__ import annotations

import json
import os
import pathlib
import sys
import traceback

REPLIES = os.fdopen(os.dup(1), "w", buffering=1)
# SkyPilot prints; only replies go to the pipe.
os.dup2(2, 1)

import yaml  # noqa: E402
from sky import clouds  # noqa: E402
from sky.backends import backend_utils  # noqa: E402
from sky.provision import common  # noqa: E402
from sky.provision.kubernetes import config as kubernetes_config  # noqa: E402
from sky.provision.kubernetes import instance, network, network_utils  # noqa: E402
from sky.resources import Resources  # noqa: E402
from sky.utils import annotations as sky_caches  # noqa: E402
from sky.utils import common_utils  # noqa: E402

KUBECONFIG = pathlib.Path(os.environ["KUBECONFIG"])


def use(context: str, namespace: str) -> None:
    """Makes `context` one of the kubeconfig, with that namespace: SkyPilot takes it from there.

    A context that is not there yet is the first one under another name.
    """
    config = json.loads(KUBECONFIG.read_text())
    known = {entry["name"]: entry for entry in config["contexts"]}
    if context not in known:
        known[context] = {"name": context, "context": dict(config["contexts"][0]["context"])}
        config["contexts"].append(known[context])
    known[context]["context"]["namespace"] = namespace
    KUBECONFIG.write_text(json.dumps(config))


def provider(context: str, namespace: str, mode: str) -> dict:
    """As much of a provider's configuration as the ports' functions read."""
    return {"context": context, "namespace": namespace, "port_mode": mode}


def name_on_cloud(name: str) -> str:
    return common_utils.make_cluster_name_on_cloud(name, clouds.Kubernetes.max_cluster_name_length())


def provision(
    name: str,
    nodes: int,
    context: str,
    namespace: str,
    ports: list[str] | None,
    instance_type: str,
    accelerators: dict[str, int] | None,
    pod_annotations: dict[str, str],
    user: str | None,
) -> dict:
    """Services, RBAC and pods of a cluster, as `sky launch` makes them."""
    if user:
        os.environ["SKYPILOT_USER"] = user
    resources = Resources(
        infra=f"k8s/{context}",
        instance_type=instance_type,
        accelerators=accelerators,
        ports=ports,
        # With an image of one's own, SkyPilot does not look for its catalogue of images.
        image_id="docker:example.invalid/skypilot:test",
    )
    files = backend_utils.write_cluster_config(
        resources,
        nodes,
        "kubernetes-ray.yml.j2",
        name,
        pathlib.Path("skypilot.whl"),
        "hash",
        clouds.Region(context),
        None,
        dryrun=True,
    )
    cluster = yaml.safe_load(pathlib.Path(files["ray"]).read_text())
    node = cluster["available_node_types"]["ray_head_default"]["node_config"]
    node["metadata"].setdefault("annotations", {}).update(pod_annotations)
    on_cloud = name_on_cloud(name)
    config = common.ProvisionConfig(
        provider_config=cluster["provider"],
        authentication_config=cluster.get("auth", {}),
        docker_config={},
        node_config=node,
        count=nodes,
        tags={},
        resume_stopped_nodes=False,
        ports_to_open_on_launch=None,
    )
    config = kubernetes_config.bootstrap_instances(context, on_cloud, config)
    record = instance.run_instances(context, name, on_cloud, config)
    return {
        "name_on_cloud": on_cloud,
        "namespace": cluster["provider"]["namespace"],
        "pods": sorted(record.created_instance_ids),
        "head": record.head_instance_id,
    }


def open_ports(name_on_cloud: str, ports: list[str], context: str, namespace: str, mode: str) -> dict:
    network.open_ports(name_on_cloud, ports, provider(context, namespace, mode))
    return {}


def query_ports(name_on_cloud: str, ports: list[str], context: str, namespace: str, mode: str, wait: bool) -> dict:
    """What `sky status --endpoints` prints, by port.

    Without an address SkyPilot polls for a minute; with `wait` false its own
    look for the address is asked once first, and the answer is what it would be.
    """
    if mode == "loadbalancer" and not wait:
        service = f"{name_on_cloud}--skypilot-lb"
        try:
            if network_utils.get_loadbalancer_ip(context, namespace, service, timeout=0) is None:
                return {"endpoints": {}}
        except Exception as error:  # noqa: BLE001 - SkyPilot's own client decides its class
            if getattr(error, "status", None) != 404:
                raise
    found = network.query_ports(name_on_cloud, ports, None, provider(context, namespace, mode))
    return {"endpoints": {str(port): [e.url() for e in endpoints] for port, endpoints in sorted(found.items())}}


def cleanup_ports(name_on_cloud: str, ports: list[str], context: str, namespace: str, mode: str) -> dict:
    network.cleanup_ports(name_on_cloud, ports, provider(context, namespace, mode))
    return {}


def terminate(name_on_cloud: str, context: str, namespace: str, mode: str, ports: list[str] | None) -> dict:
    """As `sky down` does: pods, then the ports on record, then what is left."""
    config = provider(context, namespace, mode)
    instance.terminate_instances(name_on_cloud, config)
    if ports:
        network.cleanup_ports(name_on_cloud, ports, config)
    instance.cleanup_cluster_resources(name_on_cloud, config)
    return {}


OPS = {
    "provision": provision,
    "open_ports": open_ports,
    "query_ports": query_ports,
    "cleanup_ports": cleanup_ports,
    "terminate": terminate,
    "name_on_cloud": lambda name: {"name_on_cloud": name_on_cloud(name)},
}


def main() -> None:
    REPLIES.write(json.dumps({"ready": True}) + "\n")
    for line in sys.stdin:
        try:
            request = json.loads(line)
            sky_caches.clear_request_level_cache()
            if "context" in request:
                use(request["context"], request["namespace"])
            answer = OPS[request.pop("op")](**request)
        except Exception as error:  # noqa: BLE001 - told to the one who asked
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        REPLIES.write(json.dumps(answer) + "\n")


main()
