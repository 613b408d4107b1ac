"""What a move would bring is told at once, is what the move then brings, and changes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, event, text

from app.planning.plan import Stop
from app.planning.problem import NOTHING, Collect, Problem, Rescue, Visit, Window
from app.runs.plan.preview import late_s
from tests.runs.plan.days import Day, calls, status
from tests.runs.road import hub_road, rescue_road
from tests.world import World


def look(day: Day, stop_id: str, run_id: str, position: int = 0) -> dict[str, Any]:
    body = {"run_id": run_id, "position": position}
    answer = day.desk.post(f"/api/v1/stops/{stop_id}/preview", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def told(run: dict[str, Any]) -> list[tuple[Any, ...]]:
    names = ("kind", "planned_at", "load_after_grams")
    return [tuple(stop[name] for name in names) for stop in run["stops"]]


def hand_over_one(day: Day, giver: dict[str, Any], taker: dict[str, Any]) -> None:
    stop, *_ = calls(day.run_of(giver["volunteer_id"]))
    body = {"run_id": taker["id"], "position": 99}
    moved = day.desk.post(f"/api/v1/stops/{stop['id']}/move", json=body)
    assert moved.status_code == 200, moved.text


def test_the_move_brings_what_its_preview_said(day: Day) -> None:
    giver, taker = day.runs()[:2]
    stop_id = calls(giver)[1]["id"]
    before = day.runs()
    seen = look(day, stop_id, taker["id"], 1)
    assert day.runs() == before
    assert (seen["violations"], seen["warnings"]) == ([], [])
    body = {"run_id": taker["id"], "position": 1}
    after = {
        run["id"]: run for run in day.desk.post(f"/api/v1/stops/{stop_id}/move", json=body).json()
    }
    for run in seen["runs"]:
        real = after[run["run_id"]]
        assert told(run) == told(real)
        for name in ("distance_m", "duration_s", "begins_at", "ends_at"):
            assert run[name] == real[name]
    old = {run["id"]: run for run in (giver, taker)}
    for name in ("distance_m", "duration_s"):
        change = sum(after[id_][name] - old[id_][name] for id_ in old)
        assert seen[f"delta_{name}"] == change


def test_a_preview_speaks_of_the_stops_that_there_are(day: Day) -> None:
    giver, taker = day.runs()[:2]
    stop_id = calls(giver)[0]["id"]
    seen = {run["run_id"]: run for run in look(day, stop_id, taker["id"], 99)["runs"]}
    ids = [stop["stop_id"] for stop in seen[taker["id"]]["stops"]]
    assert ids == [stop["id"] for stop in taker["stops"]] + [stop_id]
    left = [stop["stop_id"] for stop in seen[giver["id"]]["stops"]]
    assert left == [stop["id"] for stop in giver["stops"] if stop["id"] != stop_id]


def test_another_place_in_the_same_run_is_previewed_too(day: Day) -> None:
    run = day.runs()[0]
    first, *rest = calls(run)
    (seen,) = look(day, first["id"], run["id"], 2)["runs"]
    ids = [stop["stop_id"] for stop in seen["stops"] if stop["kind"] == "deliver"]
    assert ids == [*(stop["id"] for stop in rest), first["id"]]
    moved = day.desk.post(
        f"/api/v1/stops/{first['id']}/move", json={"run_id": run["id"], "position": 2}
    ).json()
    assert told(seen) == told(moved[0])


def test_a_run_that_would_be_gone_is_shown_without_stops(day: Day) -> None:
    giver, taker = day.runs()[:2]
    for _ in range(2):
        hand_over_one(day, giver, taker)
    (last,) = calls(day.run_of(giver["volunteer_id"]))
    seen = look(day, last["id"], taker["id"])
    (gone,) = [run for run in seen["runs"] if run["run_id"] == giver["id"]]
    assert (gone["stops"], gone["distance_m"], gone["duration_s"]) == ([], 0, 0)


def test_what_breaks_is_said_at_the_stop_that_breaks(day: Day) -> None:
    giver, taker = day.runs()[:2]
    stop_id = calls(taker)[-1]["id"]
    opens = 10 * 60 + 30  # it is ten in the morning: only the next call is in time
    with day.world.db() as db:
        query = text(
            "UPDATE recipient SET window_from_minute = 0, window_until_minute = :until WHERE id IN "
            "(SELECT recipient_id FROM stop_item WHERE stop_id = :stop)"
        )
        db.execute(query, {"stop": stop_id, "until": opens - 30})
    seen = look(day, calls(giver)[0]["id"], taker["id"], 0)
    fault = seen["violations"][0]
    assert (fault["code"], fault["stop_id"]) == ("late", stop_id)
    assert "李**" in fault["zh"]
    run = next(run for run in seen["runs"] if run["run_id"] == taker["id"])
    late = {stop["stop_id"]: stop["late_s"] for stop in run["stops"]}
    assert late[stop_id] > 0
    assert sum(seconds > 0 for seconds in late.values()) == 1
    body = {"run_id": taker["id"], "position": 0}
    refused = day.desk.post(f"/api/v1/stops/{calls(giver)[0]['id']}/move", json=body)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/breaks-rules")


def test_a_move_that_makes_no_sense_has_its_sentence(world: World) -> None:
    desk = world.client("coordinator")
    one, two = hub_road(world, state="draft"), hub_road(world, state="draft")
    tomorrow = hub_road(world, state="draft", day=world.today + timedelta(days=1))
    claimed = hub_road(world)
    site = rescue_road(world, state="draft")
    said = {
        (one.stops["deliver"][0], two.run_id): "这一站的食物在另一个仓库，不能排进这条路线。",
        (one.stops["load"][0], two.run_id): "这一站不能单独挪走。",
        (site.stops["collect"][0], two.run_id): "这一站不能单独挪走。",
        (one.stops["deliver"][0], tomorrow.run_id): "两条路线不是同一天的。",
        (one.stops["deliver"][0], claimed.run_id): "这条路线已经有人领了，不能再改。",
    }
    for (stop_id, run_id), sentence in said.items():
        body = {"run_id": str(run_id)}
        seen = desk.post(f"/api/v1/stops/{stop_id}/preview", json=body).json()
        (fault,) = seen["violations"]
        assert (fault["code"], fault["zh"], fault["stop_id"]) == ("refused", sentence, str(stop_id))
        assert seen["runs"] == []


def test_a_household_that_knows_another_face_is_only_a_warning(day: Day) -> None:
    giver, taker = day.runs()[:2]
    stop = calls(giver)[0]
    yesterday = hub_road(day.world, 1, day=day.world.today - timedelta(days=1), state="completed")
    with day.world.db() as db:
        db.execute(
            text(
                "UPDATE stop_item SET outcome = 'handed_over', recipient_id = "
                "(SELECT recipient_id FROM stop_item WHERE stop_id = :now) WHERE stop_id = :then"
            ),
            {"now": stop["id"], "then": yesterday.stops["deliver"][0]},
        )
        query = text("UPDATE run SET volunteer_id = :volunteer WHERE id = :run")
        db.execute(query, {"volunteer": giver["volunteer_id"], "run": yesterday.run_id})
    seen = look(day, stop["id"], taker["id"])
    (warning,) = seen["warnings"]
    assert (warning["code"], warning["stop_id"]) == ("another_face", stop["id"])
    assert taker["volunteer"] in warning["zh"]
    assert seen["violations"] == []
    assert look(day, stop["id"], giver["id"], 1)["warnings"] == []


def test_more_stops_than_usual_are_only_a_warning(day: Day) -> None:
    with day.world.db() as db:
        db.execute(text("UPDATE volunteer SET mode = 'foot'"))
    first, second, third = day.runs()
    for giver in (first, first, first, second, second):
        hand_over_one(day, giver, third)
    (last,) = calls(day.run_of(second["volunteer_id"]))
    seen = look(day, last["id"], third["id"], 99)
    assert seen["violations"] == []
    assert "many_stops" in {warning["code"] for warning in seen["warnings"]}


def test_a_long_run_is_previewed_with_as_many_questions_as_a_short_one(world: World) -> None:
    def asked(doors: int) -> int:
        road = hub_road(world, doors, state="draft")
        body = {"run_id": str(road.run_id), "position": 1}
        desk, path = world.client("coordinator"), f"/api/v1/stops/{road.stops['deliver'][0]}"
        count = 0

        def note(*_: Any) -> None:
            nonlocal count
            count += 1

        event.listen(Engine, "before_cursor_execute", note)
        try:
            assert desk.post(f"{path}/preview", json=body).status_code == 200
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        return count

    assert asked(2) == asked(9) < 30


def test_nonsense_and_strangers_preview_nothing(world: World, other_world: World) -> None:
    road = hub_road(world, state="draft")
    stop, run = road.stops["deliver"][0], str(road.run_id)
    desk = world.client("coordinator")
    path = f"/stops/{stop}/preview"
    assert status(other_world.client("coordinator"), "POST", path, run_id=run) == 404
    assert status(world.client("volunteer"), "POST", path, run_id=run) == 403
    assert status(world.client(None), "POST", path, run_id=run) == 401
    assert status(desk, "POST", path, run_id=str(uuid4())) == 404
    assert status(desk, "POST", f"/stops/{uuid4()}/preview", run_id=run) == 404
    for nonsense in ({}, {"run_id": "x"}, {"run_id": run, "position": -1}, {"run_id": run, "a": 1}):
        assert status(desk, "POST", path, **nonsense) == 422


def test_the_worst_of_the_households_behind_a_door_says_how_late_it_is() -> None:
    open_ = (Window(0, 1_000),)
    tasks = (
        Visit(id="a", place=0, windows=open_, service_s=300),
        Visit(id="b", place=0, windows=open_, service_s=300),
        Collect(id="c", place=0),
        Rescue(
            id="r", place=0, pickup_place=1, pickup_windows=open_, pickup_service_s=5, before_s=700
        ),
    )
    problem = Problem({}, (), tasks)

    def late(kind: Any, ids: tuple[str, ...], start_s: int) -> int:
        return late_s(problem, Stop(kind, 0, ids, start_s, start_s, start_s + 600, NOTHING))

    assert late("visit", ("a", "b"), 800) == 100
    assert late("visit", ("a",), 800) == 0
    assert late("collect", ("c",), 5_000) == 0
    assert late("collect", ("r",), 1_100) == 100
    assert late("deliver", ("r",), 750) == 50
    assert late("load", (), 9_000) == 0
