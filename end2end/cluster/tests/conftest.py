"""One rig for the whole run, a fresh namespace a test, the binary under test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from contract import Pair, demo_api, pair
from environments import Environment, maker
from fixtures import binary, bounded, namespace, skyports  # noqa: F401 - pytest finds them by name
from rig.rig import Rig


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    with Rig() as rig:
        yield rig


@pytest.fixture(scope="module")
def demo() -> Iterator[tuple[dict, Callable[[dict], dict]]]:
    """A demo API, and how it is filled."""
    with demo_api() as demo:
        yield demo


@pytest.fixture
def both(rig: Rig, demo: tuple[dict, Callable[[dict], dict]]) -> Pair:
    """The real API server and the demo's."""
    return pair(rig, *demo)


@pytest.fixture
def made(rig: Rig, namespace: str) -> Iterator[Callable[[Environment], None]]:
    """Makes environments for one test."""
    with maker(rig, namespace) as make:
        yield make
