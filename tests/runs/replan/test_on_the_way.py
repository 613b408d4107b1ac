"""What else goes wrong on the way: a donor has nothing, nobody is home, food is recalled, time slips."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select, text

from app.core.clock import now
from app.runs.models import CareAlert, Stop
from tests.runs.replan.street import PORTION, Street


def alerts(street: Street) -> list[str]:
    with street.world.db() as db:
        query = select(CareAlert.reason).where(CareAlert.org_id == street.world.org_id)
        return sorted(db.scalars(query))


def lines(replan: dict[str, Any], number: int, side: str = "after") -> list[tuple[str, str]]:
    run = next(run for run in replan["runs"] if run["number"] == number)
    return [(line["kind"], line["change"]) for line in run[side]]


def offer_state(street: Street, offer: Any) -> str:
    with street.world.db() as db:
        return str(db.scalar(text("SELECT state FROM offer WHERE id = :id"), {"id": offer}))


def lots(street: Street) -> list[tuple[str, int]]:
    """What could be recalled from the day's runs."""
    rows = street.desk.get("/api/v1/replans/lots", params={"day": str(street.world.today)}).json()
    return [(row["lot_id"], row["grams"]) for row in rows]


def test_nobody_drives_to_a_site_that_has_nothing(street: Street) -> None:
    run, offer = street.rescue_run(121.45, [121.455, 121.46])
    street.door(run, 121.47)
    site = street.stops(run)[0]
    other = street.hub_run([121.452])
    replan = street.proposal("nothing_to_collect", stop_id=site.id)
    assert replan["sentence_zh"] == "示例门店(虚构)没有货可取。"
    assert {row["code"] for row in replan["unserved"]} == {"nothing_there", "not_aboard"}
    assert lines(replan, 2) == [("load", ""), ("deliver", "")]
    assert street.decide(replan).status_code == 200
    assert street.kinds(run) == [("collect", "failed"), *[("deliver", "skipped")] * 3]
    assert street.run_state(run) == "cancelled"
    assert offer_state(street, offer) == "missed"
    assert alerts(street) == ["not_ready"]
    assert street.run_state(other) == "claimed"
    assert street.faults() == []


def test_a_volunteer_who_stands_before_an_empty_site_goes_on_with_the_rest(street: Street) -> None:
    run, offer = street.rescue_run(121.45, [121.455])
    hub = street.load(run, 1)
    street.door(run, 121.47)
    site = street.stops(run)[0].id
    said = street.confirm(site, outcome="not_ready")
    assert said.status_code == 200
    replan = street.proposal("nothing_to_collect", stop_id=site)
    assert [kind for kind, _ in lines(replan, 1)[-2:]] == ["load", "deliver"]
    assert street.decide(replan).status_code == 200
    assert [kind for kind, state in street.kinds(run) if state == "planned"] == ["load", "deliver"]
    assert hub in [stop.id for stop in street.stops(run) if stop.state == "planned"]
    assert offer_state(street, offer) == "missed"


def test_a_door_where_nobody_was_home_gets_a_second_try_on_the_same_run(street: Street) -> None:
    run = street.hub_run([121.45, 121.455])
    street.drive(run, 1)
    missed = street.stops(run)[1].id
    assert street.confirm(missed, outcome="not_home").status_code == 200
    replan = street.proposal("not_home", stop_id=missed)
    assert (replan["state"], replan["unserved"]) == ("proposed", [])
    assert lines(replan, 1)[-1] == ("deliver", "new")
    assert street.decide(replan).status_code == 200
    *_, again = street.stops(run)
    assert (again.kind, again.state, again.label) == ("deliver", "planned", "李**")
    assert again.planned_at >= now() + timedelta(minutes=40)
    assert street.promised() == ["loaded", "loaded"]
    for stop in street.stops(run):
        if stop.state == "planned":
            assert street.confirm(stop.id).status_code == 200
    assert street.promised() == ["done", "done"]
    assert street.faults() == []


def test_there_is_no_second_try_when_the_household_goes_to_bed(street: Street) -> None:
    run = street.hub_run([121.45])
    street.drive(run, 1)
    door = street.stops(run)[1].id
    with street.world.db() as db:
        db.execute(text("UPDATE recipient SET window_until_minute = 615"))
    assert street.confirm(door, outcome="not_home").status_code == 200
    replan = street.proposal("not_home", stop_id=door)
    assert [row["code"] for row in replan["unserved"]] == ["too_late_today"]
    assert street.decide(replan).status_code == 200
    assert street.kinds(run) == [("load", "done"), ("deliver", "failed")]
    # Its food is still on board: the volunteer brings it back.
    assert street.run_state(run) == "under_way"


def test_a_household_that_calls_before_is_visited_later(street: Street) -> None:
    run = street.hub_run([121.45, 121.455])
    street.drive(run, 1)
    door = street.stops(run)[1].id
    replan = street.proposal("not_home", stop_id=door)
    assert street.decide(replan).status_code == 200
    first, second = (stop for stop in street.stops(run) if stop.state == "planned")
    assert (second.id, alerts(street)) == (door, [])
    assert first.planned_at < second.planned_at


