"""The invented town, loaded once for these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.places.ground.drawn import live_ground
from tests.roads.town import draw


@pytest.fixture(scope="module")
def town(application: FastAPI, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Return 丰禾镇's dataset."""
    del application  # it points the settings at this process's database
    file = draw().write(tmp_path_factory.mktemp("town") / "town.osm")
    with live_ground(file, "town") as dataset_id:
        yield dataset_id


@pytest.fixture
def folder(application: FastAPI, tmp_path: Path) -> Path:
    """Return where a test writes its own extract."""
    del application
    return tmp_path
