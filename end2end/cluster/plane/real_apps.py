"""Real apps in pods: how one is started, and what somebody sees who opens its URL in a browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from apps import fetch
from browser import watched
from matrix import App, Seen
from rig.data_plane import DataPlane
from rig.process import Process
from rig.wait import wait_for

# For an app to listen.
STARTS = 90
# For an app's own element to be there.
PATIENCE = 40
# And where a script is missing.
WITHOUT_SCRIPTS = 3


@contextmanager
def running(plane: DataPlane, namespace: str, pod: str, argv: list[str], home: Path) -> Iterator[Process]:
    """The command in a pod, with a folder of its own, until the end of the block."""
    home.mkdir(exist_ok=True)
    env = {
        "HOME": str(home),
        # `ip` is where root's programs are.
        "PATH": "/usr/bin:/bin:/usr/sbin:/sbin",
        "PYTHONDONTWRITEBYTECODE": "1",
        # None of them has anybody to call here.
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_OFFLINE": "1",
        "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    }
    # Notebooks are written where it stands.
    command = ["sh", "-c", 'cd "$HOME" && exec "$@"', Path(argv[0]).name, *argv]
    with plane.app(namespace, pod, command, env) as app:
        yield app


def wait_until_it_listens(plane: DataPlane, namespace: str, pod: str, port: int, app: Process) -> None:
    at = f"http://{plane.pod_address(namespace, pod)}:{port}/"
    wait_for(f"the app at {at}", lambda: app.check_running() and fetch(at)[0], STARTS, every=0.3, detail=app.tail)


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
