"""What a rig consists of, and how it starts and ends."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from . import kubeconfig, objects, users
from .api import Api
from .control_plane import ControlPlane
from .generate import generate
from .kubelet import Kubelet
from .network import RIG, Network, inside
from .oracle import Oracle

CONTEXT = "rig"


class Rig:
    """A control plane, a fake kubelet and, once asked, the oracle.

    `with Rig() as rig:` starts it; everything ends with the block, at the
    latest with this process. All its files are in `rig.folder`, deleted at the end.
    """

    def __init__(self, network: Network | None = None) -> None:
        """Its servers are on loopback, or in the rig's namespace of `network`."""
        self.folder = Path(tempfile.mkdtemp(prefix="skyports-rig-"))
        where = {"host": RIG, "before": inside("rig")} if network else {}
        self.control_plane = ControlPlane(self.folder / "control-plane", **where)  # type: ignore[arg-type]
        self._kubelet: Kubelet | None = None
        self._api: Api | None = None
        self.kubeconfig = self.folder / "kubeconfig"
        # Its own, because it changes it.
        self.oracle = Oracle(self.folder / "oracle.kubeconfig", self.folder, CONTEXT)

    def start(self) -> Rig:
        try:
            self.control_plane.start()
            self._api = self.control_plane.api()
            for path in (self.kubeconfig, self.oracle.kubeconfig):
                self.write_kubeconfig(path)
            for user in users.USERS.values():
                if user.rules:
                    objects.grant_everywhere(self._api, user.name, list(user.rules))
            self._kubelet = Kubelet(self.control_plane.api())
            self._kubelet.start()
            objects.create_namespace(self._api, "default")
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        self.oracle.stop()
        if self._kubelet:
            self._kubelet.stop()
        self.control_plane.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Rig:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def api(self) -> Api:
        """The administrator's access."""
        assert self._api, "the rig is not started"
        return self._api

    def context(
        self, name: str = CONTEXT, user: str = users.ADMIN, namespace: str | None = None, server: str | None = None
    ) -> kubeconfig.Context:
        """A kubeconfig context that leads here; or to `server`, for a dead one."""
        token = users.USERS[user].token
        return kubeconfig.Context(
            name, server or self.control_plane.server, self.control_plane.ca_file, user, token, namespace
        )

    def write_kubeconfig(self, path: Path, *contexts: kubeconfig.Context, current: str | None = None) -> Path:
        """Without contexts: the administrator's."""
        return kubeconfig.write(path, list(contexts) or [self.context()], current)

    def namespace(self, name: str) -> str:
        return objects.create_namespace(self.api, name)

    def generate(self, **options: object) -> dict:
        if options.get("mode") == "ingress":
            objects.ingress_class(self.api)
        namespace = options.get("namespace")
        if namespace:
            self.namespace(str(namespace))
        return generate(self.api, self.oracle, **options)  # type: ignore[arg-type]
