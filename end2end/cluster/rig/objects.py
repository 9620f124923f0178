"""The Kubernetes objects that tests write by hand: what a cloud, an ingress
controller or an administrator would write. SkyPilot's own come from `oracle.py`.
"""

from __future__ import annotations

import json
import uuid

from .api import JSON_PATCH, Api, ApiError, namespaced
from .kubelet import now
from .users import NAMESPACE_RULES
from .wait import wait_for

NETWORKING = "networking.k8s.io/v1"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
CONTROLLER = namespaced("ingress-nginx", "services", "ingress-nginx-controller")


def create_namespace(api: Api, name: str) -> str:
    """Returns once pods can be made in it."""
    try:
        api.post("/api/v1/namespaces", {"metadata": {"name": name}})
    except ApiError as error:
        if error.status != 409:
            raise
    account = namespaced(name, "serviceaccounts", "default")
    wait_for(f"the default ServiceAccount of {name}", lambda: api.is_there(account))
    return name


def lb_service(name_on_cloud: str) -> str:
    """The name of SkyPilot's one LoadBalancer Service of a cluster."""
    return f"{name_on_cloud}--skypilot-lb"


def ingress_name(name_on_cloud: str) -> str:
    """The name of SkyPilot's one Ingress of a cluster."""
    return f"{name_on_cloud}-skypilot-ingress"


def address_entry(address: str) -> dict:
    """An entry of `status.loadBalancer.ingress`: an IP (v4 or v6) or a hostname."""
    is_ip = ":" in address or address.replace(".", "").isdigit()
    return {"ip": address, "ipMode": "VIP"} if is_ip else {"hostname": address}


def patch_lb(api: Api, namespace: str, service: str, addresses: list[str]) -> dict:
    """Gives a LoadBalancer Service its addresses, as a cloud does; none takes them away."""
    status = {"loadBalancer": {"ingress": [address_entry(a) for a in addresses] or None}}
    return api.patch(namespaced(namespace, "services", service) + "/status", {"status": status})


def event(
    api: Api,
    namespace: str,
    kind: str,
    name: str,
    reason: str,
    message: str,
    type: str = "Normal",
    component: str = "service-controller",
) -> dict:
    """An event about an object that exists (Service, Ingress or Pod)."""
    plural, group = {"Service": ("services", ""), "Pod": ("pods", ""), "Ingress": ("ingresses", NETWORKING)}[kind]
    about = api.get(namespaced(namespace, plural, name, group))
    moment = now()
    return api.post(
        namespaced(namespace, "events"),
        {
            "metadata": {"name": f"{name}.{uuid.uuid4().hex[:16]}", "namespace": namespace},
            "involvedObject": {
                "apiVersion": group or "v1",
                "kind": kind,
                "namespace": namespace,
                "name": name,
                "uid": about["metadata"]["uid"],
                "resourceVersion": about["metadata"]["resourceVersion"],
            },
            "reason": reason,
            "message": message,
            "type": type,
            "source": {"component": component},
            "firstTimestamp": moment,
            "lastTimestamp": moment,
            "count": 1,
        },
    )


def ingress_class(api: Api, name: str = "nginx", controller: str = "k8s.io/ingress-nginx") -> None:
    path = f"/apis/{NETWORKING}/ingressclasses"
    if not api.is_there(f"{path}/{name}"):
        api.post(path, {"metadata": {"name": name}, "spec": {"controller": controller}})


