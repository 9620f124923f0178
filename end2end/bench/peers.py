"""Those who are measured: skyports, SkyPilot, a bare client of the API.

Each has methods that do one thing and return the milliseconds it took.
"""

from __future__ import annotations

import http.client
import json
import os
import ssl
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from rig.process import die_with_parent, free_ports
from rig.rig import CONTEXT, Rig
from rig.users import ADMIN, USERS

HERE = Path(__file__).resolve().parent
# What skyports lists when it starts (server/src/cluster/view.rs).
LISTS = (
    "/api/v1/pods?labelSelector=parent%3Dskypilot",
    "/api/v1/services",
    "/apis/networking.k8s.io/v1/ingresses",
    "/apis/networking.k8s.io/v1/ingressclasses",
    "/api/v1/events?fieldSelector=involvedObject.kind%3DService",
    "/api/v1/events?fieldSelector=involvedObject.kind%3DPod",
)


def since(began: float) -> float:
    return (time.perf_counter() - began) * 1000


class SkyPilot:
    """SkyPilot's functions in a process of their own: `skypilot_loop.py`, the loop that `sky status
    --endpoints` would run over every cluster; or another program.
    """

    def __init__(self, rig: Rig, program: str = "skypilot_loop.py", kubeconfig: Path | None = None) -> None:
        home = rig.folder / "bench-home"
        (home / ".sky").mkdir(parents=True)
        (home / ".sky" / "config.yaml").write_text("kubernetes:\n  allowed_contexts: all\n")
        env = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "KUBECONFIG": str(kubeconfig or rig.kubeconfig),
            "SKYPILOT_DISABLE_USAGE_COLLECTION": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._log = rig.folder / f"{program}.log"
        log = open(self._log, "w", encoding="utf-8")
        self._child = subprocess.Popen(
            [sys.executable, str(HERE / program)],
            env=env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            preexec_fn=die_with_parent,
        )
        self._read()

    def loop(self, names: list[str], ports: list[str], mode: str, urls: int) -> float:
        provider = {"context": CONTEXT, "namespace": "default", "port_mode": mode}
        said = self.ask(names=names, ports=ports, provider=provider)
        assert said["urls"] == urls, f"SkyPilot found {said['urls']} URLs, not {urls}"
        return said["ms"]

    def ask(self, **question: object) -> dict:
        """One question to the program."""
        assert self._child.stdin
        self._child.stdin.write(json.dumps(question) + "\n")
        self._child.stdin.flush()
        return self._read()

    def stop(self) -> None:
        self._child.kill()
        self._child.wait(timeout=10)

    def _read(self) -> dict:
        assert self._child.stdout
        line = self._child.stdout.readline()
        if not line:
            raise RuntimeError(f"SkyPilot ended:\n{self._log.read_text('utf-8', 'replace')[-2000:]}")
        return json.loads(line)


class BareClient:
    """Requests to the API server and nothing else: the lower bound."""

    def __init__(self, rig: Rig) -> None:
        parts = urlsplit(rig.control_plane.server)
        self._tls = ssl.create_default_context(cafile=str(rig.control_plane.ca_file))
        self._tls.check_hostname = False
        self._address = (parts.hostname or "", parts.port)
        self._headers = {"Authorization": f"Bearer {USERS[ADMIN].token}", "Accept": "application/json"}
        self._kept = self._connect()

    def list_services(self) -> float:
        """On a connection that is there already; the answer is read and not parsed."""
        began = time.perf_counter()
        self._get(self._kept, "/api/v1/services")
        return since(began)

    def list_everything(self) -> float:
        """All that skyports lists, at once, each on a connection of its own."""
        began = time.perf_counter()
        with ThreadPoolExecutor(len(LISTS)) as pool:
            list(pool.map(lambda path: self._get(self._connect(), path), LISTS))
        return since(began)

    def _connect(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(*self._address, context=self._tls, timeout=30)

    def _get(self, connection: http.client.HTTPSConnection, path: str) -> int:
        connection.request("GET", path, headers=self._headers)
        answer = connection.getresponse()
        size = len(answer.read())
        assert answer.status == 200, f"{path}: {answer.status}"
        return size


class Skyports:
    """The program under test: a server that is kept, and commands."""

    def __init__(self, rig: Rig, web: Path, *arguments: str, kubeconfig: Path | None = None) -> None:
        self._binary = os.environ["SKYPORTS_BIN"]
        (self.port,) = free_ports(1)
        self._env = {
            "HOME": str(rig.folder),
            "PATH": os.environ["PATH"],
            "KUBECONFIG": str(kubeconfig or rig.kubeconfig),
            "SKYPORTS_WEB_DIR": str(web),
            "NO_COLOR": "1",
            # The addresses are made up.
            "SKYPORTS_NO_CHECKS": "1",
        }
        # Login costs nothing that matters here, and wrk would have to carry a cookie.
        self._child = subprocess.Popen(
            [self._binary, "serve", "--no-login", "--listen", f"127.0.0.1:{self.port}", *arguments],
            env=self._env,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent,
        )
        assert self._child.stdout
        line = self._child.stdout.readline()
        assert line.startswith("skyports: http"), f"skyports serve said {line!r}"
        self._kept = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def get(self, path: str, accept: str = "identity") -> tuple[float, bytes]:
        """Milliseconds and body, on a connection that is there already."""
        began = time.perf_counter()
        self._kept.request("GET", path, headers={"Accept-Encoding": accept})
        answer = self._kept.getresponse()
        body = answer.read()
        took = since(began)
        assert answer.status == 200, f"{path}: {answer.status}"
        return took, body

    def click(self, path: str, **fields: str) -> float:
        """Milliseconds from the click on a form's button to the answer that all is done."""
        origin = f"http://127.0.0.1:{self.port}"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": origin}
        began = time.perf_counter()
        self._kept.request("POST", path, urlencode(fields), headers)
        answer = self._kept.getresponse()
        body = answer.read()
        took = since(began)
        assert answer.status == 303, f"{path}: {answer.status}\n{body[-2000:]!r}"
        return took

    def overview(self) -> dict:
        return json.loads(self.get("/api/v1/overview")[1])

    def list_cold(self, clusters: int) -> float:
        """`skyports list -o json` from its start to its end, with a complete answer."""
        began = time.perf_counter()
        done = subprocess.run(
            [self._binary, "list", "-o", "json"], env=self._env, capture_output=True, timeout=60, check=True
        )
        took = since(began)
        found = len(json.loads(done.stdout)["clusters"])
        assert found == clusters, f"list found {found} clusters, not {clusters}"
        return took

    def stop(self) -> None:
        self._child.terminate()
        self._child.wait(timeout=15)
