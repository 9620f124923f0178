"""Real apps, by which URL each works: what is on record (issue 6), and how a browser sees that it works.

Knows the apps' commands and pages, not how they are reached.
"""

from __future__ import annotations

import enum
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, TimeoutError, expect

# Names the python of the apps that only `./test --all` tries.
MORE = "SKYPORTS_MORE_APPS"
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
    # Started without its flag on this port, with it, where it has one, on the next one.
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
    # The variable that names the python whose packages have it.
    python: str = "SKYPORTS_APPS"

    @property
    def is_there(self) -> bool:
        """Whether it was asked for: some are only tried by `./test --all`."""
        return self.python in os.environ

    @property
    def has_flag(self) -> bool:
        return any(has for _, has in self.seen)

    @property
    def ports(self) -> dict[int, bool]:
        """Its ports, and whether it has its flag there."""
        return {self.port: False} | ({self.port + 1: True} if self.has_flag else {})

    def argv(self, port: int, prefix: str | None) -> list[str]:
        return self.command(os.environ[self.python], port, prefix)

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
    expect(page.get_by_text("pressed", exact=True).first).to_be_visible(timeout=DOES)


def gradio(python: str, port: int, prefix: str | None) -> list[str]:
    return [python, str(REAL / "gradio_app.py"), str(port), *([prefix] if prefix else [])]


def submit_is_answered(page: Page) -> None:
    page.get_by_role("textbox").first.fill("there", timeout=DOES)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_label("Answer")).to_have_value("hello there", timeout=5_000)


def mlflow(python: str, port: int, prefix: str | None) -> list[str]:
    # One process is enough for one reader.
    command = [python, "-m", "mlflow", "server", "--host=0.0.0.0", f"--port={port}", "--workers=1"]
    return [*command, "--allowed-hosts=*", "--backend-store-uri=sqlite:///mlflow.db", *flag("--static-prefix", prefix)]


def marimo(python: str, port: int, prefix: str | None) -> list[str]:
    # It keeps files of its own beside a notebook, which therefore is a copy.
    copied = ["sh", "-c", 'cp "$1" . && shift && exec "$@"', "marimo", str(REAL / "marimo_app.py")]
    command = [*copied, python, "-m", "marimo", "--quiet", "edit", "marimo_app.py", "--headless", "--no-token"]
    return [*command, "--skip-update-check", "--host=0.0.0.0", f"--port={port}", *flag("--base-url", prefix)]


def kernel_runs_cells(page: Page) -> None:
    page.get_by_test_id("run-button").last.click(timeout=DOES)
    # Who comes back meets the session that was there, and its count.
    shown = page.get_by_role("heading", name=re.compile(r"^pressed \d+ times$"))
    expect(shown).to_be_visible(timeout=DOES)
    before = shown.inner_text()
    page.get_by_role("button", name="Press").click(timeout=DOES)
    expect(shown).not_to_have_text(before, timeout=DOES)


def ray(python: str, port: int, prefix: str | None) -> list[str]:
    command = [str(Path(python).with_name("ray")), "start", "--head", "--block", "--port=6379", "--num-cpus=1"]
    # Paths of its sockets must be short.
    return [*command, "--dashboard-host=0.0.0.0", f"--dashboard-port={port}", "--temp-dir=/run/ray"]


def shows(text: str) -> Callable[[Page], None]:
    return lambda page: expect(page.get_by_text(text).first).to_be_visible(timeout=DOES)


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
        "tensorboard", 6006, tensorboard, "tb-webapp", shows("No dashboards are active"),
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
    App(
        "mlflow", 5000, mlflow, "#root :text('Experiments')", shows("Default"),
        cells(lb=(W, B), stripped=(W, B), kept=(B, W)),
        harmless=("ajax-api/2.0/mlflow/users/current",),
        python=MORE,
    ),
    App(
        "marimo", 2718, marimo, ".cm-content", kernel_runs_cells,
        cells(lb=(W, B), stripped=(W, B), kept=(B, W)),
        python=MORE,
    ),
    App(
        "ray", 8265, ray, "#root :text('Overview')", shows("Cluster"),
        {(LB, False): W, (STRIPPED, False): W, (KEPT, False): B},
        # What asks for parts that are not installed: Ray Serve's answer is 501.
        harmless=("api/grafana_health", "api/prometheus_health", "api/v0/platform_events", "api/serve/applications"),
        python=MORE,
    ),
]  # fmt: skip
