"""What there is of a cluster on the API server: its Services and Ingresses, and whose they are."""

from __future__ import annotations

from rig import objects
from rig.api import namespaced
from rig.rig import Rig

LABELS = {"parent": "skypilot", "app.kubernetes.io/managed-by": "skyports"}
RESOURCES = {"Service": ("services", ""), "Ingress": ("ingresses", "networking.k8s.io/v1")}
# What a write changes by itself.
RESTLESS = ("resourceVersion", "managedFields", "generation")


def service(rig: Rig, namespace: str, name: str) -> dict:
    return rig.api.get(namespaced(namespace, "services", name))


def ingress(rig: Rig, namespace: str, c: str) -> dict:
    return rig.api.get(namespaced(namespace, "ingresses", objects.ingress_name(c), "networking.k8s.io/v1"))


def at_rest(thing: dict) -> dict:
    """An object without what a write changes by itself."""
    meta = {key: value for key, value in thing["metadata"].items() if key not in RESTLESS}
    return {**thing, "metadata": meta}


def is_owned_by_head(rig: Rig, namespace: str, c: str, thing: dict) -> None:
    head = rig.api.get(namespaced(namespace, "pods", f"{c}-head"))
    owners = thing["metadata"]["ownerReferences"]
    assert [(o["kind"], o["name"], o["uid"]) for o in owners] == [("Pod", f"{c}-head", head["metadata"]["uid"])], owners
    assert not owners[0].get("blockOwnerDeletion"), owners


def everything_of(rig: Rig, namespace: str, c: str) -> list[str]:
    """The names of all Services and Ingresses of a cluster."""
    found = rig.api.get(namespaced(namespace, "services"))["items"]
    found += rig.api.get(namespaced(namespace, "ingresses", group="networking.k8s.io/v1"))["items"]
    return sorted(thing["metadata"]["name"] for thing in found if thing["metadata"]["name"].startswith(c))
