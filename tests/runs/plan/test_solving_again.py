"""Some of the runs are solved again, or all of them from where they are; the others stay."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import text

from app.runs.models import Run
from app.runs.tasks import Solving
from tests.runs.plan.days import Day, calls, served
from tests.runs.road import hub_road, ledger_faults
from tests.runs.test_planning import doors, nothing_twice


def cost(found: dict[str, object]) -> int:
    progress = found["progress"]
    assert isinstance(progress, list)
    last: int = progress[-1]["cost"]
    return last


def test_only_the_chosen_runs_are_solved_again_with_what_is_left_over(day: Day) -> None:
    first, second, third = day.runs()
    (left,) = doors(day.world, 1)
    desk = day.desk.post("/api/v1/allocations", json={"day": str(day.world.today)})
    assert desk.status_code == 201
    found = day.ask(run_ids=[first["id"], second["id"]])
    assert (found["state"], found["kind"], found["unserved"]) == ("done", "part", [])
    after = {run["id"]: run for run in day.runs()}
    assert after[third["id"]] == third
    assert not {first["id"], second["id"]} & after.keys()
    assert served(list(after.values())) == 10
    assert left
    nothing_twice(day.world)
    assert ledger_faults(day.world) == []


def test_improving_goes_on_from_the_drafts_and_is_never_worse(day: Day) -> None:
    with day.world.db() as db:  # a person has locked nothing, and shuffled a run badly
        assert db.scalar(text("SELECT count(*) FROM run WHERE locked")) == 0
    before = day.first
    for seed in (1, 2):
        found = day.ask(improve=True, seed=seed)
        assert (found["state"], found["kind"]) == ("done", "improve")
        assert cost(found) <= cost(before)
        before = found
    assert served(day.runs()) == 9


def test_the_food_is_divided_anew_only_for_a_fresh_plan(day: Day) -> None:
    doors(day.world, 1)
    assert day.ask(improve=True)["progress"][-1]["asked"] == 9
    assert day.ask(improve=True, allocate=True)["progress"][-1]["asked"] == 10
    assert day.ask()["progress"][-1]["asked"] == 10


def test_drafts_stay_until_a_better_plan_takes_their_place(day: Day) -> None:
    before = day.runs()
    body = {"day": str(day.world.today), "seconds": 0.5}
    plan_id = day.desk.post("/api/v1/plans", json=body).json()["id"]
    solving = Solving(day.world.org_id, UUID(plan_id))
    assert solving.begin()
    assert day.runs() == before
    day.desk.post(f"/api/v1/plans/{plan_id}/stop", json={"keep": False})
    solving.run()
    assert day.desk.get(f"/api/v1/plans/{plan_id}").json()["state"] == "cancelled"
    assert day.runs() == before


class Meanwhile(Solving):
    """Somebody does something between the solver's answer and its storing."""

    desk: Day
    locks: str = ""
    publishes: str = ""

    def finish(self, plan: object) -> None:
        if self.locks:
            self.desk.lock("runs", self.locks)
        if self.publishes:
            self.desk.desk.post(f"/api/v1/runs/{self.publishes}/moves", json={"verb": "publish"})
        super().finish(plan)  # type: ignore[arg-type]


def test_a_run_that_is_locked_or_published_meanwhile_stays(day: Day) -> None:
    first, second, _ = day.runs()
    body = {"day": str(day.world.today), "seconds": 0.5}
    plan_id = day.desk.post("/api/v1/plans", json=body).json()["id"]
    solving = Meanwhile(day.world.org_id, UUID(plan_id))
    solving.desk, solving.locks, solving.publishes = day, first["id"], second["id"]
    solving.run()
    after = {run["id"]: run for run in day.runs()}
    assert after[first["id"]]["stops"] == first["stops"]
    assert after[second["id"]]["state"] == "published"
    nothing_twice(day.world)
    assert ledger_faults(day.world) == []


def test_runs_that_cannot_give_way_are_refused(day: Day) -> None:
    first, second, third = (run["id"] for run in day.runs())
    day.desk.post(f"/api/v1/runs/{first}/moves", json={"verb": "publish"})
    assert day.refused(run_ids=[first]) == "只能重排这一天还没发布的路线。"
    day.lock("runs", second)
    assert day.refused(run_ids=[second, third]) == "这条路线锁定了，先解锁再重排。"
    body = {"day": str(day.world.today), "run_ids": [str(uuid4())]}
    assert day.desk.post("/api/v1/plans", json=body).status_code == 404
    for nonsense in ([], ["x"], [third] * 501, "all"):
        body = {"day": str(day.world.today), "run_ids": nonsense}
        assert day.desk.post("/api/v1/plans", json=body).status_code == 422
    assert day.ask(run_ids=[second, third], keep_locked=False)["state"] == "done"


def test_a_lock_to_somebody_who_is_not_on_duty_any_more_binds_nobody(day: Day) -> None:
    run = day.runs()[0]
    day.lock("stops", calls(run)[0]["id"])
    with day.world.db() as db:
        query = text("DELETE FROM shift WHERE volunteer_id = :volunteer")
        db.execute(query, {"volunteer": run["volunteer_id"]})
    found = day.ask()
    assert (found["state"], found["unserved"]) == ("done", [])
    assert served(day.runs()) == 9


def test_every_point_of_the_curve_tells_cost_and_runs_and_the_map_its_stops(day: Day) -> None:
    last = day.first["progress"][-1]
    assert last["runs"] == 3
    # Each run's metres are rounded down for themselves.
    assert last["cost"] >= last["duration_s"] + last["distance_m"] // 10 - last["runs"]
    routes = day.first["best"]["routes"]
    assert {route["volunteer_id"] for route in routes} == {str(id_) for id_ in day.volunteers}
    for route in routes:
        assert [stop["point"] for stop in route["stops"]] == route["line"]
        seconds = [stop["at_s"] for stop in route["stops"]]
        assert seconds == sorted(seconds)
        assert not {"label", "street", "id"} & route["stops"][0].keys()


def test_a_draft_without_a_volunteer_gives_way_too(day: Day) -> None:
    road = hub_road(day.world, 1, state="draft")
    with day.world.db() as db:
        db.get_one(Run, road.run_id).volunteer_id = None
    assert day.ask(improve=True)["state"] == "done"
    assert str(road.run_id) not in {run["id"] for run in day.runs()}
