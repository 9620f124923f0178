"""Asks a real API server and the demo's the same, and makes their answers comparable.

Knows HTTP, how both are filled with the same objects, and what of an answer is a
server's own choice (identities, versions, moments). Knows no rule of Kubernetes.
"""

from __future__ import annotations

import base64
import difflib
import http.client
import json
import os
import re
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from rig import users
from rig.process import die_with_parent
from rig.rig import Rig

GROUPS = {
    "Deployment": "apps/v1",
    "EndpointSlice": "discovery.k8s.io/v1",
    "Ingress": "networking.k8s.io/v1",
    "IngressClass": "networking.k8s.io/v1",
}
CLUSTER_KINDS = ("Namespace", "Node", "IngressClass")
# Set by the server; what `put` gives to the demo must not bring them.
OWN = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def plural(kind: str) -> str:
    return kind.lower() + ("es" if kind.endswith("s") else "s")


def collection(kind: str, namespace: str | None = None) -> str:
    group = GROUPS.get(kind)
    root = f"/apis/{group}" if group else "/api/v1"
    return root + (f"/namespaces/{namespace}" if namespace else "") + f"/{plural(kind)}"


def path_of(thing: dict) -> str:
    metadata = thing["metadata"]
    return f"{collection(thing['kind'], metadata.get('namespace'))}/{metadata['name']}"


def thing(kind: str, name: str, namespace: str | None = None, labels: dict | None = None, **more: Any) -> dict:
    """A document with what every object needs."""
    metadata = {"name": name} | ({"namespace": namespace} if namespace else {})
    if labels:
        metadata["labels"] = labels
    return {"apiVersion": GROUPS.get(kind, "v1"), "kind": kind, "metadata": metadata, **more}


def plain(thing: dict) -> dict:
    """What somebody wrote, without what the server added to it."""
    metadata = {name: value for name, value in thing["metadata"].items() if name not in OWN}
    return thing | {"metadata": metadata}


def service(name: str, namespace: str, **labels: str) -> dict:
    return thing("Service", name, namespace, labels, spec={"ports": [{"port": 80}]})


def config(name: str, namespace: str, **labels: str) -> dict:
    return thing("ConfigMap", name, namespace, labels, data={"a": "b"})


def event(name: str, namespace: str, kind: str = "Service", type: str = "Normal") -> dict:
    about = {"kind": kind, "namespace": namespace, "name": "x", "apiVersion": "v1"}
    return thing("Event", name, namespace, involvedObject=about, type=type, reason="R", message="m")


def condition() -> dict:
    moment = "2026-01-01T00:00:00Z"
    return {"type": "Ready", "status": "True", "reason": "R", "message": "m", "lastTransitionTime": moment}


def every_kind(namespace: str) -> list[dict]:
    containers = {"containers": [{"name": "c", "image": "i"}]}
    backend = {"service": {"name": "s", "port": {"number": 80}}}
    template = {"metadata": {"labels": {"a": "b"}}, "spec": containers}
    return [
        config("c", namespace),
        event("e", namespace),
        thing("Namespace", f"{namespace}-made"),
        thing("Node", f"{namespace}-node"),
        thing("Pod", "p", namespace, spec=containers | {"nodeName": "nowhere", "serviceAccountName": "default"}),
        thing("Secret", "s", namespace),
        service("s", namespace),
        thing(
            "Deployment",
            "d",
            namespace,
            spec={"replicas": 0, "selector": {"matchLabels": {"a": "b"}}, "template": template},
        ),
        thing("EndpointSlice", "es", namespace, addressType="IPv4", endpoints=[], ports=[]),
        thing("IngressClass", f"{namespace}-class", spec={"controller": "example.com/c"}),
        thing("Ingress", "i", namespace, spec={"defaultBackend": backend}),
    ]


def names(answer: dict) -> list[str]:
    return [item["metadata"]["name"] for item in answer["body"]["items"]]


def types(events: list[dict]) -> list[str]:
    return [event["type"] for event in events]


@dataclass
class Answer:
    status: int
    content_type: str
    body: Any


