"""Tests that mostly wait run beside each other: each in a thread, all from the start.

`@beside(…)` makes a function of a `Place` a test. The first such test of a module
makes the places of all that were selected and starts them; each test then waits for
its own. A place is a namespace with clusters of its own: nothing is shared but the rig.
"""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from binary import Server, Skyports, wait_for_overview
from overview import context_state
from rig import objects
from rig.api import namespaced
from rig.proxy import Proxy
from rig.rig import Rig
from rig.wait import wait_for
from skypilot import opened

PORT = 8888


# All begin at once; servers that start at once would make each other late.
_STARTS = threading.BoundedSemaphore(2)


@contextmanager
def starting() -> Iterator[None]:
    """While few others start a server."""
    with _STARTS:
        yield


@dataclass(frozen=True)
class Place:
    """Where one test runs."""

    rig: Rig
    binary: str
    folder: Path
    namespace: str
    # Names on the cloud; each has port 8888 open at an address.
    clusters: list[str]

    @contextmanager
    def proxy(self) -> Iterator[Proxy]:
        plane = self.rig.control_plane
        with Proxy(plane.server, str(plane.ca_file)) as proxy:
            yield proxy

    @contextmanager
    def serve(self, proxy: Proxy, live: bool = True) -> Iterator[Server]:
        """A server of this namespace that reaches the rig through the proxy."""
        with ExitStack() as stack:
            with starting():
                skyports = self.skyports(self.rig.context(server=proxy.url))
                server = stack.enter_context(skyports.serve("--namespace", self.namespace))
                if live:
                    is_live(server)
                    everything = len(self.clusters)
                    wait_for_overview(server, "all clusters", lambda o: len(o["clusters"]) == everything)
            yield server

    def skyports(self, *contexts: object) -> Skyports:
        config = self.rig.write_kubeconfig(self.folder / "kubeconfig", *contexts)  # type: ignore[arg-type]
        return Skyports(self.binary, config, self.folder)

    def move(self, cluster: str, address: str) -> str:
        """Another address for its port; the URL that follows."""
        objects.patch_lb(self.rig.api, self.namespace, objects.lb_service(cluster), [address])
        return f"http://{address}:{PORT}/"

    def touch(self, cluster: str, value: str) -> None:
        """A change of its Service that says nothing."""
        service = namespaced(self.namespace, "services", objects.lb_service(cluster))
        self.rig.api.patch(service, {"metadata": {"annotations": {"test/touched": value}}})

    def delete(self, cluster: str) -> None:
        """Its pods and its Services, at once."""
        for plural in ("pods", "services"):
            listed = self.rig.api.get(namespaced(self.namespace, plural))["items"]
            for name in (item["metadata"]["name"] for item in listed):
                if name.startswith(cluster):
                    self.rig.api.delete(namespaced(self.namespace, plural, name), {"gracePeriodSeconds": 0})


def is_live(server: Server, context: str = "rig", seconds: float = 10) -> None:
    wait_for_overview(server, f"{context} to be live", lambda o: context_state(o, context) == "live", seconds)


Scenario = Callable[[Place], None]


def beside(clusters: int = 1) -> Callable[[Scenario], Callable[..., None]]:
    """Its first argument is the place, with so many clusters in it."""

    def decorate(scenario: Scenario) -> Callable[..., None]:
        def test(started: dict[str, Future[None]]) -> None:
            started[scenario.__name__].result()

        functools.update_wrapper(test, scenario)
        # pytest must see the fixture, not the place.
        del test.__wrapped__  # type: ignore[attr-defined]
        test.__annotations__ = {}
        test.scenario = scenario, clusters  # type: ignore[attr-defined]
        return test

    return decorate


@pytest.fixture(scope="module")
def started(
    request: pytest.FixtureRequest, rig: Rig, binary: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[None]]]:
    """The selected tests of this module, running."""
    mine = [item for item in request.session.items if getattr(item, "module", None) is request.module]
    scenarios = [item.function.scenario for item in mine if hasattr(item.function, "scenario")]
    template = _template(rig) if scenarios else []
    places = []
    for scenario, clusters in scenarios:
        name = scenario.__name__.removeprefix("test_").replace("_", "-")[:40].strip("-")
        namespace = rig.namespace(name)
        made = [_copy(rig, template, namespace, f"c{i}", f"203.0.113.{i + 1}") for i in range(clusters)]
        places.append((scenario, Place(rig, binary, tmp_path_factory.mktemp(name), namespace, made)))
    for _, place in places:
        pods = namespaced(place.namespace, "pods")
        waiting = functools.partial(rig.api.get, pods, fieldSelector="status.phase!=Running")
        wait_for("every pod to run", lambda waiting=waiting: not waiting()["items"], seconds=30)
    with ThreadPoolExecutor(max_workers=max(1, len(places))) as threads:
        yield {scenario.__name__: threads.submit(scenario, place) for scenario, place in places}


TEMPLATE, TEMPLATE_NAMESPACE = "blueprint", "beside-the-others"


def _template(rig: Rig) -> list[str]:
    """Services and pods of a cluster by SkyPilot: a second each, which many tests would pay often."""
    namespace = rig.namespace(TEMPLATE_NAMESPACE)
    c = opened(rig, namespace, TEMPLATE, [str(PORT)])
    found = []
    for kind, plural in (("Service", "services"), ("Pod", "pods")):
        for item in rig.api.get(namespaced(namespace, plural))["items"]:
            if item["metadata"]["name"].startswith(c):
                copy = {"apiVersion": "v1", "kind": kind} | objects.without_server_fields(item)
                # SkyPilot makes one a namespace; what a pod may do is nothing here.
                for key in ("serviceAccount", "serviceAccountName"):
                    copy["spec"].pop(key, None)
                found.append(json.dumps(copy))
    return found


def _copy(rig: Rig, template: list[str], namespace: str, name: str, address: str) -> str:
    """The same cluster elsewhere, with another name; its name on the cloud."""
    made = ""
    for text in template:
        thing = json.loads(text.replace(TEMPLATE_NAMESPACE, namespace).replace(TEMPLATE, name))
        rig.api.post(namespaced(namespace, f"{thing['kind'].lower()}s"), thing)
        if thing["metadata"]["name"].endswith("--skypilot-lb"):
            made = thing["metadata"]["name"].removesuffix("--skypilot-lb")
            objects.patch_lb(rig.api, namespace, thing["metadata"]["name"], [address])
    return made


def all_done(started: dict[str, Future[None]]) -> None:
    """For a test that disturbs all others."""
    wait(started.values(), timeout=150)


__all__ = ["PORT", "Place", "all_done", "beside", "is_live", "started", "starting"]
