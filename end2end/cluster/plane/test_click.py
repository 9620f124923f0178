"""Somebody clicks "Open port" in Chromium, waits until it is ready, follows the link and reads the app's
page: all of it through the real data plane.
"""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, Page, expect

from apps import small_app
from binary import Skyports
from browser import watched
from rig.data_plane import DataPlane
from rig.rig import Rig


def open_port(page: Page, name_on_cloud: str, port: int, mode: str) -> None:
    """Clicks through the dialog, to the panel of the endpoint."""
    page.locator(f"a[data-ports][href$='/{name_on_cloud}/open']").first.click()
    dialog = page.locator("#ports-dialog")
    dialog.get_by_label("Port", exact=True).fill(str(port))
    dialog.get_by_label({"ingress": "Ingress", "loadbalancer": "LoadBalancer"}[mode]).check()
    dialog.locator("[data-submit][aria-disabled=false]", has_text=f"Open port {port}").click()
    dialog.wait_for(state="hidden")


@pytest.mark.parametrize("mode", ("loadbalancer", "ingress"))
def test_a_port_is_opened_by_a_click_and_its_link_shows_the_app(
    plane: DataPlane, rig: Rig, namespace: str, skyports: Skyports, browser: Browser, mode: str
) -> None:
    made = rig.oracle.provision("click", namespace=namespace)
    c, head = made["name_on_cloud"], made["head"]
    with (
        small_app(plane, namespace, head, 8000),
        skyports.serve("--namespace", namespace) as server,
        watched(browser) as seen,
    ):
        seen.page.goto(server.url)
        seen.page.locator("[data-live=live]").first.wait_for()
        open_port(seen.page, c, 8000, mode)
        began = time.monotonic()
        panel = seen.page.locator("#endpoint")
        expect(panel.get_by_text("Ready", exact=True).first).to_be_visible(timeout=20_000)
        took = time.monotonic() - began
        with seen.page.context.expect_page() as opened:
            panel.locator("a.url").first.click()
        app = opened.value
        expect(app.locator("h1")).to_have_text(head)
        expect(app.locator("#live")).to_have_text(f"{head} heard hello")
        assert not seen.failed, seen.failed
        print(f"ready {took:.1f} s after the click ({mode})")
