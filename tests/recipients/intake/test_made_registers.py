"""Any register of the kind: other cities, headings, orders, formats; we know what we put in."""

import math
from typing import Any

import pytest

from app.recipients.intake import guess_columns, preview_json, read_workbook, understand_all
from tests.recipients.intake.made import DIETS, TODAY, Made, Maker


def understood(made: Made) -> Any:
    sheets = read_workbook(made.data, "register.xlsx")
    guesses = [guess_columns(sheet, made.area) for sheet in sheets]
    assert all(guess.questions == () for guess in guesses), guesses
    mappings = [guess.mapping for guess in guesses]
    results = understand_all(sheets, mappings, today=TODAY, area=made.area)
    return preview_json(sheets, mappings, results)


def apart_m(found: Any, truth: Any) -> float:
    east = (found["lng"] - truth[0]) * math.cos(math.radians(truth[1]))
    return math.hypot(east, found["lat"] - truth[1]) * 111_320


@pytest.mark.parametrize("seed", range(40))
def test_every_row_of_a_messy_register_is_what_was_put_in(seed: Any) -> None:
    made = Maker(seed).make()
    preview = understood(made)
    assert preview["sheets"][0]["header_row"] == made.header_row
    households = {one["row"]: one for one in preview["households"]}
    faults = {one["row"]: one["fault"] for one in preview["faults"]}
    duplicates = {one["row"]: one["same_phone_as"] for one in preview["duplicates"]}
    wanted = {truth.row: truth for truth in made.truths if truth.kind != "blank"}
    assert households.keys() == {row for row, one in wanted.items() if one.kind == "good"}
    assert duplicates == {r: t.person["phone"] for r, t in wanted.items() if t.kind == "duplicate"}
    assert faults == {
        row: one.kind for row, one in wanted.items() if one.kind not in ("good", "duplicate")
    }
    for row, found in households.items():
        same_person(found, wanted[row].person)


def same_person(found: Any, person: Any) -> None:
    assert found["name"] == person["name"]
    assert found["phone"] == person["phone"]
    assert abs(found["born"] - person["born"]) <= (0 if found["born_exact"] else 1)
    assert found["size"] == person["size"]
    assert found["tags"] == person["tags"]
    assert found["diet"] == person["diet"]
    assert set(DIETS[person["diet"]]) == {*found["allergens"], *found["diets"]}
    assert found["street"] == person["street"]
    assert found["registered_on"] == person["registered"].isoformat()
    if person["point"] is None:
        assert (found["lng"], found["lat"]) == (None, None)
    else:
        assert apart_m(found, person["point"]) < 1
