"""Real apps by every route, without and with their flag: what Chromium sees is what is on record, and
what `skyports explain` says.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from apps import fetch
from binary import Skyports
from browser import watched
from matrix import APPS, KEPT, LB, STRIPPED, App, Seen
from overview import endpoints
from rig.data_plane import DataPlane
from rig.wait import wait_for

NAMESPACE = "apps"
# For an app's own element to be there.
PATIENCE = 40
# And where a script is missing.
WITHOUT_SCRIPTS = 3


@dataclass
class World:
    """A cluster in whose head pod every app runs twice, with all its ports open in both modes."""

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

    def is_said_to_work(self, port: int) -> tuple[bool, str]:
        """What our own experiment says of the app behind the path."""
        done = self.skyports.run("explain", self.cluster, str(port), "--mode", "ingress", "-o", "json").expect(0)
        (app,) = [link for link in json.loads(done.out)["links"] if link["kind"] == "app"]
        return app["result"] == "pass", done.out


@pytest.fixture(scope="module")
def world(plane: DataPlane, binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("apps")
    made = plane.rig.oracle.provision("lab", namespace=plane.rig.namespace(NAMESPACE))
    world = World(plane, Skyports(binary, plane.rig.kubeconfig, home, checks=True), made["name_on_cloud"])
    ports = [port for app in APPS for port in (app.port, app.port + 1)]
    with ExitStack() as running:
        for app in APPS:
            for port, prefix in ((app.port, None), (app.port + 1, world.prefix(app.port + 1))):
                started(running, world, made["head"], app, port, prefix, home)
        for mode in ("loadbalancer", "ingress"):
            world.skyports.run("open", world.cluster, ",".join(map(str, ports)), "--mode", mode).expect(0)
        at = plane.pod_address(NAMESPACE, made["head"])
        for port in ports:
            wait_for(f"the app on port {port}", lambda: fetch(f"http://{at}:{port}/")[0], 90, every=0.3)
        yield world


def started(
    running: ExitStack, world: World, head: str, app: App, port: int, prefix: str | None, home: Path
) -> None:
    own = home / f"{app.name}-{port}"
    own.mkdir()
    env = {
        "HOME": str(own),
        # `ip` is where root's programs are.
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
        "PYTHONDONTWRITEBYTECODE": "1",
        # None of them has anybody to call here.
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_OFFLINE": "1",
        "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    }
    # Notebooks are written where it stands.
    command = ["sh", "-c", 'cd "$HOME" && exec "$@"', app.name, *app.argv(port, prefix)]
    running.enter_context(world.plane.app(NAMESPACE, head, command, env))


def look(browser: Browser, app: App, url: str) -> tuple[Seen, list[str]]:
    """Opens the URL; what is seen, and the requests that failed."""
    host = "/".join(url.split("/")[:3])
    with watched(browser) as seen:
        answer = seen.page.goto(url)
        here = lambda: [f for f in seen.failed_but(*app.harmless) if host in f]  # noqa: E731
        element = seen.page.locator(app.element).first
        end = time.monotonic() + PATIENCE
        while not element.is_visible():
            if (answer is not None and answer.status >= 400) or time.monotonic() > end:
                return Seen.BREAKS, here()
            if any(" script " in f for f in here()):
                # It may come all the same, from the scripts that were there.
                end = min(end, time.monotonic() + WITHOUT_SCRIPTS)
            seen.page.wait_for_timeout(100)
        works = app.works(seen.page)
        return (Seen.WORKS if works and not here() else Seen.LOOKS_FINE), here()


def route_is_live(world: World, port: int, before: int) -> None:
    nginx = world.plane.ingress_nginx
    wait_for(f"the kept route of port {port}", lambda: nginx.reloads() > before, 15)


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_what_a_browser_sees_is_on_record_and_is_what_we_say(world: World, browser: Browser, app: App) -> None:
    with_and_without = ((app.port, False), (app.port + 1, True))
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
        for port, has_flag in with_and_without:
            see(route, port, has_flag)
    # The URL that SkyPilot prints has no slash at its end, and no app bears that.
    bare = world.url(app.port, "ingress").rstrip("/")
    if look(browser, app, bare)[0] is not Seen.BREAKS:
        wrong.append(f"{bare} does not break")
    before = world.plane.ingress_nginx.reloads()
    ports = f"{app.port},{app.port + 1}"
    world.skyports.run("open", world.cluster, ports, "--mode", "ingress", "--keep-prefix").expect(0)
    route_is_live(world, app.port, before)
    for port, has_flag in with_and_without:
        see(KEPT, port, has_flag)
    assert not wrong, "\n".join(wrong)
    assert found == app.seen
