"""What clusters that are gone have left behind is deleted by a click, and nothing else ever is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest

from binary import Server, Skyports, wait_for_overview
from clicks import Answer, submitted
from overview import clusters
from rig import objects
from rig.api import JSON_PATCH, namespaced
from rig.rig import Rig
from rig.wait import wait_for
from skypilot import opened

FORM = "/contexts/rig/leftovers"
NETWORKING = "networking.k8s.io/v1"
# A cluster that goes down is given a minute.
GOING_DOWN = 75


@dataclass
class Place:
    """A namespace with a server that looks at it."""

    rig: Rig
    namespace: str
    server: Server
    # A cluster that has been gone since the beginning.
    gone: str

    def path(self, kind: str, name: str) -> str:
        if kind == "Ingress":
            return namespaced(self.namespace, "ingresses", name, NETWORKING)
        return namespaced(self.namespace, "services", name)

    def of(self, kind: str, name: str) -> str:
        """An object as the form names it."""
        uid = self.rig.api.get(self.path(kind, name))["metadata"]["uid"]
        return f"{kind}/{self.namespace}/{name}/{uid}"

    def is_there(self, named: str) -> bool:
        kind, _, name, _ = named.split("/")
        return self.rig.api.is_there(self.path(kind, name))

    def delete(self, *named: str, server: Server | None = None) -> Answer:
        return submitted(server or self.server, FORM, [("object", it) for it in named])

    def end(self, c: str) -> None:
        """The end of a cluster's pods, as when somebody deletes them by hand."""
        pods = namespaced(self.namespace, "pods")
        for pod in self.rig.api.get(pods)["items"]:
            if pod["metadata"]["name"].startswith(c):
                self.rig.api.delete(f"{pods}/{pod['metadata']['name']}", {"gracePeriodSeconds": 0})
        is_gone = lambda: not any(p["metadata"]["name"].startswith(c) for p in self.rig.api.get(pods)["items"])  # noqa: E731
        wait_for(f"the end of {c}'s pods", is_gone)

    def left(self, name: str, mode: str = "loadbalancer") -> tuple[str, list[str]]:
        """A cluster that is gone, and the objects that it left."""
        c = opened(self.rig, self.namespace, name, ["8888"], mode=mode)
        self.end(c)
        if mode == "loadbalancer":
            return c, [self.of("Service", objects.lb_service(c))]
        return c, [self.of("Service", f"{c}--skypilot-svc--8888"), self.of("Ingress", objects.ingress_name(c))]


