"""SkyPilot's own functions do with the demo's API what they do with a real one.

They open, open anew and clean up on both; the objects are compared after each step.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract import Pair, thing
from rig import kubeconfig, objects
from rig.oracle import Oracle
from rig.rig import Rig
from writes import JSON_PATCH, Writes, owned_ports, port

CLUSTER = "train-2ea4c0de"


@pytest.fixture
def writes(both: Pair, rig: Rig, namespace: str) -> Writes:
    writes = Writes(both, namespace)
    # Both answer SkyPilot's question for the class.
    objects.ingress_class(rig.api)
    both._order({"put": thing("IngressClass", "nginx", spec={"controller": "k8s.io/ingress-nginx"})})
    return writes


@pytest.fixture
def oracles(rig: Rig, both: Pair, namespace: str, tmp_path: Path) -> Iterator[list[Oracle]]:
    """SkyPilot with the real API server, and with the demo's."""
    context = kubeconfig.Context("demo", both.demo.server, None, "admin", both.demo.token, namespace)
    path = kubeconfig.write(tmp_path / "kubeconfig", [context])
    demo = Oracle(path, tmp_path, "demo")
    yield [rig.oracle, demo]
    demo.stop()


def each(oracles: list[Oracle], op: str, ports: list[str], mode: str, namespace: str) -> None:
    for oracle in oracles:
        getattr(oracle, op)(CLUSTER, ports, mode=mode, namespace=namespace)


def held(writes: Writes) -> Any:
    """All that is in the namespace, as both have it."""

    def items(side) -> list:
        return [item for kind in ("Service", "Ingress") for item in side.ask(writes.path(kind)).body["items"]]

    def without_versions(item: dict) -> dict:
        # SkyPilot has written it, so nobody knows which of the test's writes that was. The order of
        # ports is that of a set.
        item["metadata"].pop("resourceVersion")
        item["spec"].get("ports", []).sort(key=lambda it: it["port"])
        return item

    return writes.same(lambda side: [without_versions(item) for item in items(side)])


def test_a_load_balancer_is_opened_replaced_and_cleaned_up(writes: Writes, oracles: list[Oracle]) -> None:
    namespace, mode = writes.namespace, "loadbalancer"
    each(oracles, "open_ports", ["8888"], mode, namespace)
    [service] = held(writes)
    assert owned_ports({"body": service}, "OpenAPI-Generator Update v1") == {8888}
    append = [{"op": "add", "path": "/spec/ports/-", "value": port(9999)}]
    name = service["metadata"]["name"]
    assert writes.patch("Service", name, JSON_PATCH, append, fieldManager="skyports")["status"] == 200
    assert owned_ports({"body": held(writes)[0]}, "skyports Update v1") == {9999}
    # It replaces the Service, and our port is gone from both.
    each(oracles, "open_ports", ["8888", "6006-6008"], mode, namespace)
    [service] = held(writes)
    assert {it["port"] for it in service["spec"]["ports"]} == {6006, 6007, 6008, 8888}
    each(oracles, "cleanup_ports", ["8888", "6006-6008"], mode, namespace)
    assert held(writes) == []


def test_an_ingress_is_opened_replaced_and_cleaned_up(writes: Writes, oracles: list[Oracle]) -> None:
    namespace, mode = writes.namespace, "ingress"
    each(oracles, "open_ports", ["8888"], mode, namespace)
    assert len(held(writes)) == 2
    each(oracles, "open_ports", ["8888", "6006"], mode, namespace)
    assert len(held(writes)) == 3
    each(oracles, "cleanup_ports", ["8888", "6006"], mode, namespace)
    assert held(writes) == []
