"""Real apps, by which URL each works: what is on record (issue 6), and how a browser sees that it works.

Knows the apps' commands and pages, not how they are reached.
"""

from __future__ import annotations

import enum
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, TimeoutError, expect

REAL = Path(__file__).with_name("real")
# How long an app may take to do what it is there for.
DOES = 20_000


class Seen(enum.Enum):
    """What somebody sees who opens a URL."""

    WORKS = "works"
    LOOKS_FINE = "looks fine, does not work"
    BREAKS = "breaks"


W, L, B = Seen.WORKS, Seen.LOOKS_FINE, Seen.BREAKS
LB, STRIPPED, KEPT = "load balancer", "stripped", "kept"


@dataclass(frozen=True)
class App:
    name: str
    # Started without its flag on this port, with it on the next one.
    port: int
    # Its command, given the port and the prefix that its flag names.
    command: Callable[[str, int, str | None], list[str]]
    # Its own element, and whether it does what it is there for.
    element: str
    does: Callable[[Page], None]
    # By route, and whether it has its flag: what is seen at the URL that we print.
    seen: dict[tuple[str, bool], Seen]
    # Requests that fail wherever it works, too (issue 6): fonts, probes for what is not installed.
    harmless: tuple[str, ...] = ()

    def argv(self, port: int, prefix: str | None) -> list[str]:
        return self.command(os.environ["SKYPORTS_APPS"], port, prefix)

    def works(self, page: Page) -> bool:
        try:
            self.does(page)
            return True
        except (AssertionError, TimeoutError):
            return False


def flag(name: str, prefix: str | None, end: str = "") -> list[str]:
    return [f"{name}={prefix}{end}"] if prefix else []


def jupyter(python: str, port: int, prefix: str | None) -> list[str]:
    command = [python, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=0.0.0.0", f"--port={port}"]
    return [*command, "--IdentityProvider.token=", *flag("--ServerApp.base_url", prefix, "/")]


def kernel_reaches_idle(page: Page) -> None:
    page.locator(".jp-LauncherCard[data-category=Notebook]").first.click(timeout=DOES)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").first.wait_for(timeout=DOES)


def tensorboard(python: str, port: int, prefix: str | None) -> list[str]:
    command = [python, "-m", "tensorboard.main", "--logdir=/tmp/no-such-run", "--bind_all", f"--port={port}"]
    return [*command, *flag("--path_prefix", prefix)]


def streamlit(python: str, port: int, prefix: str | None) -> list[str]:
    command = [python, "-m", "streamlit", "run", str(REAL / "streamlit_app.py"), "--server.headless=true"]
    return [*command, f"--server.port={port}", *flag("--server.baseUrlPath", prefix)]


def button_is_answered(page: Page) -> None:
    page.get_by_role("button", name="Press").click(timeout=DOES)
    expect(page.get_by_text("pressed")).to_be_visible(timeout=DOES)


def gradio(python: str, port: int, prefix: str | None) -> list[str]:
    return [python, str(REAL / "gradio_app.py"), str(port), *([prefix] if prefix else [])]


def submit_is_answered(page: Page) -> None:
    page.get_by_role("textbox").first.fill("there", timeout=DOES)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_label("Answer")).to_have_value("hello there", timeout=5_000)


def cells(lb: tuple[Seen, Seen], stripped: tuple[Seen, Seen], kept: tuple[Seen, Seen]) -> dict[tuple[str, bool], Seen]:
    """Each without and with the flag."""
    rows = {LB: lb, STRIPPED: stripped, KEPT: kept}
    return {(route, has): seen for route, row in rows.items() for has, seen in zip((False, True), row)}


APPS = [
    App(
        "jupyterlab", 8888, jupyter, ".jp-Launcher", kernel_reaches_idle,
        cells(lb=(W, B), stripped=(B, B), kept=(B, W)),
    ),
    App(
        "tensorboard", 6006, tensorboard, "tb-webapp", lambda page: expect(
            page.get_by_text("No dashboards are active").first
        ).to_be_visible(timeout=DOES),
        cells(lb=(W, B), stripped=(W, B), kept=(B, W)),
        harmless=("/font-roboto/",),
    ),
    App(
        "streamlit", 8501, streamlit, "h1:has-text('alive')", button_is_answered,
        cells(lb=(W, B), stripped=(W, B), kept=(B, W)),
    ),
    App(
        "gradio", 7860, gradio, "button:has-text('Submit')", submit_is_answered,
        cells(lb=(W, W), stripped=(L, W), kept=(B, W)),
        harmless=("/manifest.json",),
    ),
]  # fmt: skip
