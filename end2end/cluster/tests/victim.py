"""A cluster by SkyPilot, and objects in the shapes that skyports writes, for tests that bend them."""

from __future__ import annotations

from rig.api import Api, namespaced
from rig.objects import NETWORKING
from rig.rig import Rig

NGINX = "nginx.ingress.kubernetes.io/"
# As skyports writes.
OURS = "fieldManager=skyports&fieldValidation=Strict"


class Victim:
    """Such a cluster, and what `api` may send about it."""

    def __init__(self, rig: Rig, api: Api, namespace: str, c: str) -> None:
        self.rig, self.api, self.namespace, self.c = rig, api, namespace, c
        head = rig.api.get(namespaced(namespace, "pods", f"{c}-head"))["metadata"]
        self.meta = {
            "labels": {"parent": "skypilot", "skypilot-cluster-name": c, "app.kubernetes.io/managed-by": "skyports"},
            "ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": head["name"], "uid": head["uid"]}],
        }
        self.head = {"skypilot-cluster-name": c, "component": f"{c}-head"}

    def services(self, name: str = "") -> str:
        return namespaced(self.namespace, "services", name)

    def ingresses(self, name: str = "") -> str:
        return namespaced(self.namespace, "ingresses", name, NETWORKING)

    def config_maps(self, name: str = "") -> str:
        return namespaced(self.namespace, "configmaps", name)

    def service(self, name: str, spec: dict | None = None, **meta: object) -> dict:
        number = int(name.rsplit("-", 1)[1]) if name[-1].isdigit() else 9000
        named = {"name": f"port{number}"} if "-lb" in name else {}
        port = {"port": number, "targetPort": number, "protocol": "TCP", **named}
        kind = "LoadBalancer" if "-lb" in name else "ClusterIP"
        spec = {"type": kind, "selector": self.head, "ports": [port]} | (spec or {})
        return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name} | self.meta | meta, "spec": spec}

    def route(self, spec: dict | None = None, annotations: dict | None = None, **path: object) -> dict:
        name = f"{self.c}-skyports-9000"
        backend = {"service": {"name": name, "port": {"number": 9000}}}
        own = f"/skypilot/{self.namespace}/{self.c}/9000(/.*)?()()$"
        entry = {"path": own, "pathType": "ImplementationSpecific", "backend": backend} | path
        spec = {"ingressClassName": "nginx", "rules": [{"http": {"paths": [entry]}}]} | (spec or {})
        meta = {"name": name, "annotations": {f"{NGINX}use-regex": "true"} | (annotations or {})} | self.meta
        return {"apiVersion": NETWORKING, "kind": "Ingress", "metadata": meta, "spec": spec}

    def make_service(self, thing: dict) -> None:
        self.api.post(f"{self.services()}?{OURS}&dryRun=All", thing)

    def make_route(self, thing: dict) -> None:
        self.api.post(f"{self.ingresses()}?{OURS}&dryRun=All", thing)

    def links(self, **changes: object) -> dict:
        thing = {"metadata": {"name": f"{self.c}-skyports-links"} | self.meta, "data": {"a" * 64: "{}"}}
        return thing | changes


def note(v: Victim, **changes: object) -> dict:
    about = {"apiVersion": "v1", "kind": "Pod", "namespace": v.namespace, "name": f"{v.c}-head"}
    return {
        "metadata": {"generateName": f"{v.c}-head.", "namespace": v.namespace},
        "involvedObject": about, "reason": "PortOpened", "message": "Port 8888 opened", "type": "Normal",
        "source": {"component": "skyports"}, "reportingComponent": "skyports", "reportingInstance": "skyports",
    } | changes  # fmt: skip