@dataclass
class Side:
    """One of the two servers."""

    name: str
    server: str
    token: str
    tls: ssl.SSLContext | None
    # What refuses everything: another server or another token.
    refusing: tuple[str, str]
    # The versions that writes of this test made, in their order.
    versions: list[str] = field(default_factory=list)

    def wrote(self, thing: dict) -> dict:
        self.versions.append(thing["metadata"]["resourceVersion"])
        return thing

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: Any = None,
        who: tuple[str, str] | None = None,
        content_type: str = "application/json",
        **query: str,
    ) -> Answer:
        connection, answer = self._open(path, method, body, who, query, content_type)
        with connection:
            text = answer.read().decode()
            kind = answer.headers.get("Content-Type", "")
            return Answer(answer.status, kind, json.loads(text) if kind == "application/json" else text)

    def watch(self, path: str, seconds: int = 1, **query: str) -> list[dict]:
        """All events until the server ends the watch, which it must do cleanly."""
        return self.watching(path, seconds, **query).finish()

    def watching(self, path: str, seconds: int, **query: str) -> Watching:
        query = {"watch": "true", "timeoutSeconds": str(seconds), **query}
        return Watching(*self._open(path, "GET", None, None, query))

    def _open(
        self,
        path: str,
        method: str,
        body: Any,
        who: tuple[str, str] | None,
        query: dict[str, str],
        content_type: str = "application/json",
    ) -> tuple[Connection, http.client.HTTPResponse]:
        server, token = who or (self.server, self.token)
        parts = urlsplit(server)
        if self.tls:
            raw = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=30, context=self.tls)
        else:
            raw = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        headers = {"Accept": "application/json", "User-Agent": "contract", "Authorization": f"Bearer {token}"}
        data = body if body is None or isinstance(body, str) else json.dumps(body)
        if data is not None:
            headers["Content-Type"] = content_type
        raw.request(method, path + (f"?{urlencode(query)}" if query else ""), body=data, headers=headers)
        return Connection(raw), raw.getresponse()


class Connection:
    """A connection that ends with its block."""

    def __init__(self, raw: http.client.HTTPConnection) -> None:
        self.raw = raw

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.raw.close()


class Watching:
    """An open watch, read in a thread of its own."""

    def __init__(self, connection: Connection, answer: http.client.HTTPResponse) -> None:
        assert answer.status == 200, answer.read()
        assert answer.headers["Content-Type"] == "application/json"
        self._connection, self._answer = connection, answer
        self.events: list[dict] = []
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def finish(self) -> list[dict]:
        self._thread.join(timeout=30)
        assert not self._thread.is_alive(), "the watch did not end"
        assert self._error is None, f"the watch broke off: {self._error!r}"
        return self.events

    def _read(self) -> None:
        with self._connection:
            try:
                # A body that breaks off raises IncompleteRead.
                self.events.extend(json.loads(line) for line in self._answer.read().splitlines() if line.strip())
            except Exception as error:  # told by `finish`
                self._error = error


class Pair:
    """The real server and the demo's, with the same objects."""

    def __init__(self, real: Side, demo: Side, order: Callable[[dict], dict]) -> None:
        self.real, self.demo, self._order = real, demo, order

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.real, self.demo

    def create(self, thing: dict, owners: list[dict[str, dict]] = []) -> dict[str, dict]:
        """The object on both, as each keeps it; `owners` are such answers."""
        metadata = thing["metadata"]
        body = self._owned(thing, owners, self.real)
        answer = self.real.ask(collection(thing["kind"], metadata.get("namespace")), "POST", body)
        assert answer.status == 201, answer.body
        made = self.real.wrote(answer.body)
        return {"real": made, "demo": self._put(self._owned(plain(made), owners, self.demo))}

    def change(self, thing: dict, **metadata_or_parts: Any) -> None:
        """Replaces parts of an object on both; `labels` are metadata, `status` is a request of its own."""
        path = path_of(thing)
        current = self.real.ask(path).body
        parts = dict(metadata_or_parts)
        if "labels" in parts:
            current["metadata"]["labels"] = parts.pop("labels")
        for part, value in parts.items():
            current[part] = value
        answer = self.real.ask(path + ("/status" if "status" in parts else ""), "PUT", current)
        assert answer.status == 200, answer.body
        if answer.body["metadata"]["resourceVersion"] != self.real.versions[-1]:
            self.real.wrote(answer.body)
        before = self.demo.versions[-1]
        kept = self._order({"put": plain(answer.body)})["object"]
        if kept["metadata"]["resourceVersion"] != before:
            self.demo.wrote(kept)

    def remove(self, thing: dict) -> None:
        answer = self.real.ask(path_of(thing), "DELETE")
        assert answer.status == 200, answer.body
        gone = self._order({"remove": thing})["object"]
        # Some kinds are answered with what they were last, some with a Status, which has no version.
        if answer.body["kind"] != "Status":
            self.real.wrote(answer.body)
            self.demo.wrote(gone)

    def copy(self, thing: dict) -> None:
        """An object of the real server, with its moments, to the demo."""
        metadata = {k: v for k, v in thing["metadata"].items() if k not in ("resourceVersion", "managedFields")}
        self._put(thing | {"metadata": metadata})

    def same(self, question: Callable[[Side], Any]) -> Any:
        """Asks both; what the real one said, once the demo has said the same."""
        real, demo = (comparable(question(side), side) for side in self.sides)
        if demo != real:
            shown = ([*json.dumps(it, indent=1, sort_keys=True).splitlines()] for it in (real, demo))
            raise AssertionError("\n".join(difflib.unified_diff(*shown, "real", "demo", lineterm="", n=4)))
        return real

    def _put(self, thing: dict) -> dict:
        return self.demo.wrote(self._order({"put": thing})["object"])

    def _owned(self, thing: dict, owners: list[dict[str, dict]], side: Side) -> dict:
        if not owners:
            return thing
        references = [
            {k: owner[side.name][k] for k in ("apiVersion", "kind")}
            | {k: owner[side.name]["metadata"][k] for k in ("name", "uid")}
            for owner in owners
        ]
        return thing | {"metadata": thing["metadata"] | {"ownerReferences": references}}


