"""Runs Helm, and knows the chart of `deploy/`."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

from .control_plane import binaries

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
CHART = DEPLOY / "chart"
# What every installation must name.
VALUES = {
    "image": {"repository": "registry.example.com/tools/skyports"},
    "publicUrl": "https://ports.example.com",
    "signIn": {
        "issuer": "https://issuer.example.com",
        "audiences": ["skyports"],
        "keysUrl": "https://issuer.example.com/keys",
    },
    "networkPolicy": {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "proxy"}}}]},
}


@dataclass(frozen=True)
class Told:
    """How Helm ended, and what it said."""

    code: int
    out: str
    err: str

    def expect_done(self) -> Told:
        assert self.code == 0, f"helm ended with {self.code}\n{self.err}\n{self.out[-2000:]}"
        return self

    @property
    def documents(self) -> list[dict]:
        """The manifests that it printed."""
        return [document for document in yaml.safe_load_all(self.out) if document]


class Helm:
    """Helm with a home of its own and, to install, a kubeconfig."""

    def __init__(self, home: Path, kubeconfig: Path | None = None) -> None:
        self.home = home
        self.program = binaries("helm") / "helm"
        # Without one it must find none: rendering asks no cluster.
        self._kubeconfig = kubeconfig or home / "none"

    def run(self, *args: str, values: dict | None = None) -> Told:
        """Any command; `values` are laid over `VALUES`."""
        command = [str(self.program), *args]
        if values is not None:
            file = self.home / "values.json"
            file.write_text(json.dumps(merged(VALUES, values)))
            command += ["--values", str(file)]
        env = {
            "HOME": str(self.home),
            "KUBECONFIG": str(self._kubeconfig),
            "PATH": "/usr/bin:/bin",
            # Whatever the machine's own Helm keeps is not looked at.
            **{f"HELM_{kind}_HOME": str(self.home / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA")},
        }
        done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
        return Told(done.returncode, done.stdout, done.stderr)

    def template(self, values: dict, *args: str, namespace: str = "tools", release: str = "skyports") -> Told:
        return self.run("template", release, str(CHART), "--namespace", namespace, *args, values=values)

    def install(self, release: str, namespace: str, values: dict, *args: str) -> Told:
        return self.run("install", release, str(CHART), "--namespace", namespace, *args, values=values)

    def uninstall(self, release: str, namespace: str) -> Told:
        return self.run("uninstall", release, "--namespace", namespace, "--wait")


def merged(below: dict, above: dict) -> dict:
    """As Helm lays values over values: objects by key, all else as a whole."""
    both = dict(below)
    for key, value in above.items():
        both[key] = merged(both[key], value) if isinstance(value, dict) and isinstance(both.get(key), dict) else value
    return both
