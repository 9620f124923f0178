"""What `skyports check` says of environments, and what a preview warns of in them: each is made of
real objects on the real API server, a row each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from binary import Skyports
from rig import objects
from rig.api import ApiError, namespaced
from rig.kubeconfig import Context
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


@pytest.fixture
def made(rig: Rig, namespace: str) -> Iterator[Callable[[Environment], None]]:
    """Makes an environment; its parts that are the whole cluster's go with the test."""
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

    yield make
    for step in reversed(undo):
        step()


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


def check(skyports: Skyports, namespace: str, code: int, kubeconfig: Path | None = None) -> dict:
    done = skyports.run("check", "-o", "json", "--namespace", namespace, kubeconfig=kubeconfig).expect(code)
    (context,) = json.loads(done.out)["contexts"]
    return context


def of(check: dict, part: str) -> list[dict]:
    return [line for line in check["lines"] if line["part"] == part]


@pytest.mark.parametrize("wanted", ENVIRONMENTS, ids=lambda wanted: wanted.name)
def test_an_environment_is_told_by_the_check_and_warned_of_before_a_click(
    rig: Rig, namespace: str, skyports: Skyports, made: Callable[[Environment], None], tmp_path: Path, wanted: Environment
) -> None:
    # Before there is a node of which nothing but its provider is known: SkyPilot counts nodes.
    rig.oracle.provision("train", namespace=namespace)
    made(wanted)
    kubeconfig = rig.write_kubeconfig(tmp_path / "kubeconfig", rig.context(wanted.context or "rig"))
    found = check(skyports, namespace, 0 if wanted.load_balancer == "works" else 1, kubeconfig)
    assert (found["provider"], found["load_balancer"]) == (wanted.provider, wanted.load_balancer), found
    first = of(found, "load_balancer")[0]
    steps = [step["title"] for step in first["next"]]
    assert wanted.next is None or any(wanted.next in step for step in steps), first
    priced = [line["name"] for line in of(found, "load_balancer") if "$" in line["name"]]
    assert bool(priced) == (COSTS in wanted.warnings), "a price where the provider is known, and nowhere else"

    planned = skyports.run(
        "open", f"{namespace}/train", "6006,8888", "--mode", "loadbalancer", "--dry-run", "-o", "json", "--namespace", namespace,
        kubeconfig=kubeconfig,
    )  # fmt: skip
    assert planned.code == 0, planned
    warnings = {warning["code"] for warning in json.loads(planned.out)["warnings"]}
    about = {PUBLIC, INTERNAL, COSTS, "first_port_checked", "no_free_address"}
    assert warnings & about == wanted.warnings, warnings
    assert ("load_balancer_unsupported_here" in warnings) == (wanted.context == "kind-skypilot"), warnings


def test_of_five_ports_the_first_one_is_named_that_a_classic_load_balancer_checks(
    rig: Rig, namespace: str, skyports: Skyports, made: Callable[[Environment], None]
) -> None:
    rig.oracle.provision("train", namespace=namespace)
    made(ENVIRONMENTS[1])
    ports = "7001-7005"
    planned = skyports.run("open", f"{namespace}/train", ports, "--mode", "loadbalancer", "--dry-run", "-o", "json")
    warnings = json.loads(planned.expect(0).out)["warnings"]
    (trap,) = [warning for warning in warnings if warning["code"] == "first_port_checked"]
    assert "port 7001, none of the ports works" in trap["message"], trap
    assert "ports 7002, 7003, 7004, 7005" in trap["message"], trap
    assert any("aws-load-balancer-type: nlb" in (step["command"] or "") for step in trap["next"]), trap


def test_what_may_not_be_seen_is_not_known_and_a_missing_right_names_its_rule(
    rig: Rig, namespace: str, skyports: Skyports, tmp_path: Path
) -> None:
    objects.grant(rig.api, "one-namespace", namespace)
    context: Context = rig.context("narrow", user="one-namespace", namespace=namespace)
    kubeconfig = rig.write_kubeconfig(tmp_path / "narrow", context)
    found = check(skyports, namespace, 1, kubeconfig)
    assert (found["provider"], found["load_balancer"]) == (None, "unknown"), found
    (ingress,) = [line for line in of(found, "ingress") if "IngressClass" in line["name"]]
    assert ingress["state"] == "unknown" and "Not allowed to look" in ingress["evidence"], ingress
    rights = {line["name"]: line for line in of(found, "rights")}
    assert rights["You may list pods"]["state"] == "ready", rights
    missing = rights["You may not create, patch and delete services"]
    assert "- services" in missing["next"][0]["command"], missing


def test_ingress_is_told_with_its_controller_and_the_mode_with_its_file(
    rig: Rig, namespace: str, skyports: Skyports
) -> None:
    objects.ingress_controller(rig.api, addresses=["198.51.100.7"])
    config = skyports.home / ".sky" / "config.yaml"
    config.parent.mkdir()
    config.write_text("kubernetes: {ports: ingress, custom_metadata: {labels: {team: ml}}}\n")
    try:
        found = check(skyports, namespace, 0)
    finally:
        objects.remove_ingress_controller(rig.api)
    assert found["ingress"] == "works", found
    assert any("198.51.100.7" in line["name"] for line in of(found, "ingress")), found
    mode, metadata, gateway = of(found, "sky_pilot")
    assert (mode["name"], mode["state"]) == ("Opens ports as `ingress`", "ready"), mode
    assert str(config) in mode["evidence"], mode
    assert "`team: ml`" in metadata["evidence"], metadata
    assert gateway["name"] == "Gateway API is not present", gateway
