"""Follows `GET /api/v1/events` and keeps what every revision showed.

So a test can say "at no moment", not just "when I looked".
"""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from binary import Server


@dataclass(frozen=True)
class Revision:
    """What people saw from `time` (monotonic) on."""

    time: float
    number: int
    contexts: dict[str, dict]
    # By (namespace, name on the cloud).
    clusters: dict[tuple[str, str], dict]

    def state(self, context: str = "rig") -> str:
        return self.contexts[context]["state"]

    def endpoints(self, namespace: str, name_on_cloud: str) -> dict[int, tuple[str, tuple[str, ...]]]:
        """State and URLs by port; nothing when the cluster is not there."""
        cluster = self.clusters.get((namespace, name_on_cloud), {"endpoints": []})
        return {e["port"]: (e["state"], tuple(e["urls"])) for e in cluster["endpoints"]}


class Revisions:
    """Every revision since it began, oldest first."""

    def __init__(self, server: Server) -> None:
        parts = urlsplit(server.url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=30)
        self._connection.request("GET", "/api/v1/events")
        self._lines = self._connection.getresponse()
        assert self._lines.status == 200, self._lines.read()
        assert json.loads(self._event()["data"])["build"] is not None, "`hello` comes first"
        # Read after it: no change falls between the two.
        overview = server.overview()
        contexts, clusters = overview["contexts"], overview["clusters"]
        first = Revision(time.monotonic(), overview["revision"], _named(contexts), {_id(c): c for c in clusters})
        self._seen = [first]
        self.error = ""
        self._thread = threading.Thread(target=self._follow, name="revisions", daemon=True)
        self._thread.start()

    def all(self) -> list[Revision]:
        assert not self.error, self.error
        return list(self._seen)

    def close(self) -> None:
        if self._connection.sock:
            self._connection.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=5)
        self._connection.close()

    def _follow(self) -> None:
        try:
            while event := self._event():
                if event.get("event") == "change":
                    self._take(json.loads(event["data"]))
                elif event.get("event") == "resync":
                    self.error = "the stream lagged behind"
        except (OSError, http.client.HTTPException, AttributeError, ValueError):
            # Closed, by us or with the server.
            pass

    def _take(self, change: dict) -> None:
        last = self._seen[-1]
        if change["revision"] <= last.number:
            return
        if change["from"] != last.number:
            self.error = f"a change from {change['from']} follows revision {last.number}"
        clusters = last.clusters | {_id(c): c for c in change["changed"]}
        for gone in change["gone"]:
            clusters.pop(_id(gone), None)
        contexts = last.contexts if change["contexts"] is None else _named(change["contexts"])
        self._seen.append(Revision(time.monotonic(), change["revision"], contexts, clusters))

    def _event(self) -> dict[str, str]:
        """The next event's fields; empty at the end of the stream."""
        fields: dict[str, str] = {}
        while line := self._lines.readline():
            text = line.decode().rstrip("\n")
            if not text and fields:
                return fields
            name, _, value = text.partition(":")
            if name:
                fields[name] = value.strip()
        return {}


@contextmanager
def revisions(server: Server) -> Iterator[Revisions]:
    seen = Revisions(server)
    try:
        yield seen
    finally:
        seen.close()


def _id(cluster: dict) -> tuple[str, str]:
    return cluster["namespace"], cluster["name_on_cloud"]


def _named(contexts: list[dict]) -> dict[str, dict]:
    return {context["name"]: context for context in contexts}
