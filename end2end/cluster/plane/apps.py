"""Clusters with an app in their head pod, and how it is reached: by HTTP, by WebSocket."""

from __future__ import annotations

import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from rig.data_plane import DataPlane
from rig.wait import wait_for

APP = Path(__file__).with_name("app.py")


@contextmanager
def small_app(plane: DataPlane, namespace: str, pod: str, port: int) -> Iterator[None]:
    """`app.py` in a pod, once it listens."""
    with plane.app(namespace, pod, [sys.executable, "-B", str(APP), pod, str(port)]) as app:
        at = f"http://{plane.pod_address(namespace, pod)}:{port}/"

        def listens() -> bool:
            app.check_running()
            return status(at) == 200

        wait_for(f"the app at {at}", listens, 15, detail=app.tail)
        yield


def fetch(url: str, timeout: float = 5) -> tuple[int, str]:
    """Status and text, redirects followed; 0 and the reason where nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")
    except OSError as error:
        return 0, str(error)


def status(url: str) -> int:
    return fetch(url, 2)[0]


def echo(url: str, word: str) -> str:
    """What a WebSocket below that page answers."""
    at = url.replace("http://", "ws://").rstrip("/") + "/ws"
    with connect(at, open_timeout=5, close_timeout=2, proxy=None) as socket:
        socket.send(word)
        return str(socket.recv(timeout=5))


def refuses_a_websocket(url: str) -> bool:
    try:
        echo(url, "anybody")
        return False
    except (OSError, WebSocketException):
        return True


def wait_for_page(url: str, has: str, seconds: float = 10) -> float:
    """Until the page has that text; how long it took."""
    began = time.monotonic()

    def page() -> bool:
        code, text = fetch(url)
        assert code == 200 and has in text, f"{url}: {code} {text[:300]}"
        return True

    wait_for(f"the page at {url}", page, seconds)
    return time.monotonic() - began
