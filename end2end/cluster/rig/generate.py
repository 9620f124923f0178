"""Makes many clusters fast: copies of one that SkyPilot made, with other names.

So their pods have the real size (about 70 KB, the start-up script), and their
Services and Ingresses SkyPilot's own shape.
"""

from __future__ import annotations

import ipaddress
import json
from concurrent.futures import ThreadPoolExecutor

from . import objects
from .api import Api, namespaced
from .oracle import Oracle
from .wait import wait_for

# Reserved for benchmarks (RFC 2544); 131,072 addresses.
ADDRESSES = ipaddress.ip_network("198.18.0.0/15")
NAME = "{prefix}-{index:05d}"


def generate(
    api: Api,
    oracle: Oracle,
    clusters: int,
    ports: list[str],
    mode: str = "loadbalancer",
    namespace: str = "default",
    nodes: int = 1,
    addresses: bool = True,
    prefix: str = "load",
    threads: int = 4,
) -> dict:
    """`clusters` clusters of `nodes` pods with `ports` open; the first is the template.

    Returns `{"clusters": [{"name", "name_on_cloud", "address"}, …], "namespace"}`
    once every pod runs. `addresses: false` leaves the load balancers pending.
    """
    first = NAME.format(prefix=prefix, index=0)
    made = oracle.provision(first, nodes=nodes, namespace=namespace)
    first_on_cloud = made["name_on_cloud"]
    oracle.open_ports(first_on_cloud, ports, mode=mode, namespace=namespace)
    template = [json.dumps(thing) for thing in _objects_of(api, namespace, first_on_cloud)]

    def copy(index: int) -> dict:
        name = NAME.format(prefix=prefix, index=index)
        on_cloud = first_on_cloud.replace(first, name)
        if index > 0:
            for text in template:
                thing = json.loads(text.replace(first, name))
                path = {"Pod": "pods", "Service": "services", "Ingress": "ingresses"}[thing["kind"]]
                group = objects.NETWORKING if thing["kind"] == "Ingress" else ""
                api.post(namespaced(namespace, path, group=group), thing)
        address = str(ADDRESSES[index + 1]) if addresses and mode == "loadbalancer" else None
        if address:
            objects.patch_lb(api, namespace, objects.lb_service(on_cloud), [address])
        return {"name": name, "name_on_cloud": on_cloud, "address": address}

    with ThreadPoolExecutor(threads) as pool:
        made_clusters = list(pool.map(copy, range(clusters)))
    wait_for("every generated pod to run", lambda: _all_run(api, namespace, prefix), seconds=60 + clusters, every=0.5)
    return {"clusters": made_clusters, "namespace": namespace}


def _objects_of(api: Api, namespace: str, name_on_cloud: str) -> list[dict]:
    """Everything of one cluster, Services first as SkyPilot makes them."""
    found = []
    for kind, plural, group in (
        ("Service", "services", ""),
        ("Pod", "pods", ""),
        ("Ingress", "ingresses", objects.NETWORKING),
    ):
        items = api.get(namespaced(namespace, plural, group=group))["items"]
        mine = [item for item in items if item["metadata"]["name"].startswith(name_on_cloud)]
        found += [{"apiVersion": group or "v1", "kind": kind} | objects.without_server_fields(item) for item in mine]
    return found


def _all_run(api: Api, namespace: str, prefix: str) -> bool:
    waiting = api.get(namespaced(namespace, "pods"), fieldSelector="status.phase!=Running")["items"]
    return not any(pod["metadata"]["name"].startswith(prefix) for pod in waiting)
