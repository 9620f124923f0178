"""Real apps by every route, without and with their flag: what Chromium sees is what is on record, and
what `skyports explain` says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from binary import Skyports
from matrix import APPS, KEPT, LB, STRIPPED, App, Seen
from overview import endpoints
from real_apps import look, running, wait_until_it_listens
from rig.data_plane import DataPlane
from rig.process import Process
from rig.wait import wait_for

NAMESPACE = "apps"
TRIED = [app for app in APPS if app.is_there]


@dataclass
class World:
    """A cluster in whose head pod every app runs without and with its flag, with all its ports open in
    both modes."""

    plane: DataPlane
    skyports: Skyports
    c: str

    @property
    def cluster(self) -> str:
        return f"{NAMESPACE}/lab"

    def prefix(self, port: int) -> str:
        return f"/skypilot/{NAMESPACE}/{self.c}/{port}"

    def url(self, port: int, mode: str) -> str:
        listed = self.skyports.list_json("--namespace", NAMESPACE)
        return endpoints(listed, NAMESPACE, self.c, mode)[port]["urls"][0]

    def open(self, ports: Iterable[int], *how: str) -> None:
        # Ray's dashboard is one of those that must be named once more.
        confirmed = [word for port in ports for word in ("--confirm", str(port))]
        self.skyports.run("open", self.cluster, ",".join(map(str, ports)), *how, *confirmed).expect(0)

    def is_said_to_work(self, port: int) -> tuple[bool, str]:
        """What our own experiment says of the app behind the path."""
        done = self.skyports.run("explain", self.cluster, str(port), "--mode", "ingress", "-o", "json").expect(0)
        (app,) = [link for link in json.loads(done.out)["links"] if link["kind"] == "app"]
        # That it lets anybody in is another matter, of apps that work.
        return app["result"] == "pass" or app["code"] == "public_without_auth", done.out


@pytest.fixture(scope="module")
def world(plane: DataPlane, binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("apps")
    made = plane.rig.oracle.provision("lab", namespace=plane.rig.namespace(NAMESPACE))
    world = World(plane, Skyports(binary, plane.rig.kubeconfig, home, checks=True), made["name_on_cloud"])
    ports = [port for app in TRIED for port in app.ports]
    started: dict[int, Process] = {}
    with ExitStack() as stack:
        for app in TRIED:
            for port, has_flag in app.ports.items():
                argv = app.argv(port, world.prefix(port) if has_flag else None)
                own = home / f"{app.name}-{port}"
                started[port] = stack.enter_context(running(plane, NAMESPACE, made["head"], argv, own))
        for port, process in started.items():
            wait_until_it_listens(plane, NAMESPACE, made["head"], port, process)
        for mode in ("loadbalancer", "ingress"):
            world.open(ports, "--mode", mode)
        yield world


def route_is_live(world: World, port: int, before: int) -> None:
    nginx = world.plane.ingress_nginx
    wait_for(f"the kept route of port {port}", lambda: nginx.reloads() > before, 15)


@pytest.mark.parametrize("app", TRIED, ids=lambda app: app.name)
def test_what_a_browser_sees_is_on_record_and_is_what_we_say(world: World, browser: Browser, app: App) -> None:
    found: dict[tuple[str, bool], Seen] = {}
    wrong: list[str] = []

    def see(route: str, port: int, has_flag: bool) -> None:
        url = world.url(port, "loadbalancer" if route == LB else "ingress")
        seen, failed = look(browser, app, url)
        found[route, has_flag] = seen
        expected = app.seen[route, has_flag]
        if seen is not expected:
            wrong.append(f"{route}, flag {has_flag}: {seen.value}, not {expected.value}, at {url}\n  {failed}")
        if route != LB:
            says, text = world.is_said_to_work(port)
            if says != (seen is Seen.WORKS):
                wrong.append(f"{route}, flag {has_flag}: Chromium: {seen.value}; explain: {text}")

    for route in (LB, STRIPPED):
        for port, has_flag in app.ports.items():
            see(route, port, has_flag)
    # The URL that SkyPilot prints has no slash at its end, and no app bears that.
    bare = world.url(app.port, "ingress").rstrip("/")
    if look(browser, app, bare)[0] is not Seen.BREAKS:
        wrong.append(f"{bare} does not break")
    before = world.plane.ingress_nginx.reloads()
    world.open(app.ports, "--mode", "ingress", "--keep-prefix")
    route_is_live(world, app.port, before)
    for port, has_flag in app.ports.items():
        see(KEPT, port, has_flag)
    assert not wrong, "\n".join(wrong)
    assert found == app.seen
