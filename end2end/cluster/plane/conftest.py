"""One data plane for the whole run; skyports, SkyPilot, the browser and this process are its client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from binary import Skyports
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


@pytest.fixture
def skyports(binary: str, rig: Rig, tmp_path: Path) -> Skyports:  # noqa: F811
    """The binary as people run it: behind the addresses here somebody answers, so it may ask."""
    return Skyports(binary, rig.kubeconfig, tmp_path, checks=True)