@pytest.fixture(scope="module")
def place(rig: Rig, binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    namespace = rig.namespace("leftovers")
    gone = opened(rig, namespace, "gone", ["8888"], mode="ingress")
    opened(rig, namespace, "stays", ["8888"])
    with ExitStack() as stack:
        home = tmp_path_factory.mktemp("leftovers")
        skyports = Skyports(binary, rig.kubeconfig, home)
        server = stack.enter_context(skyports.serve("--namespace", namespace))
        place = Place(rig, namespace, server, gone)
        wait_for_overview(server, "the clusters", lambda o: gone in clusters(o, namespace))
        place.end(gone)
        yield place


@pytest.mark.parametrize("mode", ("loadbalancer", "ingress"))
def test_what_a_gone_cluster_left_is_deleted(place: Place, mode: str) -> None:
    _, named = place.left("one", mode)
    place.delete(*named).expect_done()
    wait_for("its end", lambda: not any(map(place.is_there, named)))
    # What is gone already is no mistake.
    place.delete(*named).expect_done()


def test_a_cluster_that_comes_back_between_preview_and_click_keeps_its_ports(place: Place) -> None:
    c, back = place.left("back", "ingress")
    _, other = place.left("other")
    assert place.rig.oracle.provision("back", namespace=place.namespace)["name_on_cloud"] == c
    answer = place.delete(*back, *other)
    assert answer.status == 422 and f"the cluster {c} is there" in answer.text, answer.text
    assert all(map(place.is_there, back)) and not place.is_there(other[0])


def test_pods_that_no_watch_sees_keep_a_cluster_alive(place: Place) -> None:
    """SkyPilot's own label, by which pods are watched, may be missing on them."""
    c, named = place.left("hidden")
    pod = {"metadata": {"name": f"{c}-head", "labels": {"skypilot-cluster-name": c}}}
    pod["spec"] = {"containers": [{"name": "main", "image": "busybox"}]}
    place.rig.api.post(namespaced(place.namespace, "pods"), pod)
    answer = place.delete(*named)
    assert answer.status == 422 and "is there" in answer.text, answer.text
    assert place.is_there(named[0])


def test_another_object_of_the_name_is_not_meant(place: Place) -> None:
    _, (named,) = place.left("anew")
    _, _, name, _ = named.split("/")
    service = place.rig.api.get(place.path("Service", name))
    objects.remove(place.rig.api, place.path("Service", name))
    place.rig.api.post(namespaced(place.namespace, "services"), objects.without_server_fields(service))
    answer = place.delete(named)
    assert answer.status == 422 and "another object has its name now" in answer.text, answer.text
    assert place.is_there(named)


def test_what_others_made_or_use_stays(place: Place) -> None:
    _, (used,) = place.left("used")
    name = used.split("/")[2]
    place.rig.api.patch(place.path("Service", name), {"spec": {"selector": {"skypilot-cluster-name": None, "app": "web"}}})
    spec = {"type": "ClusterIP", "selector": {"skypilot-cluster-name": "x-1a2b"}, "ports": [{"port": 80}]}
    for name in ("x-1a2b--skypilot-lb", "grafana"):
        place.rig.api.post(namespaced(place.namespace, "services"), {"metadata": {"name": name}, "spec": spec})
    # SkyPilot labels no Ingress: what it holds must be SkyPilot's.
    _, (_, shop) = place.left("shop", "ingress")
    replace = [{"op": "replace", "path": "/spec/rules/0/http/paths/0/path", "value": "/shop"}]
    place.rig.api.patch(place.path("Ingress", shop.split("/")[2]), replace, JSON_PATCH)
    strange, plain = place.of("Service", "x-1a2b--skypilot-lb"), place.of("Service", "grafana")
    answer = place.delete(used, strange, plain, shop, "Pod/leftovers/x/1", "Service/kube-system/../x/1")
    assert answer.status == 422, answer.text
    for why in ("it leads to other pods", "neither SkyPilot", "its name is not one", "paths or backends"):
        assert why in answer.text, answer.text
    assert all(map(place.is_there, (used, strange, plain, shop)))


def test_who_may_not_look_for_pods_deletes_nothing(place: Place, binary: str, tmp_path: Path) -> None:
    _, named = place.left("unseen")
    verbs = ["get", "list", "watch", "delete"]
    rules = [{"apiGroups": [""], "resources": ["services"], "verbs": verbs}]
    objects.grant(place.rig.api, "one-namespace", place.namespace, rules)
    context = place.rig.context(user="one-namespace", namespace=place.namespace)
    kubeconfig = place.rig.write_kubeconfig(tmp_path / "kubeconfig", context)
    with Skyports(binary, kubeconfig, tmp_path).serve("--namespace", place.namespace) as server:
        answer = place.delete(*named, server=server)
    assert answer.status == 422 and "list pods" in answer.text, answer.text
    assert place.is_there(named[0])


def test_a_missing_right_is_named(place: Place, binary: str, tmp_path: Path) -> None:
    _, named = place.left("viewed")
    kubeconfig = place.rig.write_kubeconfig(tmp_path / "kubeconfig", place.rig.context(user="viewer"))
    with Skyports(binary, kubeconfig, tmp_path).serve("--namespace", place.namespace) as server:
        answer = place.delete(*named, server=server)
    assert answer.status == 422 and "You may not delete services" in answer.text, answer.text
    assert place.is_there(named[0])


def test_a_read_only_server_deletes_nothing(place: Place, binary: str, tmp_path: Path) -> None:
    _, named = place.left("locked")
    with Skyports(binary, place.rig.kubeconfig, tmp_path).serve("--namespace", place.namespace, "--read-only") as server:
        answer = place.delete(*named, server=server)
    assert answer.status == 422 and "read-only" in answer.text.lower(), answer.text
    assert place.is_there(named[0])


def test_the_form_shows_what_is_left_after_a_minute_and_its_click_deletes_that(place: Place) -> None:
    """The last of this file, since it waits for that minute."""
    says = lambda o: [f for f in o["contexts"][0]["findings"] if f["code"] == "orphaned"]  # noqa: E731
    wait_for_overview(place.server, "the finding", says, GOING_DOWN)
    page = place.server.get("/contexts")[1]
    assert f'href="{FORM}"' in page, "its button is on the page of the contexts"
    status, html = place.server.get(FORM)
    assert status == 200
    shown = [unescape(it) for it in re.findall(r'name="object" value="([^"]*)"', html)]
    expected = {place.of("Service", f"{place.gone}--skypilot-svc--8888"), place.of("Ingress", objects.ingress_name(place.gone))}
    assert expected <= set(shown), html
    assert all(map(place.is_there, expected)), "a plan deletes nothing"
    assert not any("stays-" in it for it in shown), "of a cluster that is there nothing is offered"
    place.delete(*expected).expect_done()
    assert not any(map(place.is_there, expected))
