"""Places where clusters run, made of real objects: what their makers leave in them, and what skyports
is to say of each.

Knows nothing of ports that are opened.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from binary import Skyports
from rig import objects
from rig.api import ApiError, namespaced
from rig.rig import Rig
from rig.wait import wait_for

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
CLASSES = "/apis/networking.k8s.io/v1/ingressclasses"
POOLS = "ipaddresspools.metallb.io"
POOL = "/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools"


@dataclass(frozen=True)
class Environment:
    """A place as its makers leave it, and what is to be said of it."""

    name: str
    provider: str | None
    load_balancer: str
    # The codes of the preview's warnings about the load balancer.
    warnings: set[str]
    # A word of the first line's next step, where there is one to take.
    next: str | None = None
    provider_id: str | None = None
    ingress_class: tuple[str, str] | None = None
    # The range of a pool; an empty one means MetalLB without any.
    pool: str | None = None
    # The addresses of Services that are there already.
    services: list[str] = field(default_factory=list)
    context: str | None = None


PUBLIC, INTERNAL, COSTS = "public_address", "internal_address", "costs_extra"
ENVIRONMENTS = [
    Environment("gke", "Google Kubernetes Engine", "works", {PUBLIC, COSTS}, provider_id="gce://acme/us-central1-a/n1"),
    Environment(
        "eks-classic",
        "Amazon Web Services",
        "works",
        {PUBLIC, COSTS, "first_port_checked"},
        provider_id="aws:///eu-west-1a/i-0123456789abcdef0",
    ),
    Environment(
        "eks-with-its-controller",
        "Amazon Web Services with the AWS Load Balancer Controller",
        "works",
        {INTERNAL, COSTS},
        provider_id="aws:///eu-west-1a/i-0123456789abcdef0",
        ingress_class=("alb", "ingress.k8s.aws/alb"),
    ),
    Environment("k3s", "k3s", "works", {INTERNAL}, provider_id="k3s://n1", services=["192.168.7.2"]),
    Environment("metallb", "MetalLB", "works", {INTERNAL}, pool="192.168.7.80-192.168.7.81", services=["192.168.7.80"]),
    Environment(
        "metallb-full",
        "MetalLB",
        "does_not",
        {INTERNAL, "no_free_address"},
        next="add a pool",
        pool="192.168.7.80-192.168.7.80",
        services=["192.168.7.80"],
    ),
    Environment("metallb-without-a-pool", "MetalLB", "does_not", {"no_free_address"}, next="a pool", pool=""),
    Environment("kind-skypilot", None, "does_not", set(), next="ingress", context="kind-skypilot"),
    Environment("unknown", None, "unknown", set(), next="MetalLB"),
]


def install_metallb(rig: Rig, pool: str) -> None:
    """MetalLB's kind of pool, and one pool of it."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": "v1beta1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"plural": "ipaddresspools", "singular": "ipaddresspool", "kind": "IPAddressPool"}
    spec = {"group": "metallb.io", "scope": "Namespaced", "names": names, "versions": [version]}
    rig.api.post(CRDS, {"metadata": {"name": POOLS}, "spec": spec})
    wait_for("the API of MetalLB’s pools", lambda: is_served(rig))
    rig.namespace("metallb-system")
    if pool:
        made = {"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPool", "metadata": {"name": "p"}}
        rig.api.post(POOL, made | {"spec": {"addresses": [pool]}})


def is_served(rig: Rig) -> bool:
    try:
        return rig.api.is_there(POOL)
    except ApiError as error:
        # The kind was there before: its storage begins anew.
        if error.status != 429:
            raise
        return False


def remove_metallb(rig: Rig) -> None:
    objects.remove(rig.api, f"{CRDS}/{POOLS}")
    groups = lambda: [group["name"] for group in rig.api.get("/apis")["groups"]]  # noqa: E731
    wait_for("the end of MetalLB’s API", lambda: "metallb.io" not in groups(), seconds=30)


def balanced(rig: Rig, namespace: str, name: str, address: str) -> None:
    spec = {"type": "LoadBalancer", "ports": [{"port": 80}]}
    rig.api.post(namespaced(namespace, "services"), {"metadata": {"name": name}, "spec": spec})
    objects.patch_lb(rig.api, namespace, name, [address])


@contextmanager
def maker(rig: Rig, namespace: str) -> Iterator[Callable[[Environment], None]]:
    """Makes environments; their parts that are the whole cluster's go at the end."""
    undo: list[Callable[[], None]] = []

    def make(wanted: Environment) -> None:
        if wanted.provider_id:
            node = {"metadata": {"name": f"node-{wanted.name}"}, "spec": {"providerID": wanted.provider_id}}
            rig.api.post("/api/v1/nodes", node)
            undo.append(lambda: objects.remove(rig.api, f"/api/v1/nodes/node-{wanted.name}"))
        if wanted.ingress_class:
            objects.ingress_class(rig.api, *wanted.ingress_class)
            undo.append(lambda: objects.remove(rig.api, f"{CLASSES}/{wanted.ingress_class[0]}"))
        if wanted.pool is not None:
            undo.append(lambda: remove_metallb(rig))
            install_metallb(rig, wanted.pool)
        for number, address in enumerate(wanted.services):
            balanced(rig, namespace, f"other-{number}", address)

    try:
        yield make
    finally:
        for step in reversed(undo):
            step()


def check(skyports: Skyports, namespace: str, code: int, kubeconfig: Path | None = None) -> dict:
    done = skyports.run("check", "-o", "json", "--namespace", namespace, kubeconfig=kubeconfig).expect(code)
    (context,) = json.loads(done.out)["contexts"]
    return context


def of(check: dict, part: str) -> list[dict]:
    return [line for line in check["lines"] if line["part"] == part]
