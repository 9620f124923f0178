"""Repairs clicked in Chromium: an app that its URL breaks works afterwards, at the address that the page
said, and one click takes the repair back.
"""

from __future__ import annotations

import os
import re
import shlex
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from apps import fetch, small_app, status, wait_for_page
from binary import Server, Skyports, wait_for_overview
from browser import watched
from matrix import APPS, Seen
from overview import bare, clusters, endpoints
from real_apps import look, running, wait_until_it_listens
from rig.data_plane import DataPlane
from rig.process import Process
from rig.rig import Rig
from rig.wait import wait_for

JUPYTER = next(app for app in APPS if app.name == "jupyterlab")
PORT = JUPYTER.port
# Until the page has asked the app what it needs.
LOOKS = 30_000
# After the repair each of so many is answered.
REQUESTS = 64


@dataclass
class Panel:
    """The panel of one endpoint in Chromium."""

    page: Page

    @property
    def all(self) -> Locator:
        return self.page.locator("#endpoint")

    @property
    def dialog(self) -> Locator:
        return self.page.locator("#ports-dialog")

    def open(self, server: Server, namespace: str, c: str, port: int, mode: str) -> None:
        origin = "/".join(server.url.split("/")[:3])
        self.page.goto(f"{origin}/c/rig/{namespace}/{c}/{port}?mode={mode}")
        self.page.locator("[data-live=live]").first.wait_for()

    def check(self) -> None:
        self.all.get_by_role("button", name="Check now").click()
        expect(self.all.locator(".described[aria-busy=false]")).to_be_visible(timeout=LOOKS)

    def warns_of(self, code: str) -> Locator:
        return self.all.locator(f".reasons [data-code={code}]")

    def check_until(self, says: re.Pattern[str]) -> None:
        """Of a few connections all may fare alike, by chance: then they are made again."""

        def said() -> bool:
            self.check()
            return bool(says.search(self.all.inner_text()))

        wait_for(f"the panel to say {says.pattern}", said, 60)

    def command_beside(self, repair: str) -> str:
        """What the page tells people to start the app with."""
        button = self.page.get_by_role("link", name=repair, exact=True)
        return self.all.locator("li.fix", has=button).first.locator("pre code").inner_text()

    def press(self, repair: str) -> str:
        """Clicks a repair, reads its plan and carries it out; the plan's text."""
        self.all.get_by_role("link", name=repair, exact=True).first.click()
        submit = self.dialog.locator("[data-submit][aria-disabled=false]")
        submit.wait_for()
        plan = self.dialog.inner_text()
        submit.click()
        self.dialog.wait_for(state="hidden")
        return plan


@contextmanager
def panel_of(browser: Browser, server: Server, namespace: str, c: str, port: int, mode: str) -> Iterator[Panel]:
    wait_for_overview(server, "the port", lambda o: port in endpoints(o, namespace, c, mode))
    with watched(browser) as seen:
        panel = Panel(seen.page)
        panel.open(server, namespace, c, port, mode)
        yield panel
        assert not seen.failed, seen.failed


def url_of(server: Server, namespace: str, c: str, port: int, mode: str) -> str:
    def url() -> str | None:
        found = endpoints(server.overview(), namespace, c, mode).get(port)
        return found["urls"][0] if found and found["urls"] else None

    return str(wait_for(f"the URL of port {port} ({mode})", url))


@dataclass
class Lab:
    """A cluster with JupyterLab as everybody starts it, its port open in the mode `ingress`."""

    plane: DataPlane
    server: Server
    namespace: str
    c: str
    head: str
    # The app's folder.
    home: Path
    app: Process

    def panel(self, browser: Browser) -> AbstractContextManager[Panel]:
        return panel_of(browser, self.server, self.namespace, self.c, PORT, "ingress")

    def url(self, mode: str = "ingress") -> str:
        return url_of(self.server, self.namespace, self.c, PORT, mode)

    def endpoint(self) -> dict:
        return endpoints(self.server.overview(), self.namespace, self.c, "ingress")[PORT]

    @contextmanager
    def started_anew(self, words: list[str]) -> Iterator[None]:
        """The app by another command, in the place of the first."""
        assert words[:2] == ["jupyter", "lab"], words
        program = Path(os.environ["SKYPORTS_APPS"]).with_name("jupyter")
        # Beside that only that nobody is at the terminal.
        argv = [str(program), *words[1:], "--no-browser", "--allow-root", f"--port={PORT}", "--IdentityProvider.token="]
        self.app.kill()
        with running(self.plane, self.namespace, self.head, argv, self.home) as app:
            wait_until_it_listens(self.plane, self.namespace, self.head, PORT, app)
            yield


@pytest.fixture
def lab(plane: DataPlane, rig: Rig, namespace: str, skyports: Skyports, tmp_path: Path) -> Iterator[Lab]:
    made = rig.oracle.provision("lab", namespace=namespace)
    c, head, home = made["name_on_cloud"], made["head"], tmp_path / "jupyterlab"
    with (
        running(plane, namespace, head, JUPYTER.argv(PORT, None), home) as app,
        skyports.serve("--namespace", namespace) as server,
    ):
        # An app that starts takes all of a small machine, and the port is opened within 9 s.
        wait_until_it_listens(plane, namespace, head, PORT, app)
        opened = skyports.run("open", f"{namespace}/lab", str(PORT), "--mode", "ingress")
        assert opened.code == 0, f"{opened}\n{plane.ingress_nginx.process.tail()}"
        wait_for_overview(server, "the port", lambda o: c in clusters(o, namespace) and PORT in endpoints(o, namespace, c))
        lab = Lab(plane, server, namespace, c, head, home, app)
        # JupyterLab itself answers, and leads out of the path.
        wait_for("SkyPilot's route", lambda: fetch(lab.url() + "api")[0] == 200, 15)
        yield lab


