"""SkyPilot 0.14.1's own templates and mode, by its own functions: the child of `test_parity.py`.

A process of its own because SkyPilot reads HOME when imported. Each JSON line on
standard input is answered in one line: with the objects that SkyPilot would send,
or with the mode that it would take.
"""

from __future__ import annotations

import json
import os
import pathlib
import sys

REPLIES = os.fdopen(os.dup(1), "w", buffering=1)
# SkyPilot prints; only replies go to the pipe.
os.dup2(2, 1)

from sky.provision.kubernetes import network, network_utils  # noqa: E402
from sky.provision.kubernetes import utils as kubernetes_utils  # noqa: E402
from sky.utils import annotations as sky_caches  # noqa: E402
from sky.utils import resources_utils  # noqa: E402

LABEL = "skypilot-cluster-name"


def objects(cluster: str, namespace: str, ports: str, mode: str, labels: dict, annotations: dict) -> list[dict]:
    """As `_open_ports_using_loadbalancer` and `_open_ports_using_ingress` of `network.py` make them."""
    # An empty map over the template's empty `labels:` is an error of SkyPilot's.
    metadata = {key: entries for key, entries in (("labels", labels), ("annotations", annotations)) if entries}
    overrides = {"kubernetes": {"custom_metadata": metadata}}
    numbers = sorted(resources_utils.port_ranges_to_set(ports.split(",")))
    selector = {"selector_key": LABEL, "selector_value": cluster, "cluster_config_overrides": overrides}
    if mode == "loadbalancer":
        name = network._LOADBALANCER_SERVICE_NAME.format(cluster_name_on_cloud=cluster)
        filled = network_utils.fill_loadbalancer_template(namespace, None, name, numbers, **selector)
        made = [filled["service_spec"]]
    else:
        details = [
            (
                f"{cluster}--skypilot-svc--{port}",
                port,
                network._PATH_PREFIX.format(cluster_name_on_cloud=cluster, port=port, namespace=namespace).strip("/"),
            )
            for port in numbers
        ]
        ingress = f"{cluster}-skypilot-ingress"
        filled = network_utils.fill_ingress_template(namespace, None, details, ingress, **selector)
        made = [*filled["services_spec"].values(), filled["ingress_spec"]]
    for thing in made:
        kubernetes_utils.merge_custom_metadata(thing["metadata"], context=None, cluster_config_overrides=overrides)
    return made


def mode(config: str | None, current_context: str) -> dict:
    """What SkyPilot takes where its config says `config`, with that current context."""
    path = pathlib.Path(os.environ["KUBECONFIG"])
    kubeconfig = json.loads(path.read_text())
    kubeconfig["current-context"] = kubeconfig["contexts"][0]["name"] = current_context
    path.write_text(json.dumps(kubeconfig))
    sky_caches.clear_request_level_cache()
    return {"mode": network_utils.get_port_mode(config, current_context).value}


for line in sys.stdin:
    question = json.loads(line)
    answer = mode(**question) if "current_context" in question else objects(**question)
    REPLIES.write(json.dumps(answer) + "\n")