def comparable(value: Any, side: Side) -> Any:
    """Identities, versions and moments by what they mean; all else as it is."""
    if isinstance(value, Answer):
        return comparable(vars(value), side)
    if isinstance(value, list | tuple):
        return [comparable(item, side) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("items"), list) and "resourceVersion" in value.get("metadata", {}):
        metadata = value["metadata"]
        value = value | {"metadata": metadata | {"resourceVersion": _since(metadata["resourceVersion"], side)}}
    return {name: _comparable(name, item, side) for name, item in value.items() if name != "managedFields"}


def _since(version: str, side: Side) -> str:
    """The last write of this test that a list of `version` shows.

    A list's version is the moment of its server, and there is always somebody
    else who writes to a real one: the lists of two servers are of one moment when
    the same of our own writes came before.
    """
    return next((own for own in reversed(side.versions) if int(own) <= int(version)), version)


def _comparable(name: str, value: Any, side: Side) -> Any:
    if name == "resourceVersion":
        return f"write {side.versions.index(value)}" if value in side.versions else "another"
    if name == "uid":
        assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value), value
        return "a uid"
    if name == "creationTimestamp" and value:
        assert MOMENT.fullmatch(value), value
        return "a moment"
    if name == "continue" and value:
        token = json.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
        return token | {"rv": token["rv"] if token["rv"] < 0 else "a version"}
    if name == "message":
        value = re.sub(r"(current: |version: )\d+", r"\1N", value)
        return re.sub(r"\(\d+\)", "(N)", value)
    return comparable(value, side)


@contextmanager
def demo_api() -> Iterator[tuple[dict, Callable[[dict], dict]]]:
    """A demo API of its own, and how it is filled; ended with the block."""
    program = os.environ.get("SKYPORTS_DEMO_API", "")
    assert os.access(program, os.X_OK), "SKYPORTS_DEMO_API must name the example `contract` of skyports-demo"
    pipe = subprocess.PIPE
    with subprocess.Popen([program], stdin=pipe, stdout=pipe, text=True, preexec_fn=die_with_parent) as child:
        assert child.stdin and child.stdout

        def line() -> dict:
            assert child.stdout
            text = child.stdout.readline()
            assert text, f"{program} ended"
            return json.loads(text)

        def order(what: dict) -> dict:
            assert child.stdin
            child.stdin.write(json.dumps(what) + "\n")
            child.stdin.flush()
            answer = line()
            assert "error" not in answer, answer
            return answer

        yield line(), order
        child.stdin.close()
        assert child.wait(timeout=10) == 0


def pair(rig: Rig, demo: dict, order: Callable[[dict], dict]) -> Pair:
    plane = rig.control_plane
    tls = ssl.create_default_context(cafile=str(plane.ca_file))
    token = users.USERS[users.ADMIN].token
    nobody = (plane.server, users.USERS["nobody"].token)
    real = Side("real", plane.server, token, tls, nobody)
    return Pair(real, Side("demo", demo["server"], demo["token"], None, (demo["refusing"], demo["token"])), order)
