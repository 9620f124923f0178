"""Runs the real ingress-nginx controller, with nginx, in a pod's network namespace.

Knows its flags, the files that it wants below /etc, its objects and its admission webhook.
"""

from __future__ import annotations

import base64
import datetime
import ipaddress
from pathlib import Path

from . import objects
from .api import namespaced
from .network import Network, inside
from .process import Process
from .rig import Rig
from .wait import wait_for

NAMESPACE, NAME = "ingress-nginx", "ingress-nginx-controller"
POD = f"{NAME}-0"
WEBHOOK_PORT = 8445
ADMISSION = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
NGINX = "/usr/sbin/nginx"
# The controller's folders are fixed: it gets an /etc of its own, in a mount namespace of its own.
START = """
set -e
mount -t tmpfs etc /mnt
cp -R /etc/. /mnt/ 2>/dev/null || true
cp -R "$1/." /mnt/nginx/
for folder in ssl auth telemetry geoip; do mkdir -p "/mnt/ingress-controller/$folder"; done
mkdir -p "$TMPDIR/nginx"
mount --bind /mnt /etc
shift
exec "$@"
"""


class IngressNginx:
    """One controller, its Service with a load balancer's address, its IngressClass `nginx`."""

    def __init__(self, rig: Rig, network: Network, built: Path) -> None:
        self._rig, self._network, self._built = rig, network, built
        self._folder = rig.folder / "ingress-nginx"

    def start(self) -> None:
        self._folder.mkdir()
        self._objects()
        address = self._rig.api.get(namespaced(NAMESPACE, "pods", POD))["status"]["podIP"]
        self.address = address
        self._certify(address)
        namespace = self._network.pod(address)
        command = [*inside(namespace), "sh", "-c", START, "ingress-nginx", str(self._built / "nginx")]
        env = {"POD_NAME": POD, "POD_NAMESPACE": NAMESPACE, "NGINX_BINARY": NGINX}
        env |= {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR": "/run"}
        self.process = Process("ingress-nginx", [*command, *self._flags()], self._folder / "controller.log", env)
        self.process.start()

    def stop(self) -> None:
        """nginx ends with the run: the last process of a run ends all others."""
        if hasattr(self, "process"):
            self.process.kill()

    def is_ready(self) -> bool:
        from .data_plane import answers

        return self.process.check_running() and answers(f"http://{self.address}:10254/healthz")

    def reloads(self) -> int:
        """How often nginx took a new configuration."""
        return self.process.log.read_text("utf-8", "replace").count("Backend successfully reloaded")

    def admit(self) -> None:
        """From now on no Ingress is stored that the controller refuses."""
        rule = {"apiGroups": ["networking.k8s.io"], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"]}
        client = {
            "url": f"https://{self.address}:{WEBHOOK_PORT}/networking/v1/ingresses",
            "caBundle": base64.b64encode(self._certificate.read_bytes()).decode(),
        }
        webhook = {
            "name": "validate.nginx.ingress.kubernetes.io",
            "rules": [rule | {"resources": ["ingresses"]}],
            "failurePolicy": "Fail",
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "clientConfig": client,
        }
        self._rig.api.post(ADMISSION, {"metadata": {"name": "ingress-nginx-admission"}, "webhooks": [webhook]})

    def _objects(self) -> None:
        api = self._rig.api
        objects.ingress_controller(api)
        logs = {"access-log-path": str(self._folder / "access.log"), "error-log-path": str(self._folder / "error.log")}
        api.post(
            namespaced(NAMESPACE, "configmaps"), {"metadata": {"name": NAME}, "data": {"worker-processes": "1", **logs}}
        )
        container = {"name": "controller", "image": "registry.k8s.io/ingress-nginx/controller:v1.11.0"}
        labels = {"app.kubernetes.io/name": "ingress-nginx"}
        api.post(
            namespaced(NAMESPACE, "pods"), {"metadata": {"name": POD, "labels": labels}, "spec": {"containers": [container]}}
        )
        pod = namespaced(NAMESPACE, "pods", POD)
        wait_for("ingress-nginx' pod", lambda: api.get(pod)["status"].get("podIP"))

    @property
    def _certificate(self) -> Path:
        return self._folder / "webhook.crt"

    def _certify(self, address: str) -> None:
        """A certificate for the webhook, by itself."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "ingress-nginx-admission")])
        began = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
        built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        built = built.not_valid_before(began).not_valid_after(began + datetime.timedelta(days=30))
        built = built.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False)
        self._certificate.write_bytes(built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        pem = serialization.PrivateFormat.TraditionalOpenSSL
        private = key.private_bytes(serialization.Encoding.PEM, pem, serialization.NoEncryption())
        (self._folder / "webhook.key").write_bytes(private)

    def _flags(self) -> list[str]:
        return [
            str(self._built / "ingress-nginx"),
            f"--kubeconfig={self._rig.kubeconfig}",
            "--ingress-class=nginx",
            "--controller-class=k8s.io/ingress-nginx",
            "--election-id=ingress-nginx-leader",
            f"--publish-service={NAMESPACE}/{NAME}",
            f"--configmap={NAMESPACE}/{NAME}",
            f"--validating-webhook=:{WEBHOOK_PORT}",
            f"--validating-webhook-certificate={self._certificate}",
            f"--validating-webhook-key={self._folder / 'webhook.key'}",
            "--enable-metrics=false",
            "--profiling=false",
            # Else its end takes ten seconds.
            "--shutdown-grace-period=0",
            "--post-shutdown-grace-period=0",
        ]
