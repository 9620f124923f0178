"""Writes the same to a real API server and to the demo's, and makes their answers comparable.

Knows what a server chooses itself when it writes (addresses, node ports, ends of names) and how to
compare who owns which field. Knows no rule of Kubernetes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from contract import Answer, Pair, Side, collection, thing

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"

ADDRESS = re.compile(r"\b10\.96\.\d+\.\d+\b")
UID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def port(number: int, name: str | None = None, **more: Any) -> dict:
    return {"name": name or f"port{number}", "port": number, "targetPort": number, "protocol": "TCP"} | more


def balancer(name: str, namespace: str, ports: list, /, **spec: Any) -> dict:
    spec = {"type": "LoadBalancer", "selector": {"a": "b"}, "ports": ports} | spec
    return thing("Service", name, namespace, {"parent": "skypilot"}, spec=spec)


def route(path: str, service: str = "s", number: int = 80, kind: str = "ImplementationSpecific") -> dict:
    backend = {"service": {"name": service, "port": {"number": number}}}
    return {"path": path, "pathType": kind, "backend": backend}


def ingress(name: str, namespace: str, paths: list, /, **spec: Any) -> dict:
    made = thing("Ingress", name, namespace)
    made["metadata"]["annotations"] = {"nginx.ingress.kubernetes.io/use-regex": "true"}
    return made | {"spec": {"ingressClassName": "nginx", "rules": [{"http": {"paths": paths}}]} | spec}


class Writes:
    """Both servers, asked to write the same into one namespace."""

    def __init__(self, pair: Pair, namespace: str) -> None:
        self.pair, self.namespace = pair, namespace
        # The real server has it already.
        pair._order({"put": thing("Namespace", namespace)})

    def path(self, kind: str, name: str = "") -> str:
        return collection(kind, self.namespace) + (f"/{name}" if name else "")

    def same(self, question: Callable[[Side], Any]) -> Any:
        """What both say, with the owners of fields."""
        return self.pair.same(lambda side: plain(question(side)))

    def send(self, method: str, path: str, body: Any = None, kind: str = "application/json", **query: str) -> Any:
        """The same to both; `body` may be made for each side."""

        def asked(side: Side) -> Answer:
            sent = body(side) if callable(body) else body
            answer = side.ask(path, method, sent, content_type=kind, **query)
            if answer.status < 300 and "dryRun" not in query:
                version = answer.body.get("metadata", {}).get("resourceVersion")
                if version and version not in side.versions:
                    side.versions.append(version)
            return answer

        return self.same(asked)

    def create(self, thing: dict, **query: str) -> Any:
        return self.send("POST", self.path(thing["kind"]), thing, **query)

    def replace(self, thing: Any, name: str, kind: str = "Service", **query: str) -> Any:
        return self.send("PUT", self.path(kind, name), thing, **query)

    def patch(self, kind: str, name: str, how: str, patch: Any, **query: str) -> Any:
        return self.send("PATCH", self.path(kind, name), patch, how, **query)

    def delete(self, kind: str, name: str, body: Any = None, **query: str) -> Any:
        return self.send("DELETE", self.path(kind, name), body, **query)

    def get(self, kind: str, name: str) -> Any:
        return self.same(lambda side: side.ask(self.path(kind, name)))

    def now(self, side: Side, kind: str, name: str) -> dict:
        """An object as that side has it at this moment."""
        return side.ask(self.path(kind, name)).body


def owners(told: Any, kind: str = "f:spec") -> dict[str, Any]:
    """Who owns what below a field of the answer's object."""
    return {who: fields.get(kind, {}) for who, fields in told["body"]["metadata"]["owners"].items()}


def owned_ports(told: Any, who: str) -> set[int]:
    """The ports of a Service that somebody owns."""
    steps = owners(told).get(who, {}).get("f:ports", {})
    return {int(re.search(r'"port":(\d+)', step)[1]) for step in steps if step.startswith("k:")}


def plain(value: Any) -> Any:
    """An answer without what each server chooses itself."""
    if isinstance(value, Answer):
        return plain(vars(value))
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return UID.sub("UID", ADDRESS.sub("ADDRESS", value))
    if not isinstance(value, dict):
        return value
    made = {UID.sub("UID", name): plain(item) for name, item in value.items() if name != "managedFields"}
    if "managedFields" in value:
        made["owners"] = {
            " ".join(entry[part] for part in ("manager", "operation", "apiVersion")): plain(entry["fieldsV1"])
            for entry in value["managedFields"]
        }
    
    if isinstance(value.get("nodePort"), int):
        assert 30000 <= value["nodePort"] <= 32800
        made["nodePort"] = "a node port"
    if "deletionTimestamp" in value:
        made["deletionTimestamp"] = "a moment"
    if "generateName" in value:
        made["name"] = re.sub(r"[a-z0-9]{5}$", "NAME", value["name"])
    if isinstance(value.get("uid"), str) and UID.fullmatch(value["uid"]):
        made["uid"] = value["uid"]
    causes = value.get("causes", [])
    if causes and causes[0].get("reason") == "FieldManagerConflict":
        # A real server has no order of managers here.
        made["causes"].sort(key=lambda cause: cause["message"])
    for name in ("message", "field"):
        if isinstance(value.get(name), str):
            said = re.sub(r"Duplicate value: 3\d{4}", "Duplicate value: a node port", made[name])
            # The whole object that a patch made, or the patch as Go prints it.
            made[name] = re.sub(r'patch: Invalid value: ".*?": (?=[a-z ]+:|cannot)', "patch: ", said, flags=re.S)
            made[name] = re.sub(r'^Invalid value: "[{m].*?": (?=[a-z ]+:|cannot)', "", made[name], flags=re.S)
    return made