def ingress_controller(
    api: Api,
    addresses: list[str] | None = None,
    external_ips: list[str] | None = None,
    annotations: dict[str, str] | None = None,
    type: str = "LoadBalancer",
) -> dict:
    """IngressClass `nginx` and the controller's Service, anew.

    `type` is `NodePort` for how it is installed on kind and bare metal. Returns
    `{"http": NODE_PORT, "https": NODE_PORT}`. There is one a rig: tests that
    change it can't run beside each other.
    """
    create_namespace(api, "ingress-nginx")
    ingress_class(api)
    remove_ingress_controller(api, keep_class=True)
    service = api.post(
        namespaced("ingress-nginx", "services"),
        {
            "metadata": {"name": "ingress-nginx-controller", "annotations": annotations or {}},
            "spec": {
                "type": type,
                "selector": {"app.kubernetes.io/name": "ingress-nginx"},
                "externalIPs": external_ips or None,
                "ports": [
                    {"name": "http", "port": 80, "targetPort": 80},
                    {"name": "https", "port": 443, "targetPort": 443},
                ],
            },
        },
    )
    if addresses:
        patch_lb(api, "ingress-nginx", "ingress-nginx-controller", addresses)
    return {port["name"]: port["nodePort"] for port in service["spec"]["ports"]}


def remove_ingress_controller(api: Api, keep_class: bool = False) -> None:
    remove(api, CONTROLLER)
    if not keep_class:
        remove(api, f"/apis/{NETWORKING}/ingressclasses/nginx")


def remove(api: Api, path: str) -> None:
    """Returns once it is gone; not being there is fine."""
    if api.is_there(path):
        api.delete(path)
        wait_for(f"the end of {path}", lambda: not api.is_there(path))


def remove_ingress_path(api: Api, namespace: str, name_on_cloud: str, port: int) -> None:
    """Takes one port's path out of SkyPilot's Ingress, which SkyPilot does not notice."""
    path = namespaced(namespace, "ingresses", ingress_name(name_on_cloud), NETWORKING)
    paths = api.get(path)["spec"]["rules"][0]["http"]["paths"]
    index = next(i for i, p in enumerate(paths) if p["backend"]["service"]["port"]["number"] == port)
    api.patch(path, [{"op": "remove", "path": f"/spec/rules/0/http/paths/{index}"}], JSON_PATCH)


def grant(api: Api, user: str, namespace: str, rules: list[dict] | None = None) -> None:
    """Rights of that user in one namespace; without `rules`, all that an overview of it reads."""
    name = f"rig-{user}"
    root = f"{RBAC}/namespaces/{namespace}"
    api.post(f"{root}/roles", {"metadata": {"name": name}, "rules": rules or NAMESPACE_RULES})
    api.post(f"{root}/rolebindings", binding(name, "Role", user))


def grant_everywhere(api: Api, user: str, rules: list[dict]) -> None:
    name = f"rig-{user}"
    api.post(f"{RBAC}/clusterroles", {"metadata": {"name": name}, "rules": rules})
    api.post(f"{RBAC}/clusterrolebindings", binding(name, "ClusterRole", user))


def binding(name: str, kind: str, user: str) -> dict:
    group = "rbac.authorization.k8s.io"
    return {
        "metadata": {"name": name},
        "roleRef": {"apiGroup": group, "kind": kind, "name": name},
        "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
    }


def without_server_fields(thing: dict) -> dict:
    """A copy that can be created again: no identity, no status, nothing the server chose."""
    copy = json.loads(json.dumps(thing))
    kept = ("name", "namespace", "labels", "annotations")
    copy["metadata"] = {key: value for key, value in copy["metadata"].items() if key in kept}
    copy.pop("status", None)
    spec = copy.get("spec", {})
    for key in ("nodeName", "clusterIP" if spec.get("clusterIP") != "None" else "", "clusterIPs"):
        spec.pop(key, None)
    for port in spec.get("ports", []):
        port.pop("nodePort", None)
    # The ServiceAccount's volume has a random name; admission adds another.
    if "volumes" in spec:
        spec["volumes"] = [v for v in spec["volumes"] if not v["name"].startswith("kube-api-access-")]
    for container in spec.get("containers", []):
        container["volumeMounts"] = [
            m for m in container.get("volumeMounts", []) if not m["name"].startswith("kube-api-access-")
        ]
    return copy
