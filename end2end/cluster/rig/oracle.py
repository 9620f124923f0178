"""The oracle: SkyPilot's own functions, in a child process with a HOME of its own.

Knows how to start and ask it, bounded in time. What they do is in
`oracle_worker.py`.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

from .process import die_with_parent

HERE = Path(__file__).resolve().parent
USER, USER_HASH = "ada@example.com", "2ea4c0de"


class OracleError(Exception):
    """SkyPilot raised; its class and words."""


class Oracle:
    """Started by the first question, which takes 2 to 5 s more for that."""

    def __init__(self, kubeconfig: Path, folder: Path, context: str, namespace: str = "default") -> None:
        self.kubeconfig = kubeconfig
        self.folder = folder
        self.context = context
        self.namespace = namespace
        self._child: subprocess.Popen[str] | None = None
        self._replies: queue.Queue[str] = queue.Queue()

    def provision(
        self,
        name: str,
        nodes: int = 1,
        namespace: str | None = None,
        context: str | None = None,
        ports: list[str] | None = None,
        instance_type: str = "2CPU--4GB",
        accelerators: dict[str, int] | None = None,
        pod_annotations: dict[str, str] | None = None,
        user: str | None = None,
    ) -> dict:
        """A running cluster: `{"name_on_cloud", "namespace", "pods", "head"}`."""
        return self.ask(
            "provision",
            name=name,
            nodes=nodes,
            ports=ports,
            instance_type=instance_type,
            accelerators=accelerators,
            pod_annotations=pod_annotations or {},
            user=user or USER,
            **self._place(context, namespace),
        )

    def open_ports(
        self,
        name_on_cloud: str,
        ports: list[str],
        mode: str = "loadbalancer",
        namespace: str | None = None,
        context: str | None = None,
    ) -> None:
        self.ask("open_ports", name_on_cloud=name_on_cloud, ports=ports, mode=mode, **self._place(context, namespace))

    def query_ports(
        self,
        name_on_cloud: str,
        ports: list[str],
        mode: str = "loadbalancer",
        namespace: str | None = None,
        context: str | None = None,
        wait: bool = False,
    ) -> dict[int, list[str]]:
        """URLs by port, as `sky status --endpoints` prints them."""
        place = self._place(context, namespace)
        answer = self.ask("query_ports", name_on_cloud=name_on_cloud, ports=ports, mode=mode, wait=wait, **place)
        return {int(port): urls for port, urls in answer["endpoints"].items()}

    def cleanup_ports(
        self,
        name_on_cloud: str,
        ports: list[str],
        mode: str = "loadbalancer",
        namespace: str | None = None,
        context: str | None = None,
    ) -> None:
        self.ask(
            "cleanup_ports", name_on_cloud=name_on_cloud, ports=ports, mode=mode, **self._place(context, namespace)
        )

    def terminate(
        self,
        name_on_cloud: str,
        ports: list[str] | None = None,
        mode: str = "loadbalancer",
        namespace: str | None = None,
        context: str | None = None,
    ) -> None:
        """As `sky down`; `ports` are those on SkyPilot's record."""
        place = self._place(context, namespace)
        self.ask("terminate", name_on_cloud=name_on_cloud, ports=ports, mode=mode, **place)

    def name_on_cloud(self, name: str) -> str:
        return self.ask("name_on_cloud", name=name)["name_on_cloud"]

    def ask(self, op: str, seconds: float = 120, **arguments: object) -> dict:
        """One question to SkyPilot; a child that does not answer in time is ended."""
        if self._child is None:
            self._start()
        assert self._child and self._child.stdin
        self._child.stdin.write(json.dumps({"op": op, **arguments}) + "\n")
        self._child.stdin.flush()
        answer = self._reply(op, seconds)
        if "error" in answer:
            raise OracleError(f"SkyPilot's {op}: {answer['error']} (log: {self.log})")
        return answer

    def stop(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.wait(timeout=10)
            self._child = None

    @property
    def log(self) -> Path:
        return self.folder / "oracle.log"

    def _place(self, context: str | None, namespace: str | None) -> dict[str, str]:
        return {"context": context or self.context, "namespace": namespace or self.namespace}

    def _start(self) -> None:
        home = self.folder / "home"
        (home / ".sky").mkdir(parents=True, exist_ok=True)
        (home / ".sky" / "config.yaml").write_text("kubernetes:\n  allowed_contexts: all\n")
        env = {
            "HOME": str(home),
            "PATH": os.environ.get("PATH", ""),
            "KUBECONFIG": str(self.kubeconfig),
            "PYTHONPATH": str(HERE.parent),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SKYPILOT_DISABLE_USAGE_COLLECTION": "1",
            "SKYPILOT_USER": USER,
            "SKYPILOT_USER_ID": USER_HASH,
        }
        with open(self.log, "ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "rig.oracle_worker"],
                cwd=home,
                env=env,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                preexec_fn=die_with_parent,
            )
        self._replies = queue.Queue()
        threading.Thread(target=self._read, args=(self._child, self._replies), name="oracle", daemon=True).start()
        self._reply("start", 60)

    @staticmethod
    def _read(child: subprocess.Popen[str], replies: queue.Queue[str]) -> None:
        assert child.stdout
        for line in child.stdout:
            replies.put(line)
        replies.put("")

    def _reply(self, op: str, seconds: float) -> dict:
        try:
            line = self._replies.get(timeout=seconds)
        except queue.Empty:
            self.stop()
            raise OracleError(f"SkyPilot's {op} took more than {seconds:g} s\n{self._tail()}") from None
        if not line:
            self.stop()
            raise OracleError(f"SkyPilot ended during {op}\n{self._tail()}")
        return json.loads(line)

    def _tail(self) -> str:
        return "\n".join(self.log.read_text("utf-8", "replace").splitlines()[-15:])
