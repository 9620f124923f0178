"""The fixtures that both lanes share: a bound for each test, a fresh namespace, the binary under test.

Each lane's `conftest.py` says what its rig is.
"""

from __future__ import annotations

import itertools
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from binary import Skyports
from rig.rig import Rig

# No test takes a minute; one that hangs must not take the run with it.
SECONDS_A_TEST = 180
_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """A test that takes too long fails where it hangs."""

    def too_long(*_: object) -> None:
        raise TimeoutError(f"the test took more than {SECONDS_A_TEST} s")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(SECONDS_A_TEST)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def namespace(rig: Rig, request: pytest.FixtureRequest) -> str:
    """Not deleted at the end: deletion takes seconds, and the rig goes as a whole."""
    words = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-").removeprefix("test-")
    return rig.namespace(f"{words[:40].strip('-')}-{next(_numbers)}")


@pytest.fixture(scope="session")
def binary() -> str:
    path = os.environ.get("SKYPORTS_BIN", "")
    if not path or not os.access(path, os.X_OK):
        pytest.fail(f"SKYPORTS_BIN must name the skyports binary under test; it is {path!r}", pytrace=False)
    return path


@pytest.fixture
def skyports(binary: str, rig: Rig, tmp_path: Path) -> Skyports:
    """The binary with the rig's kubeconfig (context `rig`, the administrator)."""
    return Skyports(binary, rig.kubeconfig, tmp_path)
