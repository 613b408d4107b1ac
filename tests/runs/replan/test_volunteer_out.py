"""A volunteer drops out, before setting off or with food on board: others take it over."""

from __future__ import annotations

from typing import Any

from tests.runs.replan.street import PORTION, Street


def run_of(replan: dict[str, Any], number: int) -> dict[str, Any]:
    found: dict[str, Any] = next(run for run in replan["runs"] if run["number"] == number)
    return found


def test_a_run_that_has_not_set_off_is_shared_among_the_others(street: Street) -> None:
    out = street.hub_run([121.45, 121.46], name="陈测试")
    street.hub_run([121.455, 121.465], name="李测试")
    replan = street.proposal("volunteer_out", run_id=out)
    assert (replan["state"], replan["failure"]) == ("proposed", "")
    assert replan["sentence_zh"] == "陈**来不了，1 号路线还有 2 站要另外安排。"
    assert (replan["moved"], replan["kept"], replan["dropped"]) == (2, 2, 0)
    gone, taker = run_of(replan, 1), run_of(replan, 2)
    assert gone["after"] == []
    assert [line["change"] for line in gone["before"]] == ["dropped", "moved_away", "moved_away"]
    moved = [line for line in taker["after"] if line["change"] == "moved_here"]
    assert len(moved) == 2
    assert moved[0]["why_zh"] == "原来是陈**的，现在由李**来做（志愿者来不了）。"


def test_accepted_the_doors_and_their_food_are_on_the_other_run(street: Street) -> None:
    out = street.hub_run([121.45, 121.46], name="陈测试")
    taker = street.hub_run([121.455, 121.465], name="李测试")
    doors = {
        stop.id for run in (out, taker) for stop in street.stops(run) if stop.kind == "deliver"
    }
    replan = street.proposal("volunteer_out", run_id=out)
    accepted = street.decide(replan)
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")
    assert street.run_state(out) == "cancelled"
    assert street.stops(out) == []
    rows = street.stops(taker)
    assert [row.kind for row in rows] == ["load", *["deliver"] * 4]
    # The phones know the doors by their ids: those have not changed.
    assert {row.id for row in rows if row.kind == "deliver"} == doors
    assert street.promised() == ["planned"] * 4
    street.drive(taker, 5)
    assert street.promised() == ["done"] * 4
    assert street.faults() == []


def test_food_on_board_is_taken_over_where_that_volunteer_is(street: Street) -> None:
    out = street.hub_run([121.45, 121.455, 121.46], name="陈测试")
    taker = street.hub_run([121.452, 121.465], name="李测试")
    street.drive(out, 2)
    street.drive(taker, 1)
    replan = street.proposal("volunteer_out", run_id=out)
    assert (replan["moved"], replan["dropped"]) == (2, 0), replan
    (first,) = [line for line in run_of(replan, 2)["after"] if line["kind"] == "take_over"]
    assert (first["label"], first["change"]) == ("陈**", "new")
    assert first["why_zh"] == "先到陈**那里接手车上的食物。"
    assert street.decide(replan).status_code == 200
    # Its food is still with the one who cannot go on.
    assert street.run_state(out) == "under_way"
    (stop,) = [stop for stop in street.stops(taker) if stop.kind == "take_over"]
    assert street.confirm(stop.id).status_code == 200
    assert street.run_state(out) == "completed"
    for row in street.stops(taker):
        if row.state == "planned":
            assert street.confirm(row.id).status_code == 200
    assert street.promised() == ["done"] * 5
    assert street.desk.post(f"/api/v1/runs/{taker}/complete").status_code == 200
    assert street.faults() == []
    with street.world.db() as db:
        from sqlalchemy import text  # noqa: PLC0415

        moved = db.execute(
            text("SELECT sum(grams) FROM movement WHERE reason = 'taken_over'")
        ).scalar()
    assert moved == 2 * PORTION
