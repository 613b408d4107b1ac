"""The best known plans beside a file, by either objective, are found and compared with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.planning.contest.best_known import BESIDE, Known, best_known, gap_percent

ROWS = {
    "R104": {
        "bks_vehicles": 9,
        "bks_distance": 1007.24,
        "bks_distance_only": 976.61,
        "bks_distance_only_vehicles": 11,
    },
    "r1_2_4": {"bks_vehicles": 18, "bks_distance": 3057.81},
    "only": {"bks_vehicles": 3, "bks_distance": 5, "bks_distance_only": 4},
    "half": {"bks_vehicles": 3},
    "odd": {"bks_vehicles": "many", "bks_distance": []},
    "none": None,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / BESIDE).write_text(json.dumps(ROWS), "utf-8")
    (tmp_path / "vrptw").mkdir()
    return tmp_path


@pytest.mark.parametrize("place", ["R104.txt", "vrptw/R104.txt", "vrptw/r104.TXT"])
def test_the_list_lies_beside_the_file_or_one_folder_up(folder: Path, place: str) -> None:
    assert best_known(folder / place, "vehicles") == Known(9, 1007.24)
    assert best_known(folder / place, "distance") == Known(11, 976.61)


def test_the_nearer_list_wins(folder: Path) -> None:
    near = {"R104": {"bks_vehicles": 1, "bks_distance": 2}}
    (folder / "vrptw" / BESIDE).write_text(json.dumps(near), "utf-8")
    assert best_known(folder / "vrptw" / "R104.txt", "vehicles") == Known(1, 2.0)
    assert best_known(folder / "vrptw" / "r1_2_4.txt", "vehicles") == Known(18, 3057.81)


def test_without_a_best_by_distance_the_other_one_counts(folder: Path) -> None:
    assert best_known(folder / "r1_2_4.txt", "distance") == Known(18, 3057.81)
    assert best_known(folder / "only.txt", "distance") == Known(3, 4.0)


@pytest.mark.parametrize("name", ["stranger", "half", "odd", "none"])
def test_what_is_not_known_is_not_made_up(folder: Path, name: str) -> None:
    assert best_known(folder / f"{name}.txt", "vehicles") is None


@pytest.mark.parametrize("content", ["{", "[1, 2]", "", "\0"])
def test_a_list_that_cannot_be_read_says_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / BESIDE).write_text(content, "utf-8")
    assert best_known(tmp_path / "R104.txt", "vehicles") is None


def test_the_gap_is_in_percent() -> None:
    assert gap_percent(102.0, Known(1, 100.0)) == pytest.approx(2)
    assert gap_percent(99.0, Known(1, 100.0)) == pytest.approx(-1)
    assert gap_percent(99.0, None) is None
    assert gap_percent(99.0, Known(1, 0.0)) is None
