"""Clusters by SkyPilot, as tests need them: launched, ports open, with an address."""

from __future__ import annotations

from rig import objects
from rig.rig import Rig

# The second after some seconds without a sign of any controller; the rig has none.
WAITING = ("waiting_for_address", "no_load_balancer_controller")


def opened(rig: Rig, namespace: str, name: str, ports: list[str], mode: str = "loadbalancer", **options: object) -> str:
    """A cluster with ports open in one mode, by SkyPilot; its name on the cloud."""
    if mode == "ingress":
        objects.ingress_class(rig.api)
    c = rig.oracle.provision(name, namespace=namespace, **options)["name_on_cloud"]  # type: ignore[arg-type]
    rig.oracle.open_ports(c, ports, mode=mode, namespace=namespace)
    return c


def with_address(rig: Rig, namespace: str, name: str, ports: list[str], address: str) -> str:
    c = opened(rig, namespace, name, ports)
    objects.patch_lb(rig.api, namespace, objects.lb_service(c), [address])
    return c
