"""What people know stays in the lists: unloading, second tries, visits, times, helpers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app.core.clock import now
from tests.runs.replan.street import PORTION, Street


def after(replan: dict[str, Any], number: int) -> list[str]:
    """Kinds of the stops that a run would have."""
    run = next(run for run in replan["runs"] if run["number"] == number)
    return [line["kind"] for line in run["after"]]


def set_back(street: Street, replan: dict[str, Any], minutes: int) -> None:
    """Let a proposal be so old: all its times lie that much earlier."""
    with street.world.db() as db:
        db.execute(
            text(
                "UPDATE replan SET after = (SELECT jsonb_agg(jsonb_set(jsonb_set(list, '{depart_s}',"
                " to_jsonb((list->>'depart_s')::int - :s)), '{stops}', COALESCE((SELECT jsonb_agg("
                " jsonb_set(stop, '{start_s}', to_jsonb((stop->>'start_s')::int - :s)))"
                " FROM jsonb_array_elements(list->'stops') stop), '[]')))"
                " FROM jsonb_array_elements(after) list) WHERE id = :id"
            ),
            {"s": minutes * 60, "id": replan["id"]},
        )


def test_what_is_being_collected_this_moment_still_goes_to_the_hub(street: Street) -> None:
    run, offer = street.rescue_run(121.45, [])
    back = street.unload(run)
    street.item(back, PORTION, offer_id=offer, boxes=1)
    out = street.hub_run([121.455], name="李测试")
    site = street.stops(run)[0].id
    assert street.desk.post(f"/api/v1/stops/{site}/arrive", json={}).status_code == 200
    replan = street.proposal("volunteer_out", run_id=out)
    assert "unload" in after(replan, 1)
    assert street.decide(replan).status_code == 200
    left = [stop for stop in street.stops(run) if stop.kind == "unload"]
    assert [stop.id for stop in left] == [back]
    for stop in street.stops(run):
        assert street.confirm(stop.id).status_code == 200
    assert street.desk.post(f"/api/v1/runs/{run}/complete").status_code == 200
    assert street.faults() == []


def test_a_household_is_not_put_on_the_list_twice_for_one_failed_stop(street: Street) -> None:
    run = street.hub_run([121.45, 121.455])
    street.drive(run, 1)
    missed = street.stops(run)[1].id
    assert street.confirm(missed, outcome="not_home").status_code == 200
    assert street.decide(street.proposal("not_home", stop_id=missed)).status_code == 200
    again = street.ask("not_home", stop_id=missed)
    assert (again.status_code, again.json()["title"]) == (409, "这一户已经另有安排。")
    second = street.stops(run)[-1].id
    assert street.confirm(second, outcome="not_home").status_code == 200
    assert street.ask("not_home", stop_id=second).status_code == 202


def test_two_visits_at_one_place_become_one_stop_for_both_households(street: Street) -> None:
    run = street.hub_run([121.45])
    homes = [street.world.household(lng=121.455, lat=31.25) for _ in range(2)]
    for home in homes:
        street.stop(run, "visit", (121.455, 31.25), "李**", visits=[home])
    out = street.hub_run([121.46], name="李测试")
    replan = street.proposal("volunteer_out", run_id=out)
    assert street.decide(replan).status_code == 200
    rows = [stop for stop in street.stops(run) if stop.kind == "visit"]
    assert sorted(id_ for row in rows for id_ in row.visits) == sorted(homes)
    assert [row.label for row in rows] == ["2 户"]


def test_a_visit_goes_only_to_somebody_who_speaks_the_dialect(street: Street) -> None:
    out = street.run(street.volunteer("陈测试", skills=["dialect"]))
    home = street.world.household(lng=121.455, lat=31.25, skills_needed=["dialect"])
    street.stop(out, "visit", (121.455, 31.25), "李**", visits=[home])
    near = street.hub_run([121.455], name="李测试")
    far = street.run(street.volunteer("吴测试", skills=["dialect"]))
    street.load(far, 1)
    street.door(far, 121.50)
    assert street.decide(street.proposal("volunteer_out", run_id=out)).status_code == 200
    assert "visit" not in [stop.kind for stop in street.stops(near)]
    assert "visit" in [stop.kind for stop in street.stops(far)]


def test_a_phone_whose_clock_runs_ahead_does_not_move_the_day(street: Street) -> None:
    run = street.hub_run([121.45, 121.455])
    street.drive(run, 1)
    with street.world.db() as db:
        ahead = text("UPDATE stop SET phone_time = :at WHERE state = 'done'")
        db.execute(ahead, {"at": now() + timedelta(hours=3)})
    assert street.decide(street.proposal("running_late", run_id=run)).status_code == 200
    doors = [stop for stop in street.stops(run) if stop.state == "planned"]
    assert len(doors) == 2
    assert all(stop.planned_at < now() + timedelta(hours=2) for stop in doors)


def test_a_helper_who_is_no_volunteer_any_more_makes_it_out_of_date(street: Street) -> None:
    out = street.hub_run([121.45])
    helper = street.volunteer("吴测试")
    replan = street.proposal("volunteer_out", run_id=out, volunteer_ids=[helper])
    with street.world.db() as db:
        db.execute(text("UPDATE volunteer SET active = false WHERE id = :id"), {"id": helper})
    assert street.decide(replan).status_code == 409
    assert street.open(replan["id"])["state"] == "outdated"


def test_lists_that_were_to_begin_long_ago_are_out_of_date(street: Street) -> None:
    out = street.hub_run([121.45])
    street.hub_run([121.455], name="李测试")
    replan = street.proposal("volunteer_out", run_id=out)
    set_back(street, replan, 20)
    assert street.decide(replan).status_code == 409
    assert street.open(replan["id"])["state"] == "outdated"
    street.hub_run([121.46], name="吴测试")
    fresh = street.proposal("volunteer_out", run_id=out)
    set_back(street, fresh, 5)
    assert street.decide(fresh).status_code == 200


def test_a_run_on_the_way_counts_from_its_next_stop(street: Street) -> None:
    run = street.hub_run([121.45, 121.455], begins_at=now() - timedelta(hours=2))
    out = street.hub_run([121.46], name="李测试")
    street.drive(run, 2)
    replan = street.proposal("volunteer_out", run_id=out)
    set_back(street, replan, 90)
    assert street.decide(replan).status_code == 409
    fresh = street.proposal("volunteer_out", run_id=out)
    assert street.decide(fresh).status_code == 200
