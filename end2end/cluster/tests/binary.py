"""Drives the `skyports` binary: runs a command, or keeps a server for a while.

Knows only the public interface: commands, exit codes, the
printed address, JSON. Every process is bounded in time.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from rig.process import die_with_parent, free_ports
from rig.users import CANARY
from rig.wait import wait_for


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


ADDRESS_LINE = "skyports: "


def keeps_secrets(what: str, told: str) -> None:
    """S-14, of every command and every server of every test: what it says holds nobody's token."""
    at = told.find(CANARY)
    assert at < 0, f"{what} tells a token: {told[max(0, at - 200) : at + 100]}"


@dataclass(frozen=True)
class Finished:
    """A command that ended."""

    command: str
    code: int
    out: str
    err: str

    def expect(self, code: int) -> Finished:
        assert self.code == code, f"{self.command}\nended with {self.code}, not {code}\n{self}"
        return self

    def __str__(self) -> str:
        return f"standard output:\n{self.out}\nstandard error:\n{self.err}"


class Server:
    """A running `skyports serve`."""

    def __init__(self, child: subprocess.Popen[str], stderr: Path) -> None:
        self._child = child
        self._stderr = stderr
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, name="skyports stdout", daemon=True).start()
        self.url = self._address(seconds=20)

    def get(self, path: str, timeout: float = 10) -> tuple[int, str]:
        """Status and text of a page."""
        try:
            with urllib.request.urlopen(self._at(path), timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8", "replace")

    def submit(self, path: str, /, **fields: str) -> int:
        """Sends a form as a browser does; the status, without following where it leads."""
        origin = "/".join(self.url.split("/")[:3])
        request = urllib.request.Request(self._at(path), urlencode(fields).encode(), {"Origin": origin})
        try:
            with urllib.request.build_opener(_NoRedirect).open(request, timeout=15) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code

    def overview(self, timeout: float = 10) -> dict:
        status, text = self.get("/api/v1/overview", timeout)
        assert status == 200, f"GET /api/v1/overview: {status}\n{text[:2000]}\n{self.stderr()}"
        return json.loads(text)

    def stderr(self) -> str:
        return self._stderr.read_text("utf-8", "replace")

    def running(self) -> bool:
        return self._child.poll() is None

    def terminate(self) -> None:
        """As whoever stops a service does."""
        self._child.terminate()

    def kill(self) -> None:
        """At once, as a crash would."""
        self._child.kill()

    def _at(self, path: str) -> str:
        # The printed address may carry more than the origin (a sign-in link).
        origin = "/".join(self.url.split("/")[:3])
        return origin + path

    def _read(self) -> None:
        assert self._child.stdout
        for line in self._child.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def _address(self, seconds: float) -> str:
        end = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no `{ADDRESS_LINE}http…` line in {seconds} s\n{self.stderr()}") from None
            assert line is not None, f"skyports serve ended with {self._child.wait()}\n{self.stderr()}"
            if line.startswith(f"{ADDRESS_LINE}http"):
                return line[len(ADDRESS_LINE) :].split()[0]


class Skyports:
    """The binary, with an environment of its own and a kubeconfig."""

    def __init__(self, binary: str, kubeconfig: Path, home: Path, checks: bool = False) -> None:
        """`checks`: where somebody answers behind the addresses of load balancers."""
        self.binary = binary
        self.kubeconfig = kubeconfig
        self.home = home
        self.checks = checks

    def run(self, *args: str, kubeconfig: Path | None = None, timeout: float = 30) -> Finished:
        """Any sub-command to its end."""
        command = [self.binary, *args]
        shown = " ".join(["skyports", *args])
        try:
            done = subprocess.run(
                command,
                env=self._env(kubeconfig),
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=timeout,
            )
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"{shown} took more than {timeout:g} s\n{error.stderr}") from None
        keeps_secrets(shown, done.stdout + done.stderr)
        return Finished(shown, done.returncode, done.stdout, done.stderr)

    def list_json(self, *args: str, kubeconfig: Path | None = None) -> dict:
        """The document of `skyports list -o json`, which must end with 0."""
        done = self.run("list", "-o", "json", *args, kubeconfig=kubeconfig).expect(0)
        try:
            return json.loads(done.out)
        except ValueError as error:
            raise AssertionError(f"{done.command} printed no JSON: {error}\n{done}") from None

    @contextmanager
    def serve(
        self, *args: str, kubeconfig: Path | None = None, environment: dict[str, str] | None = None
    ) -> Iterator[Server]:
        """A server without sign-in, on a free port; ended with the block."""
        with self._serve("--no-login", *args, kubeconfig=kubeconfig, environment=environment) as server:
            yield server

    @contextmanager
    def serve_with_login(self, *args: str) -> Iterator[tuple[Server, str]]:
        """A server that wants a login, and the code that logs in."""
        with self._serve(*args) as server:
            yield server, server.url.partition("#")[2]

    @contextmanager
    def serve_for_readers(self, *args: str, environment: dict[str, str] | None = None) -> Iterator[Server]:
        """A server that takes what a proxy in front says of its readers, as the flags tell."""
        with self._serve(*args, environment=environment) as server:
            yield server

    @contextmanager
    def _serve(
        self, *args: str, kubeconfig: Path | None = None, environment: dict[str, str] | None = None
    ) -> Iterator[Server]:
        (port,) = free_ports(1)
        command = [self.binary, "serve", "--listen", f"127.0.0.1:{port}", *args]
        with tempfile.NamedTemporaryFile(dir=self.home, suffix=".stderr", delete=False) as stderr:
            child = subprocess.Popen(
                command,
                env=self._env(kubeconfig) | (environment or {}),
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                preexec_fn=die_with_parent,
            )
        try:
            yield Server(child, Path(stderr.name))
        finally:
            child.terminate()
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(timeout=10)
                raise AssertionError("skyports serve did not end within 10 s of SIGTERM") from None
            keeps_secrets("the log of skyports serve", Path(stderr.name).read_text("utf-8", "replace"))

    def _env(self, kubeconfig: Path | None) -> dict[str, str]:
        kept = {
            name: os.environ[name]
            for name in ("PATH", "RUST_LOG", "RUST_BACKTRACE", "SKYPORTS_WEB_DIR")
            if name in os.environ
        }
        ours = {"HOME": str(self.home), "KUBECONFIG": str(kubeconfig or self.kubeconfig), "NO_COLOR": "1"}
        # Else the addresses of load balancers are made up; a server would find nobody there.
        return kept | ours | ({} if self.checks else {"SKYPORTS_NO_CHECKS": "1"})


def wait_for_overview(server: Server, what: str, holds, seconds: float = 10) -> dict:
    """Asks the server's overview until `holds(overview)` is true or asserts no more."""

    def probe() -> dict | None:
        overview = server.overview()
        return overview if holds(overview) else None

    return wait_for(what, probe, seconds=seconds, detail=lambda: json.dumps(server.overview(), indent=1)[:4000])
