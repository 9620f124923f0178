"""Clicks on the forms of the pages of `skyports serve`, without a browser.

Knows their addresses, their fields, and how they answer; not what they write.
"""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode, urlsplit

from binary import Server, wait_for_overview
from overview import clusters


@dataclass(frozen=True)
class Answer:
    """What the server says to a submitted form."""

    status: int
    html: str

    @property
    def is_done(self) -> bool:
        """Everything was done: the browser is sent on."""
        return self.status == 303

    @property
    def text(self) -> str:
        """The words of the page that says why not."""
        body = re.sub(r"<(script|style)\b.*?</\1>", " ", self.html, flags=re.S)
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())

    def expect_done(self) -> Answer:
        assert self.is_done, f"{self.status}: {self.text[-3000:]}"
        return self


def click(server: Server, where: tuple[str, str], direction: str, timeout: float = 30, **fields: object) -> Answer:
    """Submits the form that opens or closes ports of a cluster (namespace, name on the cloud)."""
    namespace, c = where
    return submitted(server, f"/c/rig/{namespace}/{c}/{direction}", list(fields.items()), timeout)


def submitted(server: Server, address: str, fields: list[tuple[str, object]], timeout: float = 30) -> Answer:
    """Submits a form, as a browser does."""
    parts = urlsplit(server.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": f"{parts.scheme}://{parts.netloc}",
        "Sec-Fetch-Site": "same-origin",
    }
    try:
        connection.request("POST", address, urlencode(fields), headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.read().decode())
    finally:
        connection.close()


def at_once(jobs: Iterable[Callable[[], Answer]]) -> list[Answer]:
    """All of them, each in a thread of its own."""
    jobs = list(jobs)
    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(lambda job: job(), jobs))


def wait_until_shown(server: Server, namespace: str, *names_on_cloud: str) -> None:
    """What the server does not know yet cannot be clicked."""
    wait_for_overview(
        server,
        "the clusters",
        lambda o: all(clusters(o, namespace).get(c, {}).get("nodes") for c in names_on_cloud),
    )
