"""Network namespaces for a data plane: one for the rig, one a pod; this process is the client.

```
client (this process) 198.51.100.2 ── 198.51.100.1 rig: API server, kube-proxy ── cbr0 10.244.0.1
                                          203.0.113.0/24: addresses of load balancers    ├─ pod 10.244.0.4
                                                                                         └─ pod …
```

Knows addresses and routes, not what runs there. `../test-plane` gives a run namespaces of its own
(network, mounts, processes), so nothing here is seen outside and all of it ends with the run.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable

RIG, CLIENT = "198.51.100.1", "198.51.100.2"
PODS, BRIDGE, GATEWAY = "10.244.0.0/16", "cbr0", "10.244.0.1"
# The pool of the load balancers' addresses (TEST-NET-3: nobody's).
POOL = "203.0.113"


class NotPrivate(Exception):
    """The namespace is the machine's own, which is left alone."""


def ip(*lines: str) -> None:
    """Runs commands of `ip`, in one go."""
    done = subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), capture_output=True, text=True, timeout=20)
    if done.returncode:
        raise OSError(f"ip: {done.stderr.strip()}\n" + "\n".join(lines))


def inside(namespace: str) -> list[str]:
    """What stands before a command that is to run there."""
    return ["ip", "netns", "exec", namespace]


def write(namespace: str, path: str, value: str) -> None:
    subprocess.run([*inside(namespace), "sh", "-c", 'echo "$2" >"$1"', "sh", path, value], check=True, timeout=20)


class Network:
    """The namespaces of one run. `start` makes the rig's; pods get theirs when they are asked for."""

    def __init__(self) -> None:
        self._pods: dict[str, str] = {}

    def start(self) -> None:
        links = json.loads(subprocess.run(["ip", "-json", "link"], capture_output=True, check=True).stdout)
        if [link["ifname"] for link in links] != ["lo"]:
            raise NotPrivate("the data plane wants a network namespace of its own: start it by end2end/cluster/test-plane")
        ip(
            "netns add rig",
            "link add rig type veth peer name client netns rig",
            f"addr add {CLIENT}/30 dev rig",
            "link set rig up",
            f"route add default via {RIG}",
        )
        self._in_rig(
            "link set lo up",
            f"addr add {RIG}/30 dev client",
            "link set client up",
            f"link add {BRIDGE} type bridge",
            f"addr add {GATEWAY}/16 dev {BRIDGE}",
            f"link set {BRIDGE} up",
            # What is no Service's is refused. All else is unreachable, at once: there is no other route.
            f"route add local {POOL}.0/24 dev lo",
        )
        write("rig", "/proc/sys/net/ipv4/ip_forward", "1")

    def pod(self, address: str) -> str:
        """The namespace of the pod with that address."""
        if address in self._pods:
            return self._pods[address]
        name = f"pod-{address}"
        third, fourth = address.split(".")[2:]
        cable = f"p{third}-{fourth}"
        ip(f"netns add {name}", f"link add {cable} netns rig type veth peer name eth0 netns {name}")
        self._in_rig(f"link set {cable} master {BRIDGE}", f"link set {cable} up")
        self._in(name, ["link set lo up", f"addr add {address}/16 dev eth0", "link set eth0 up"])
        self._in(name, [f"route add default via {GATEWAY}"])
        self._pods[address] = name
        return name

    def _in_rig(self, *lines: str) -> None:
        self._in("rig", lines)

    @staticmethod
    def _in(namespace: str, lines: Iterable[str]) -> None:
        done = subprocess.run(
            ["ip", "-n", namespace, "-batch", "-"], input="\n".join(lines), capture_output=True, text=True, timeout=20
        )
        if done.returncode:
            raise OSError(f"ip, in {namespace}: {done.stderr.strip()}")
