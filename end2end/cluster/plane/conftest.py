"""One data plane for the whole run; skyports, SkyPilot, the browser and this process are its client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from playwright.sync_api import Browser

from binary import Skyports
from browser import launched
from fixtures import binary, bounded, namespace  # noqa: F401 - pytest finds them by name
from rig.data_plane import DataPlane
from rig.rig import Rig


@pytest.fixture(scope="session")
def plane() -> Iterator[DataPlane]:
    with DataPlane() as plane:
        yield plane


@pytest.fixture(scope="session")
def rig(plane: DataPlane) -> Rig:
    return plane.rig


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def skyports(binary: str, rig: Rig, tmp_path: Path) -> Skyports:  # noqa: F811
    """The binary as people run it: behind the addresses here somebody answers, so it may ask."""
    return Skyports(binary, rig.kubeconfig, tmp_path, checks=True)
