"""Knows how to run one child process that can't outlive the rig.

A child is ended by the kernel when the *thread* that started it ends (Linux),
so processes are started from a thread that stays: the main one.
"""

from __future__ import annotations

import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform.startswith("linux") else None


def die_with_parent() -> None:
    """For `preexec_fn`: the kernel kills this process when its parent ends."""
    if _LIBC is not None:
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on.

    They are below the range for outgoing connections (32768 on Linux), so that
    a server that is stopped and started again finds its port still free.
    """
    ports: list[int] = []
    for port in random.sample(range(17000, 30000), 2000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        ports.append(port)
        if len(ports) == count:
            return ports
    raise OSError(f"no {count} free ports between 17000 and 30000")


class Process:
    """A child process with its log file."""

    def __init__(self, name: str, command: list[str], log: Path, env: dict[str, str] | None = None) -> None:
        self.name = name
        self.command = command
        self.log = log
        self.env = env
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.running():
            raise RuntimeError(f"{self.name} is running already")
        with open(self.log, "ab") as log:
            self._child = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.env,
                preexec_fn=die_with_parent,
            )

    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def signal(self, number: signal.Signals) -> None:
        if not self.running():
            raise RuntimeError(f"{self.name} is not running")
        assert self._child
        os.kill(self._child.pid, number)

    def kill(self) -> None:
        """Ends it at once, as a crash would. Not running is fine."""
        if self._child is not None:
            if self._child.poll() is None:
                self._child.kill()
            self._child.wait(timeout=10)
            self._child = None

    def check_running(self) -> bool:
        """For ready-waits: a process that ended won't become ready."""
        if not self.running():
            raise RuntimeError(f"{self.name} ended by itself\n{self.tail()}")
        return True

    def tail(self, lines: int = 15) -> str:
        """The end of its log, for error messages."""
        if not self.log.exists():
            return f"(no log of {self.name})"
        text = self.log.read_text("utf-8", "replace").splitlines()[-lines:]
        return "\n".join([f"the last lines of {self.log.name}:", *(line[:400] for line in text)])
