"""A fake kubelet and scheduler: pods get a node, an address and a phase.

It is a thread. Two annotations let a test choose: `rig/pod-ip: ADDRESS` and
`rig/phase: Pending` (the pod is bound, and stays Pending without an address).
"""

from __future__ import annotations

import threading
from datetime import datetime, timezone

from .api import Api, ApiError, Unreachable, namespaced

PODS = "/api/v1/pods"
NODE, GPU_NODE = "fake-node-1", "fake-gpu-node-1"
GPU = "nvidia.com/gpu"
# What a node must say of itself.
NODE_INFO = [
    *("architecture", "bootID", "containerRuntimeVersion", "kernelVersion", "kubeProxyVersion"),
    *("kubeletVersion", "machineID", "operatingSystem", "osImage", "systemUUID"),
]
STRATEGIC_PATCH = "application/strategic-merge-patch+json"


def now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Kubelet:
    """Serves all nodes of one rig."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._served: set[str] = set()
        self._addresses = 1
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kubelet", daemon=True)

    def start(self) -> None:
        self._create_node(NODE, "10.40.0.1", {}, {})
        gpu_labels = {"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3", "skypilot.co/accelerator": "h100"}
        self._create_node(GPU_NODE, "10.40.0.2", {GPU: "8"}, gpu_labels)
        self._thread.start()

    def stop(self) -> None:
        """The thread ends with its watch, which the end of the API server ends."""
        self._stopping.set()

    def _create_node(self, name: str, address: str, devices: dict[str, str], labels: dict[str, str]) -> None:
        labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"} | labels
        self._api.post("/api/v1/nodes", {"metadata": {"name": name, "labels": labels}})
        size = {"cpu": "10000", "memory": "100000Gi", "pods": "100000", "ephemeral-storage": "10000Gi"} | devices
        ready = {
            "type": "Ready",
            "status": "True",
            "reason": "KubeletReady",
            "message": "fake",
            "lastHeartbeatTime": now(),
        }
        status = {
            "capacity": size,
            "allocatable": size,
            "conditions": [ready],
            "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
            "nodeInfo": dict.fromkeys(NODE_INFO, "fake"),
        }
        self._api.patch(f"/api/v1/nodes/{name}/status", {"status": status})

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                pods = self._api.get(PODS)
                for pod in pods["items"]:
                    self._serve(pod)
                for event in self._api.watch(PODS, pods["metadata"]["resourceVersion"]):
                    if event["type"] in ("ADDED", "MODIFIED"):
                        self._serve(event["object"])
                    elif event["type"] == "ERROR":
                        break
            except (Unreachable, ApiError):
                # Stopped by a test, or just starting: list again when it is back.
                self._stopping.wait(0.1)

    def _serve(self, pod: dict) -> None:
        meta = pod["metadata"]
        path = namespaced(meta["namespace"], "pods", meta["name"])
        try:
            if meta.get("deletionTimestamp"):
                self._api.delete(path, {"gracePeriodSeconds": 0, "preconditions": {"uid": meta["uid"]}})
            elif not pod["spec"].get("nodeName"):
                self._bind(pod, path)
            elif meta["uid"] not in self._served:
                self._report(pod, path)
                self._served.add(meta["uid"])
        except ApiError as error:
            # Deleted or bound meanwhile: the next event says so.
            if error.status not in (404, 409):
                raise

    def _bind(self, pod: dict, path: str) -> None:
        requests = [c.get("resources", {}).get("requests", {}) for c in pod["spec"]["containers"]]
        node = GPU_NODE if any(GPU in request for request in requests) else NODE
        target = {"apiVersion": "v1", "kind": "Node", "name": node}
        self._api.post(f"{path}/binding", {"metadata": {"name": pod["metadata"]["name"]}, "target": target})

    def _report(self, pod: dict, path: str) -> None:
        """A pod's status, once: a second address would be merged into `podIPs` and refused."""
        meta, annotations = pod["metadata"], pod["metadata"].get("annotations", {})
        phase = annotations.get("rig/phase", "Running")
        up = phase == "Running"
        address = annotations.get("rig/pod-ip") or self._next_address()
        kinds = {"PodScheduled": True, "Initialized": up, "ContainersReady": up, "Ready": up}
        conditions = [
            {"type": kind, "status": "True" if holds else "False", "lastTransitionTime": now()}
            for kind, holds in kinds.items()
        ]
        state = {"running": {"startedAt": now()}} if up else {"waiting": {"reason": "ContainerCreating"}}
        containers = [
            {
                "name": c["name"],
                "image": c["image"],
                "imageID": "",
                "ready": up,
                "started": up,
                "restartCount": 0,
                "state": state,
            }
            for c in pod["spec"]["containers"]
        ]
        status = {"phase": phase, "hostIP": "10.40.0.1", "startTime": now(), "conditions": conditions}
        status |= {"containerStatuses": containers}
        if up:
            status |= {"podIP": address, "podIPs": [{"ip": address}]}
        body = {"metadata": {"uid": meta["uid"]}, "status": status}
        self._api.patch(f"{path}/status", body, STRATEGIC_PATCH)

    def _next_address(self) -> str:
        self._addresses += 1
        return f"10.244.{self._addresses // 250}.{self._addresses % 250 + 2}"
