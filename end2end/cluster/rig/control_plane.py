"""Runs etcd, kube-apiserver and kube-controller-manager on free ports, of loopback or of a namespace.

Knows their flags, their order and when each is ready. Knows nothing of pods,
SkyPilot or tests. Several control planes can run beside each other.
"""

from __future__ import annotations

import signal
import subprocess
import urllib.request
from pathlib import Path

from . import kubeconfig, users
from .api import Api, ApiError, Unreachable
from .process import Process, free_ports
from .wait import wait_for

HERE = Path(__file__).resolve().parent
CONTROLLERS = (
    "garbage-collector-controller,resourcequota-controller,endpointslice-controller,endpoints-controller,"
    "namespace-controller,serviceaccount-controller,root-ca-certificate-publisher-controller,"
    "deployment-controller,replicaset-controller"
)


def binaries(tier: str = "control-plane") -> Path:
    """The folder with a tier's binaries; builds them when they are not there yet."""
    built = subprocess.run([str(HERE.parent / "build"), tier], stdout=subprocess.PIPE, check=True, text=True)
    return Path(built.stdout.strip().splitlines()[-1])


class ControlPlane:
    """etcd, kube-apiserver and kube-controller-manager, with their state in `folder`.

    They listen on `host`; `before` is what stands before their commands to run them elsewhere.
    """

    def __init__(self, folder: Path, host: str = "127.0.0.1", before: list[str] | None = None) -> None:
        self.folder = folder
        self._host = host
        self._before = before or []
        self._bin = binaries()
        etcd, peer, server, controllers = free_ports(4)
        self.server = f"https://{host}:{server}"
        self.ca_file = folder / "certs" / "apiserver.crt"
        self.etcd_url = f"http://{host}:{etcd}"
        self._controllers_url = f"https://{host}:{controllers}"
        self._write_secrets()
        self.etcd = self._process("etcd", self._etcd_flags(f"http://{host}:{peer}"))
        self.apiserver = self._process("kube-apiserver", self._apiserver_flags(server))
        self.controllers = self._process("kube-controller-manager", self._controllers_flags(controllers))

    def start(self) -> None:
        self.etcd.start()
        wait_for("etcd to be ready", self._etcd_is_ready, seconds=30, detail=self.etcd.tail)
        self.apiserver.start()
        self.wait_until_ready(seconds=60)
        kubeconfig.write(
            self.folder / "controllers.kubeconfig",
            [kubeconfig.Context("rig", self.server, self.ca_file, users.CONTROLLERS.name, users.CONTROLLERS.token)],
        )
        self.controllers.start()

    def stop(self) -> None:
        for process in (self.controllers, self.apiserver, self.etcd):
            process.kill()

    def api(self, user: str = users.ADMIN, timeout: float = 30) -> Api:
        """That user's access."""
        return Api(self.server, str(self.ca_file), users.USERS[user].token, timeout)

    def stop_apiserver(self) -> None:
        """As a crash would: at once, connections cut."""
        self.apiserver.kill()

    def start_apiserver(self) -> None:
        """On the same port, with the same data; returns once it is ready.

        The controllers start anew too: they would take seconds to try again.
        """
        self.apiserver.start()
        self.wait_until_ready(seconds=60)
        self.controllers.kill()
        self.controllers.start()

    def pause(self) -> None:
        """The API server keeps its connections and says nothing any more."""
        self.apiserver.signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.apiserver.signal(signal.SIGCONT)

    def wait_until_ready(self, seconds: float) -> None:
        wait_for("kube-apiserver to be ready", self._apiserver_is_ready, seconds=seconds, detail=self.apiserver.tail)

    def _etcd_is_ready(self) -> bool:
        self.etcd.check_running()
        try:
            with urllib.request.urlopen(f"{self.etcd_url}/readyz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def _apiserver_is_ready(self) -> bool:
        self.apiserver.check_running()
        try:
            # A server that starts for the first time makes its certificate first.
            return self.ca_file.exists() and self.api(timeout=2).get("/readyz") == "ok"
        except (ApiError, Unreachable):
            return False

    def _process(self, name: str, flags: list[str]) -> Process:
        return Process(name, [*self._before, str(self._bin / name), *flags], self.folder / f"{name}.log")

    def _write_secrets(self) -> None:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        (self.folder / "certs").mkdir(parents=True)
        key = ec.generate_private_key(ec.SECP256R1())
        pem = serialization.PrivateFormat.TraditionalOpenSSL
        (self.folder / "sa.key").write_bytes(
            key.private_bytes(serialization.Encoding.PEM, pem, serialization.NoEncryption())
        )
        (self.folder / "tokens.csv").write_text(users.tokens_csv())

    def _etcd_flags(self, peer: str) -> list[str]:
        return [
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={self.etcd_url}",
            f"--advertise-client-urls={self.etcd_url}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
            "--log-level=warn",
        ]

    def _apiserver_flags(self, port: int) -> list[str]:
        key = self.folder / "sa.key"
        return [
            f"--etcd-servers={self.etcd_url}",
            f"--bind-address={self._host}",
            f"--secure-port={port}",
            f"--cert-dir={self.folder / 'certs'}",
            # Must not be a loopback address; nobody connects to it.
            "--advertise-address=10.40.0.1",
            "--endpoint-reconciler-type=none",
            "--authorization-mode=RBAC",
            f"--token-auth-file={self.folder / 'tokens.csv'}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={key}",
            f"--service-account-signing-key-file={key}",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--service-node-port-range=30000-32767",
            "--allow-privileged=true",
            "--profiling=false",
        ]

    def _controllers_flags(self, port: int) -> list[str]:
        return [
            f"--kubeconfig={self.folder / 'controllers.kubeconfig'}",
            "--leader-elect=false",
            f"--bind-address={self._host}",
            f"--secure-port={port}",
            f"--cert-dir={self.folder / 'certs'}",
            "--authorization-always-allow-paths=/healthz,/readyz,/livez",
            "--authentication-skip-lookup",
            # Without it the controllers share one identity with too few rights.
            "--use-service-account-credentials=true",
            f"--service-account-private-key-file={self.folder / 'sa.key'}",
            f"--root-ca-file={self.ca_file}",
            f"--controllers={CONTROLLERS}",
        ]
