"""What a namespace holds of open ports, as the API server has it, and what must be true of it at any
time. Knows SkyPilot's shapes and our labels; not who opened what.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from overview import clusters
from rig import objects
from rig.api import namespaced
from rig.rig import Rig

OURS = ("app.kubernetes.io/managed-by", "skyports")
MODES = ("loadbalancer", "ingress")
DROPPED = "dropped_by_skypilot"
# What a write changes by itself.
RESTLESS = ("resourceVersion", "managedFields", "generation")
Key = tuple[str, str]


def at_rest(thing: dict) -> dict:
    """An object without what a write changes by itself."""
    meta = {key: value for key, value in thing["metadata"].items() if key not in RESTLESS}
    return {**thing, "metadata": meta}


def number(entry: dict) -> int:
    """The port of an entry of a Service, or of a path."""
    return entry["port"] if "port" in entry else entry["backend"]["service"]["port"]["number"]


@dataclass(frozen=True)
class State:
    """The Services, Ingresses and pods of a namespace, by kind and name."""

    namespace: str
    things: dict[Key, dict]

    @staticmethod
    def read(rig: Rig, namespace: str) -> State:
        things = {}
        for kind, group in (("services", ""), ("ingresses", objects.NETWORKING), ("pods", "")):
            for thing in rig.api.get(namespaced(namespace, kind, group=group))["items"]:
                things[kind, thing["metadata"]["name"]] = thing
        return State(namespace, things)

    def entries(self, c: str, mode: str) -> list[dict]:
        """The ports of SkyPilot's Service, or the paths of its Ingress, in their order."""
        if mode == "loadbalancer":
            return self.things.get(("services", objects.lb_service(c)), {"spec": {"ports": []}})["spec"]["ports"]
        ingress = self.things.get(("ingresses", objects.ingress_name(c)), {"spec": {"rules": []}})
        return [path for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]

    def ports(self, c: str, mode: str) -> list[int]:
        return [number(entry) for entry in self.entries(c, mode)]

    def ours(self) -> dict[Key, dict]:
        """The objects that carry our label."""
        label, value = OURS
        is_ours = lambda thing: thing["metadata"].get("labels", {}).get(label) == value  # noqa: E731
        return {key: thing for key, thing in self.things.items() if is_ours(thing)}

    def beside(self, c: str) -> dict[Key, dict]:
        """All that is not a port object of that cluster: its pods, other clusters, strangers."""
        names = (objects.lb_service(c), objects.ingress_name(c))
        of_cluster = lambda name: name in names or name.startswith(f"{c}--skypilot-svc--")  # noqa: E731
        return {key: at_rest(thing) for key, thing in self.things.items() if not of_cluster(key[1])}

    def frame(self, c: str, asked: dict[str, set[int]]) -> dict[Key, dict]:
        """The port objects of a cluster without the ports that were asked for; those with nothing
        else are left out."""
        frame = {}
        for key, thing in self.things.items():
            copy = json.loads(json.dumps(at_rest(thing)))
            kind, name = key
            if kind == "services" and name == objects.lb_service(c):
                rest = copy["spec"]["ports"] = _without(copy["spec"]["ports"], asked["loadbalancer"])
            elif kind == "ingresses" and name == objects.ingress_name(c):
                for rule in copy["spec"]["rules"]:
                    rule["http"]["paths"] = _without(rule["http"]["paths"], asked["ingress"])
                rest = [path for rule in copy["spec"]["rules"] for path in rule["http"]["paths"]]
            elif kind == "services" and name.startswith(f"{c}--skypilot-svc--"):
                rest = _without(copy["spec"]["ports"], asked["ingress"])
            else:
                continue
            if rest:
                frame[key] = copy
        return frame


def _without(entries: list[dict], ports: set[int]) -> list[dict]:
    return [entry for entry in entries if number(entry) not in ports]


def is_sound(state: State, c: str) -> None:
    """No port and no path twice, each in SkyPilot's shape; what is ours has its owner."""
    for mode in MODES:
        ports = state.ports(c, mode)
        assert len(ports) == len(set(ports)), f"{mode}: twice in {ports}"
        for entry in state.entries(c, mode):
            assert _is_skypilots(state.namespace, c, entry), f"{mode}: {entry}"
    for (kind, name), thing in state.ours().items():
        owners = thing["metadata"].get("ownerReferences", [])
        cluster = thing["metadata"]["labels"]["skypilot-cluster-name"]
        head = state.things.get(("pods", f"{cluster}-head"), {"metadata": {"uid": "the head is gone"}})
        found = [(owner["kind"], owner["uid"]) for owner in owners]
        assert found == [("Pod", head["metadata"]["uid"])], f"{kind} {name}: {owners}"


def _is_skypilots(namespace: str, c: str, entry: dict) -> bool:
    port = number(entry)
    if "backend" in entry:
        return entry == {
            "path": f"/skypilot/{namespace}/{c}/{port}(/|$)(.*)",
            "pathType": "ImplementationSpecific",
            "backend": {"service": {"name": f"{c}--skypilot-svc--{port}", "port": {"number": port}}},
        }
    rest = {key: value for key, value in entry.items() if key != "nodePort"}
    return rest == {"name": f"port{port}", "port": port, "targetPort": port, "protocol": "TCP"}


def is_shown(state: State, overview: dict) -> None:
    """The overview has exactly the ports that there are, and every object of ours; beside them, what
    it says was dropped."""
    for c, cluster in clusters(overview, state.namespace).items():
        shown = [(endpoint["mode"], endpoint["port"]) for endpoint in cluster["endpoints"]]
        assert len(shown) == len(set(shown)), f"twice: {shown}"
        backends = {
            int(name.rpartition("--")[2]) for _, name in state.things if name.startswith(f"{c}--skypilot-svc--")
        }
        there = {("loadbalancer", port) for port in state.ports(c, "loadbalancer")}
        # A Service that no path leads to is told as well, as what is missing.
        there |= {("ingress", port) for port in backends.union(state.ports(c, "ingress"))}
        dropped = {
            (endpoint["mode"], endpoint["port"])
            for endpoint in cluster["endpoints"]
            if (endpoint["reason"] or {}).get("code") == DROPPED
        }
        wrongly = dropped & {(mode, port) for mode in MODES for port in state.ports(c, mode)}
        assert not wrongly, f"told as dropped, and open: {wrongly}"
        assert set(shown) - dropped == there - dropped, f"shown, not there: {set(shown) - there}; there, not shown: {there - set(shown)}"
