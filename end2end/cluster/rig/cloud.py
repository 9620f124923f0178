"""A small cloud: every LoadBalancer Service gets an address of the pool, as MetalLB does it.

It is a thread. What answers behind the address is kube-proxy's doing.
"""

from __future__ import annotations

import threading

from . import objects
from .api import Api, ApiError, Unreachable
from .network import POOL

SERVICES = "/api/v1/services"
FIRST, LAST = 20, 250


class Cloud:
    """Serves all Services of one rig."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._given: dict[str, str] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cloud", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """The thread ends with its watch, which the end of the API server ends."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                services = self._api.get(SERVICES)
                for service in services["items"]:
                    self._serve("ADDED", service)
                for event in self._api.watch(SERVICES, services["metadata"]["resourceVersion"]):
                    if event["type"] == "ERROR":
                        break
                    self._serve(event["type"], event["object"])
            except (Unreachable, ApiError):
                self._stopping.wait(0.1)

    def _serve(self, event: str, service: dict) -> None:
        meta = service["metadata"]
        if event == "DELETED" or service["spec"].get("type") != "LoadBalancer":
            self._given.pop(meta["uid"], None)
        elif not service["status"]["loadBalancer"].get("ingress"):
            address = self._given.get(meta["uid"]) or self._free()
            self._given[meta["uid"]] = address
            try:
                objects.patch_lb(self._api, meta["namespace"], meta["name"], [address])
            except ApiError as error:
                # Deleted meanwhile: the next event says so.
                if error.status not in (404, 409):
                    raise

    def _free(self) -> str:
        taken = set(self._given.values())
        return next(a for a in (f"{POOL}.{n}" for n in range(FIRST, LAST)) if a not in taken)
