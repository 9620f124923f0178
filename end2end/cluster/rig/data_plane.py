"""The data plane of a rig: kube-proxy, addresses for load balancers, ingress-nginx, apps in pods.

`with DataPlane() as plane:` starts all of it, the rig too (`plane.rig`).
"""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from . import kubeconfig, network, users
from .api import Api, namespaced
from .cloud import Cloud
from .control_plane import binaries
from .ingress_nginx import IngressNginx
from .kubelet import NODE
from .process import Process
from .rig import Rig
from .wait import wait_for

HEALTH = f"{network.RIG}:10256"


def answers(url: str) -> bool:
    """Whether that health check says yes."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.HTTPError):
        return False


class DataPlane:
    """Started once a run: it takes seconds, and there is one a network namespace."""

    def __init__(self) -> None:
        self.network = network.Network()
        self._ends = ExitStack()

    def __enter__(self) -> DataPlane:
        try:
            self._start()
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    @property
    def api(self) -> Api:
        return self.rig.api

    def pod_address(self, namespace: str, pod: str) -> str:
        def address() -> str | None:
            return self.api.get(namespaced(namespace, "pods", pod))["status"].get("podIP")

        return str(wait_for(f"the address of {pod}", address))

    @contextmanager
    def app(self, namespace: str, pod: str, command: list[str], env: dict[str, str] | None = None) -> Iterator[Process]:
        """A program in a pod, until the end of the block."""
        where = self.network.pod(self.pod_address(namespace, pod))
        log = self.rig.folder / f"app-{where}-{len(list(self.rig.folder.glob('app-*')))}.log"
        app = Process(pod, [*network.inside(where), *command], log, env)
        app.start()
        try:
            yield app
        finally:
            app.kill()

    def _start(self) -> None:
        built = binaries("data-plane")
        self.network.start()
        self.rig = Rig(self.network)
        self._ends.callback(self.rig.stop)
        self.rig.start()
        self._proxy = self._kube_proxy(str(built / "kube-proxy"))
        self._ends.callback(self._proxy.kill)
        self._proxy.start()
        self._cloud = Cloud(self.rig.control_plane.api())
        self._ends.callback(self._cloud.stop)
        self._cloud.start()
        self.ingress_nginx = IngressNginx(self.rig, self.network, built)
        self._ends.callback(self.ingress_nginx.stop)
        self.ingress_nginx.start()
        wait_for("kube-proxy", lambda: self._proxy.check_running() and answers(f"http://{HEALTH}/healthz"), 20)
        wait_for("ingress-nginx", self.ingress_nginx.is_ready, 60, detail=self.ingress_nginx.process.tail)
        self.ingress_nginx.admit()

    def _kube_proxy(self, program: str) -> Process:
        plane = self.rig.control_plane
        user = users.KUBE_PROXY
        access = self.rig.folder / "kube-proxy.kubeconfig"
        kubeconfig.write(access, [kubeconfig.Context("rig", plane.server, plane.ca_file, user.name, user.token)])
        config = self.rig.folder / "kube-proxy.json"
        config.write_text(
            json.dumps(
                {
                    "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
                    "kind": "KubeProxyConfiguration",
                    "clientConnection": {"kubeconfig": str(access)},
                    "mode": "nftables",
                    "hostnameOverride": NODE,
                    "clusterCIDR": network.PODS,
                    "healthzBindAddress": HEALTH,
                    "metricsBindAddress": f"{network.RIG}:10249",
                    # A namespace may not write nf_conntrack_max: kube-proxy would end.
                    "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
                    "nftables": {"minSyncPeriod": "100ms"},
                }
            )
        )
        return Process("kube-proxy", [*network.inside("rig"), program, f"--config={config}"], self.rig.folder / "kube-proxy.log")


def nft_rules() -> str:
    """What kube-proxy wrote, for error messages."""
    shown = subprocess.run([*network.inside("rig"), "nft", "list", "ruleset"], capture_output=True, text=True)
    return shown.stdout or shown.stderr