def test_a_click_keeps_the_path_and_jupyterlab_works_at_the_very_url(lab: Lab, rig: Rig, browser: Browser) -> None:
    url, nginx = lab.url(), lab.plane.ingress_nginx
    printed, *_ = rig.oracle.query_ports(lab.c, [str(PORT)], mode="ingress", namespace=lab.namespace)[PORT]
    assert bare(url) == bare(printed)
    assert look(browser, JUPYTER, url)[0] is Seen.BREAKS
    with lab.panel(browser) as panel:
        panel.check()
        expect(panel.warns_of("subpath_breaks_app")).to_be_visible(timeout=LOOKS)
        expect(panel.all.locator("mark").first).to_contain_text("leaves")
        words = shlex.split(panel.command_beside("Add the route"))
        before = nginx.reloads()
        plan = panel.press("Add the route")
        assert f"Makes the Ingress {lab.c}-skyports-{PORT}" in plan, plan
        assert "JupyterLab must be started for this path" in plan, plan
        wait_for("the kept route", lambda: nginx.reloads() > before, 15)
        assert lab.endpoint()["route"] == "kept"
        with lab.started_anew(words):
            seen, failed = look(browser, JUPYTER, url)
            assert seen is Seen.WORKS, failed
            panel.check()
            expect(panel.all.get_by_text("Ready", exact=True).first).to_be_visible(timeout=LOOKS)
            expect(panel.warns_of("subpath_breaks_app")).to_have_count(0)
            # It works; that it was started without a login is another matter, and is told.
            expect(panel.all.locator("[data-link=app]")).to_contain_text("lets anybody in")
            before = nginx.reloads()
            panel.press("Remove the route")
            wait_for("SkyPilot's route", lambda: nginx.reloads() > before, 15)
            assert lab.endpoint()["route"] == "stripped" and lab.url() == url
            assert look(browser, JUPYTER, url)[0] is Seen.BREAKS


def test_a_click_gives_jupyterlab_an_address_of_its_own_where_it_works_as_it_is(lab: Lab, browser: Browser) -> None:
    path = lab.url()
    with lab.panel(browser) as panel:
        panel.check()
        expect(panel.warns_of("subpath_breaks_app")).to_be_visible(timeout=LOOKS)
        plan = panel.press("Switch to LoadBalancer")
        assert "Deletes the Ingress" in plan and "stops working" in plan, plan
        panel.page.wait_for_url(f"**/{PORT}?mode=loadbalancer")
        expect(panel.all.get_by_text("Ready", exact=True).first).to_be_visible(timeout=LOOKS)
        shown = panel.all.locator("a.url").first.get_attribute("href")
        assert shown == lab.url("loadbalancer")
        seen, failed = look(browser, JUPYTER, str(shown))
        assert seen is Seen.WORKS, failed
        wait_for("the path's end", lambda: status(path) == 404, 15)


@pytest.mark.parametrize("mode", ("loadbalancer", "ingress"))
def test_of_eight_nodes_the_head_alone_is_asked_after_a_click(
    plane: DataPlane, rig: Rig, namespace: str, skyports: Skyports, browser: Browser, mode: str
) -> None:
    made = rig.oracle.provision("many", nodes=8, namespace=namespace)
    c, head, port = made["name_on_cloud"], made["head"], 8888
    # Real pods refuse a port on which nothing listens; without a namespace nobody would be there.
    for pod in made["pods"]:
        plane.network.pod(plane.pod_address(namespace, pod))
    with small_app(plane, namespace, head, port), skyports.serve("--namespace", namespace) as server:
        wait_for_overview(server, "the cluster", lambda o: c in clusters(o, namespace))
        skyports.run("open", f"{namespace}/many", str(port), "--mode", mode).expect(0)
        url = url_of(server, namespace, c, port, mode)
        wait_for_page(url, head, 20)
        answers = Counter(status(url) for _ in range(32))
        assert 0 < answers[200] < 32, f"requests are spread over nodes that do not listen: {answers}"
        with panel_of(browser, server, namespace, c, port, mode) as panel:
            expect(panel.warns_of("multi_node_routing")).to_be_visible()
            panel.check_until(re.compile(r"\d of 8 (connections|requests) find nobody|\d of 8 requests found nobody"))
            plan = panel.press("Send to the head only")
            assert "component: head" in plan or "selector" in plan, plan
            expect(panel.warns_of("multi_node_routing")).to_have_count(0)
            wait_for("the head alone", lambda: all(status(url) == 200 for _ in range(16)), 10)
            answers = Counter(status(url) for _ in range(REQUESTS))
            assert answers == {200: REQUESTS}, answers
            panel.check()
            expect(panel.all.get_by_text("Ready", exact=True).first).to_be_visible(timeout=LOOKS)
            expect(panel.all.get_by_text("find nobody")).to_have_count(0)
