"""Rarer turns of a day that goes wrong: twice in a row, collections, breaks, visits, locks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app.core.clock import now
from tests.runs.replan.street import PORTION, Street


def run_of(replan: dict[str, Any], number: int) -> dict[str, Any]:
    found: dict[str, Any] = next(run for run in replan["runs"] if run["number"] == number)
    return found


def all_done(street: Street, run: Any) -> None:
    for stop in street.stops(run):
        if stop.state == "planned":
            answer = street.confirm(stop.id)
            assert answer.status_code == 200, answer.text


def test_taking_over_is_taken_back_and_the_giving_run_is_open_again(street: Street) -> None:
    out = street.hub_run([121.45, 121.455])
    taker = street.hub_run([121.452], name="李测试")
    street.drive(out, 1)
    assert street.decide(street.proposal("volunteer_out", run_id=out)).status_code == 200
    (stop,) = [stop for stop in street.stops(taker) if stop.kind == "take_over"]
    assert street.confirm(stop.id).status_code == 200
    assert street.run_state(out) == "completed"
    back = street.desk.post(f"/api/v1/stops/{stop.id}/take-back")
    assert back.status_code == 200, back.text
    assert street.run_state(out) == "under_way"
    assert street.confirm(stop.id).status_code == 200
    all_done(street, taker)
    assert street.promised() == ["done"] * 3
    assert street.faults() == []


def test_a_door_taken_back_still_has_its_food_on_board(street: Street) -> None:
    out = street.hub_run([121.45])
    taker = street.run(street.volunteer("李测试"))
    street.drive(out, 1)
    street.door(taker, 121.46)
    assert street.decide(street.proposal("volunteer_out", run_id=out)).status_code == 200
    take, door = (stop for stop in street.stops(taker) if stop.state == "planned")
    assert (take.kind, door.kind) == ("take_over", "deliver")
    assert street.confirm(take.id).status_code == 200
    assert street.confirm(door.id).status_code == 200
    assert street.desk.post(f"/api/v1/stops/{door.id}/take-back").status_code == 200
    assert "loaded" in street.promised()


def test_nobody_takes_over_what_the_giving_run_no_longer_has(street: Street) -> None:
    out = street.hub_run([121.45])
    taker = street.hub_run([121.452], name="李测试")
    street.drive(out, 1)
    assert street.decide(street.proposal("volunteer_out", run_id=out)).status_code == 200
    body = {"hub_id": str(street.hub_id)}
    assert street.desk.post(f"/api/v1/runs/{out}/give-back", json=body).status_code == 200
    (stop,) = [stop for stop in street.stops(taker) if stop.kind == "take_over"]
    empty = street.confirm(stop.id)
    assert (empty.status_code, empty.json()["title"][:4]) == (409, "这一站一")


def test_the_one_who_was_to_take_over_drops_out_as_well(street: Street) -> None:
    first = street.hub_run([121.45, 121.455])
    second = street.hub_run([121.452], name="李测试")
    third = street.hub_run([121.453], name="吴测试")
    street.drive(first, 1)
    replan = street.proposal("volunteer_out", run_id=first)
    assert street.decide(replan).status_code == 200
    doors_of = {
        run: sum(kind == "deliver" for kind, _ in street.kinds(run)) for run in (second, third)
    }
    heavy = max(doors_of, key=lambda run: doors_of[run])
    light = second if heavy == third else third
    replan = street.proposal("volunteer_out", run_id=heavy)
    assert replan["dropped"] == 0, replan["unserved"]
    # The first volunteer's run is not there to help, although food is still on it.
    assert not run_of(replan, 1)["changed"]
    assert street.decide(replan).status_code == 200
    assert street.run_state(heavy) == "cancelled"
    all_done(street, light)
    assert street.promised() == ["done"] * 4
    assert street.run_state(first) == "completed"
    assert street.faults() == []


def test_what_was_to_go_to_the_hub_goes_there_with_somebody_else(street: Street) -> None:
    out, _ = street.rescue_run(121.45, [])
    street.unload(out)
    taker = street.hub_run([121.452], name="李测试")
    street.drive(out, 1)
    replan = street.proposal("volunteer_out", run_id=out)
    assert [line["kind"] for line in run_of(replan, 2)["after"]][-1] == "unload"
    assert street.decide(replan).status_code == 200
    all_done(street, taker)
    assert street.run_state(out) == "completed"
    assert street.desk.post(f"/api/v1/runs/{taker}/complete").status_code == 200
    assert street.faults() == []


def test_a_collection_and_a_rescue_that_wait_are_done_by_somebody_else(street: Street) -> None:
    out, offer = street.rescue_run(121.45, [121.46])
    with street.world.db() as db:  # more than the door gets: the rest is for the hub
        db.execute(text("UPDATE stop_item SET grams = 12000, boxes = 3 WHERE recipient_id IS NULL"))
        db.execute(text("UPDATE offer SET grams = 12000"))
    street.unload(out)
    taker = street.hub_run([121.452], name="李测试")
    replan = street.proposal("volunteer_out", run_id=out)
    assert replan["unserved"] == []
    assert street.decide(replan).status_code == 200
    kinds = [kind for kind, _ in street.kinds(taker)]
    assert sorted(kinds) == ["collect", "deliver", "deliver", "load", "unload"]
    with street.world.db() as db:
        fetched = text(
            "SELECT sum(grams) FROM stop_item WHERE recipient_id IS NULL AND offer_id = :o "
            "AND stop_id IN (SELECT id FROM stop WHERE kind = 'collect')"
        )
        assert db.scalar(fetched, {"o": offer}) == 12_000
    all_done(street, taker)
    assert street.faults() == []


def test_who_stands_at_a_stop_stays_there_and_what_they_fetch_is_theirs(street: Street) -> None:
    run, _ = street.rescue_run(121.45, [121.46])
    out = street.hub_run([121.455], name="李测试")
    site = street.stops(run)[0]
    assert street.desk.post(f"/api/v1/stops/{site.id}/arrive", json={}).status_code == 200
    replan = street.proposal("volunteer_out", run_id=out)
    first = run_of(replan, 1)["after"][0]
    assert (first["stop_id"], first["state"], first["change"]) == (str(site.id), "arrived", "")
    assert street.decide(replan).status_code == 200
    assert street.stops(run)[0].id == site.id
    all_done(street, run) if street.confirm(site.id).status_code == 200 else None
    assert street.promised() == ["done", "done"]


def test_who_is_loading_has_the_food_on_board_when_they_leave(street: Street) -> None:
    run = street.hub_run([121.45, 121.455])
    load = street.stops(run)[0]
    assert street.desk.post(f"/api/v1/stops/{load.id}/arrive", json={}).status_code == 200
    replan = street.proposal("again")
    assert [line["kind"] for line in run_of(replan, 1)["after"]] == ["load", "deliver", "deliver"]


def test_a_run_under_way_goes_back_to_the_hub_for_food_that_waits_there(street: Street) -> None:
    run = street.hub_run([121.45, 121.455])
    out = street.hub_run([121.46], name="李测试")
    street.drive(run, 2)
    replan = street.proposal("volunteer_out", run_id=out)
    assert replan["unserved"] == []
    assert street.decide(replan).status_code == 200
    assert [kind for kind, state in street.kinds(run) if state == "planned"].count("load") == 1
    all_done(street, run)
    assert street.promised() == ["done"] * 3
    assert street.desk.post(f"/api/v1/runs/{run}/complete").status_code == 200
    assert street.faults() == []


def test_breaks_and_visits_stay_in_the_list(street: Street) -> None:
    run = street.hub_run([121.45])
    home = street.world.household(lng=121.455, lat=31.25)
    street.stop(run, "visit", (121.455, 31.25), "李**", visits=[home])
    at = now()
    street.stop(
        run, "break", (121.455, 31.25), window_from=at, window_until=at + timedelta(hours=1),
        service_s=1200,
    )  # fmt: skip
    out = street.hub_run([121.46], name="李测试")
    replan = street.proposal("volunteer_out", run_id=out)
    assert street.decide(replan).status_code == 200
    kinds = [kind for kind, _ in street.kinds(run)]
    assert "visit" in kinds
    (row,) = [stop for stop in street.stops(run) if stop.kind == "visit"]
    assert row.visits == [home]


def test_a_visit_goes_to_somebody_else_with_the_household_it_is_for(street: Street) -> None:
    out = street.hub_run([121.45])
    home = street.world.household(lng=121.455, lat=31.25)
    street.stop(out, "visit", (121.455, 31.25), "李**", visits=[home])
    taker = street.hub_run([121.46], name="李测试")
    replan = street.proposal("volunteer_out", run_id=out)
    assert replan["moved"] == 2
    assert street.decide(replan).status_code == 200
    (row,) = [stop for stop in street.stops(taker) if stop.kind == "visit"]
    assert (row.visits, row.label) == ([home], "李**")


def test_a_locked_run_is_left_alone(street: Street) -> None:
    out = street.hub_run([121.45])
    locked = street.hub_run([121.451], name="李测试", locked=True, state="published")
    street.hub_run([121.48], name="吴测试")
    replan = street.proposal("volunteer_out", run_id=out)
    assert not run_of(replan, 2)["changed"]
    assert run_of(replan, 3)["changed"]
    assert street.decide(replan).status_code == 200
    assert len(street.stops(locked)) == 2


def test_two_households_behind_one_door_and_one_gets_recalled_food(street: Street) -> None:
    run = street.hub_run([121.45])
    other = Street(street.world)
    neighbour = other.door(run, 121.45)
    _, door, second = street.stops(run)
    with street.world.db() as db:
        db.execute(
            text("UPDATE stop_item SET stop_id = :door WHERE stop_id = :second"),
            {"door": door.id, "second": second.id},
        )
        db.execute(text("DELETE FROM stop WHERE id = :id"), {"id": neighbour})
    replan = street.proposal("lot_recalled", lot_id=other.lot_id)
    assert [row["code"] for row in replan["unserved"]] == ["recalled"]
    assert street.decide(replan).status_code == 200
    with street.world.db() as db:
        left = text("SELECT sum(grams) FROM stop_item WHERE stop_id = :door")
        assert db.scalar(left, {"door": door.id}) == PORTION


def test_a_household_off_the_register_is_named(street: Street) -> None:
    street.hub_run([121.45, 121.46])
    with street.world.db() as db:
        db.execute(
            text(
                "UPDATE recipient SET state = 'ended' WHERE id = (SELECT id FROM recipient LIMIT 1)"
            )
        )
    replan = street.proposal("again")
    assert [row["code"] for row in replan["unserved"]] == ["not_served"]
    assert replan["dropped"] == 1


def test_chilled_food_out_of_the_cold_for_too_long_is_not_handed_over(street: Street) -> None:
    run, _ = street.rescue_run(121.45, [121.46])
    with street.world.db() as db:
        db.execute(text("UPDATE offer SET storage_class = 'chilled'"))
        db.execute(text("UPDATE volunteer SET capacity_chilled_boxes = 10"))
        db.execute(text("UPDATE run SET capacity_chilled_boxes = 10"))
    street.drive(run, 1)
    with street.world.db() as db:
        db.execute(
            text("UPDATE stop SET state_at = :at, phone_time = NULL WHERE state = 'done'"),
            {"at": now() - timedelta(hours=3)},
        )
    replan = street.proposal("again")
    assert [row["code"] for row in replan["unserved"]] == ["expired"]
