"""skyports as the chart installs it: its account, what that may do, and its kubeconfigs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rig import kubeconfig
from rig.api import Api, ApiError, namespaced
from rig.helm import Helm
from rig.objects import RBAC
from rig.rig import CONTEXT, Rig

# What who opens ports needs, by docs/rights.md.
OPENER = [
    {"apiGroups": [""], "resources": ["services"], "verbs": ["create", "patch", "delete"]},
    {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": ["create", "patch", "delete"]},
]
ADMISSION = "/apis/admissionregistration.k8s.io/v1"
# All that a release may leave behind, by where it lives.
OF_CLUSTER = {
    RBAC: ("clusterroles", "clusterrolebindings"),
    ADMISSION: ("validatingadmissionpolicies", "validatingadmissionpolicybindings"),
}
OF_NAMESPACE = {
    "": ("services", "serviceaccounts", "configmaps", "pods", "secrets"),
    "apps/v1": ("deployments", "replicasets"),
    "networking.k8s.io/v1": ("ingresses", "networkpolicies"),
    "policy/v1": ("poddisruptionbudgets",),
    "rbac.authorization.k8s.io/v1": ("roles", "rolebindings"),
}


class As(Api):
    """Another's access; perhaps as somebody else, as impersonation does it."""

    def __init__(self, rig: Rig, token: str, user: str | None = None, groups: tuple[str, ...] = ()) -> None:
        super().__init__(rig.control_plane.server, str(rig.control_plane.ca_file), token)
        self._extra = {"Impersonate-User": user} if user else {}
        # One header a group; a second would need another form of headers.
        assert len(groups) <= 1
        self._extra |= {"Impersonate-Group": groups[0]} if groups else {}

    def _headers(self, content_type: str | None = None) -> dict[str, str]:
        return super()._headers(content_type) | self._extra


@dataclass(frozen=True)
class Release:
    """An installed chart."""

    rig: Rig
    helm: Helm
    name: str
    namespace: str

    @property
    def user(self) -> str:
        """As whom the API server knows its account."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"

    @property
    def cluster_name(self) -> str:
        """How its objects of the whole cluster begin."""
        return f"{self.namespace}-{self.name}"

    def token(self) -> str:
        path = namespaced(self.namespace, "serviceaccounts", self.name) + "/token"
        return self.rig.api.post(path, {"spec": {"expirationSeconds": 3600}})["status"]["token"]

    def api(self, user: str | None = None, groups: tuple[str, ...] = ()) -> As:
        """The account's access; or, by it, somebody else's."""
        return As(self.rig, self.token(), user, groups)

    def kubeconfig(self, path: Path) -> Path:
        """One that leads in from outside, as the account."""
        plane = self.rig.control_plane
        return kubeconfig.write(
            path, [kubeconfig.Context(CONTEXT, plane.server, plane.ca_file, "account", self.token())]
        )

    def may_do_everything(self) -> None:
        """So that nothing but a policy can refuse it."""
        subject = {"kind": "ServiceAccount", "name": self.name, "namespace": self.namespace}
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
        body = {"metadata": {"name": f"{self.cluster_name}-everything"}, "roleRef": role, "subjects": [subject]}
        self.rig.api.post(f"{RBAC}/clusterrolebindings", body)


@contextmanager
def deployed(rig: Rig, home: Path, name: str, namespace: str, values: dict, *args: str) -> Iterator[Release]:
    """A release named so that `skyports` is in its name; gone with the block."""
    helm = Helm(home, rig.kubeconfig)
    helm.install(name, rig.namespace(namespace), values, *args).expect_done()
    try:
        yield Release(rig, helm, name, namespace)
    finally:
        helm.uninstall(name, namespace)


def everything(rig: Rig, namespaces: list[str]) -> set[str]:
    """What there is of what a release consists of."""
    found = set()
    for root, resources in OF_CLUSTER.items():
        for resource in resources:
            found |= {f"{resource}/{it['metadata']['name']}" for it in rig.api.get(f"{root}/{resource}")["items"]}
    for namespace in namespaces:
        for group, resources in OF_NAMESPACE.items():
            for resource in resources:
                items = rig.api.get(namespaced(namespace, resource, group=group))["items"]
                found |= {f"{namespace}/{resource}/{it['metadata']['name']}" for it in items}
    return found


def refusal(write) -> str:
    """The API server's words when it refuses; empty when it does not."""
    try:
        write()
    except ApiError as error:
        assert error.status in (403, 422), error
        return error.message
    return ""