def test_somebody_who_rang_in_vain_is_written_down_and_comes_again(street: Street) -> None:
    run = street.hub_run([121.45, 121.455])
    street.drive(run, 1)
    door = street.stops(run)[1].id
    assert street.desk.post(f"/api/v1/stops/{door}/arrive", json={}).status_code == 200
    replan = street.proposal("not_home", stop_id=door)
    assert street.decide(replan).status_code == 200
    assert street.kinds(run) == [
        ("load", "done"),
        ("deliver", "failed"),
        ("deliver", "planned"),
        ("deliver", "planned"),
    ]
    assert alerts(street) == ["not_home"]


def test_recalled_food_goes_back_to_the_hub_and_to_no_door(street: Street) -> None:
    run = street.hub_run([121.45, 121.455])
    other, _ = street.rescue_run(121.45, [121.46])
    street.drive(run, 2)
    assert lots(street) == [(str(street.lot_id), PORTION)]
    replan = street.proposal("lot_recalled", lot_id=street.lot_id)
    assert "召回" in replan["sentence_zh"]
    assert [row["code"] for row in replan["unserved"]] == ["recalled"]
    assert lines(replan, 1) == [("load", ""), ("deliver", ""), ("unload", "new")]
    assert lines(replan, 1, "before")[-1] == ("deliver", "dropped")
    assert street.decide(replan).status_code == 200
    assert street.run_state(other) == "claimed"
    with street.world.db() as db:
        state = db.scalar(text("SELECT state FROM lot WHERE id = :id"), {"id": street.lot_id})
        (back,) = db.scalars(select(Stop).where(Stop.run_id == run, Stop.kind == "unload"))
    assert state == "on_hold"
    assert street.confirm(back.id).status_code == 200
    assert street.desk.post(f"/api/v1/runs/{run}/complete").status_code == 200
    assert street.faults() == []
    assert lots(street) == []


def test_times_that_have_slipped_are_told_anew(street: Street) -> None:
    run = street.hub_run([121.45, 121.455, 121.46])
    with street.world.db() as db:
        db.execute(text("UPDATE stop SET planned_at = planned_at - interval '50 minutes'"))
    street.drive(run, 1)
    replan = street.proposal("running_late", run_id=run)
    assert {change for _, change in lines(replan, 1)[1:]} == {"later"}
    assert street.decide(replan).status_code == 200
    assert all(stop.planned_at >= now() for stop in street.stops(run)[1:])


def test_a_door_that_is_late_already_is_not_dropped(street: Street) -> None:
    run = street.hub_run([121.45, 121.52])
    with street.world.db() as db:  # everybody closes at ten, and it is ten
        db.execute(text("UPDATE recipient SET window_until_minute = 600"))
    street.drive(run, 1)
    replan = street.proposal("running_late")
    assert (replan["unserved"], replan["dropped"]) == ([], 0)


def test_planned_anew_without_a_reason_nothing_changes_for_nothing(street: Street) -> None:
    street.hub_run([121.45, 121.455, 121.46])
    street.hub_run([121.451, 121.456], name="李测试")
    replan = street.proposal("again")
    assert (replan["state"], replan["moved"], replan["dropped"]) == ("proposed", 0, 0)
    assert replan["source"] == "estimate"
    assert street.decide(replan).status_code == 200


def test_free_volunteers_can_help(street: Street) -> None:
    out = street.hub_run([121.45, 121.46])
    helper = street.volunteer("吴测试")
    replan = street.proposal("volunteer_out", run_id=out, volunteer_ids=[helper])
    *_, new = replan["runs"]
    assert (new["run_id"], new["volunteer"], new["changed"]) == (None, "吴测试", True)
    assert [line["kind"] for line in new["after"]] == ["load", "deliver", "deliver"]
    assert street.decide(replan).status_code == 200
    (run,) = street.desk.get("/api/v1/runs", params={"day": str(street.world.today)}).json()
    assert (run["state"], run["volunteer"], len(run["stops"])) == ("published", "吴测试", 3)
    assert run["stops"][0]["grams"] == 2 * PORTION
    assert len(run["geometry"]) >= 3


def test_with_nobody_left_the_doors_are_given_up_and_somebody_is_told(street: Street) -> None:
    out = street.hub_run([121.45, 121.46])
    replan = street.proposal("volunteer_out", run_id=out)
    assert (replan["state"], replan["dropped"]) == ("proposed", 2)
    assert {row["code"] for row in replan["unserved"]} == {"nobody"}
    assert street.decide(replan).status_code == 200
    assert street.run_state(out) == "cancelled"
    # Their food lies in the hub and may go with another run.
    assert street.promised() == ["proposed", "proposed"]
    assert alerts(street) == ["other", "other"]
