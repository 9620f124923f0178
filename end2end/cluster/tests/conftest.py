"""One rig a process of the run, a fresh namespace a test, the binary under test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from contract import Pair, demo_api, pair
from environments import Environment, maker
from fixtures import binary, bounded, namespace, skyports  # noqa: F401 - pytest finds them by name
from rig import objects
from rig.rig import Rig


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    with Rig() as rig:
        yield rig


@pytest.fixture(scope="module", autouse=True)
def a_rig_as_it_was(request: pytest.FixtureRequest) -> Iterator[None]:
    """A rig has one Ingress controller: no module finds that of another, in whatever order they run."""
    mine = (item for item in request.session.items if item.path == request.path)
    if not any("rig" in item.fixturenames for item in mine):
        yield
        return
    rig: Rig = request.getfixturevalue("rig")
    yield
    objects.remove_ingress_controller(rig.api)


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
