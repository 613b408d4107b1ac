"""The ground for a sheet that carries its own map."""

from __future__ import annotations

from fastapi import FastAPI
from sqlalchemy import text

from app.core.db import transaction
from app.places.ground.datasets import Box
from app.places.ground.queries import Streets, streets_in
from tests.roads.town import BOUNDS, at

PARK: Box = (*at(380, 780), *at(620, 1020))


def streets(box: Box, limit: int = 1_000) -> Streets:
    with transaction() as db:
        return streets_in(db, box, limit)


def test_a_sheet_shows_streets_green_and_names_around_a_place(town: int) -> None:
    del town
    seen = streets(PARK)
    assert {"纬五路", "纬六路", "林荫小径"} <= {line.name for line in seen.lines}
    assert ("green", "park", "春风公园") in {(a.layer, a.kind, a.name) for a in seen.areas}
    assert "春风公园" in {name.name for name in seen.names}


def test_what_a_sheet_shows_is_cut_to_its_box_in_degrees(town: int) -> None:
    del town
    west, south, east, north = PARK
    for line in streets(PARK).lines:
        places = line.geometry["coordinates"]
        flat = (
            places
            if line.geometry["type"] == "LineString"
            else [p for part in places for p in part]
        )
        assert all(west - 1e-5 <= lng <= east + 1e-5 for lng, _ in flat)
        assert all(south - 1e-5 <= lat <= north + 1e-5 for _, lat in flat)


def test_a_whole_town_on_one_sheet_shows_its_great_roads_first(town: int) -> None:
    del town
    few = streets(BOUNDS, limit=8)
    assert len(few.lines) <= 8
    assert "motorway" in {line.kind for line in few.lines}
    assert "path" not in {line.kind for line in few.lines}
    assert len(few.names) <= 2


def test_the_oneway_street_keeps_its_direction(town: int) -> None:
    del town
    box: Box = (*at(600, 380), *at(900, 420))
    assert {line.name: line.oneway for line in streets(box).lines}["纬三路"] == 1


def test_without_an_extract_there_is_nothing_to_show(application: FastAPI) -> None:
    del application
    with transaction() as db:
        db.execute(text("UPDATE map_dataset SET live = false"))
        assert streets_in(db, PARK) == Streets()
        db.rollback()
