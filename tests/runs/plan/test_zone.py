"""A drawn zone's stops go to chosen volunteers, who get nothing else; the givers keep the rest."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import text

from app.runs.models import Run
from app.runs.tasks import solve_day
from tests.runs.plan.days import Day, calls, places, served, status
from tests.runs.road import ledger_faults, rescue_road
from tests.runs.test_planning import nothing_twice
from tests.world import World


def test_the_zone_goes_to_its_volunteer_and_the_givers_keep_the_rest(day: Day) -> None:
    first, second, third = day.runs()
    newcomer = day.world.volunteer(name="新来的(虚构)", capacity_boxes=12)
    zone = [calls(first)[0], calls(second)[0]]
    hub = first["stops"][0]
    ids = [stop["id"] for stop in (*zone, hub)]
    found = day.ask("/zone", stop_ids=ids, volunteer_ids=[str(newcomer)], seconds=1)
    assert (found["state"], found["kind"], found["unserved"]) == ("done", "zone", [])
    after = day.runs()
    assert sorted(places(day.run_of(newcomer))) == sorted(s["point"]["lng"] for s in zone)
    assert third in after
    assert served(after) == 9
    givers = {first["volunteer_id"], second["volunteer_id"]}
    others = {run["volunteer_id"] for run in after} - {str(newcomer), third["volunteer_id"]}
    assert others <= givers
    nothing_twice(day.world)
    assert ledger_faults(day.world) == []


def test_two_volunteers_of_other_runs_share_the_zone_and_hand_on_what_they_had(day: Day) -> None:
    first, second, third = day.runs()
    zone = calls(first)
    ids, chosen = [s["id"] for s in zone], [second["volunteer_id"], third["volunteer_id"]]
    found = day.ask("/zone", stop_ids=ids, volunteer_ids=chosen, seconds=1)
    assert (found["state"], found["unserved"]) == ("done", [])
    rest = day.run_of(first["volunteer_id"])
    assert sorted(places(rest)) == sorted(places(second) + places(third))
    mine = [lng for run in day.runs() if run["volunteer_id"] in chosen for lng in places(run)]
    assert sorted(mine) == sorted(s["point"]["lng"] for s in zone)
    nothing_twice(day.world)


def test_when_everybody_is_inside_what_is_outside_is_left_over_and_says_so(day: Day) -> None:
    chosen = [str(id_) for id_ in day.volunteers]
    ids = [stop["id"] for stop in calls(day.runs()[0])]
    found = day.ask("/zone", stop_ids=ids, volunteer_ids=chosen, seconds=1)
    assert {row["zh"] for row in found["unserved"]} == {"圈外没有空着的志愿者了。"}
    assert len(found["unserved"]) == 6
    assert served(day.runs()) == 3


def test_a_door_with_rescued_food_takes_its_site_along(world: World) -> None:
    road = rescue_road(world, state="draft")
    newcomer = world.volunteer(name="新来的(虚构)")
    with world.db() as db:
        db.execute(text("UPDATE recipient SET window_from_minute = 0, window_until_minute = 1440"))
        giver = db.get_one(Run, road.run_id).volunteer_id
        db.execute(
            text(
                "INSERT INTO shift (id, org_id, volunteer_id, day, from_minute, until_minute) "
                "SELECT :id, org_id, :giver, day, 0, 1440 FROM shift WHERE volunteer_id = :new "
                "ON CONFLICT DO NOTHING"
            ),
            {"id": uuid4(), "giver": giver, "new": newcomer},
        )
    desk = world.client("coordinator")
    ids = [str(road.stops["collect"][0]), str(road.stops["deliver"][0])]
    body = {"day": str(world.today), "stop_ids": ids, "volunteer_ids": [str(newcomer)]}
    asked = desk.post("/api/v1/plans/zone", json=body | {"seconds": 1})
    assert asked.status_code == 202, asked.text
    solve_day(org_id=str(world.org_id), plan_id=asked.json()["id"])
    runs = desk.get("/api/v1/runs", params={"day": str(world.today)}).json()
    by_volunteer = {run["volunteer_id"]: [s["kind"] for s in run["stops"]] for run in runs}
    assert by_volunteer[str(newcomer)] == ["collect", "deliver"]
    assert by_volunteer[str(giver)][:2] == ["collect", "deliver"]


def test_what_may_not_be_given_away_is_refused_in_words(day: Day) -> None:
    first, second, third = day.runs()
    stop, hub = calls(first)[0]["id"], first["stops"][0]["id"]
    to_second = [second["volunteer_id"]]

    def refused(stops: list[str], volunteers: list[str], **fields: str) -> str:
        return day.refused("/zone", stop_ids=stops, volunteer_ids=volunteers, **fields)

    assert refused([hub], to_second) == "圈里没有可以分的站。"
    tomorrow = str(day.world.today + timedelta(days=1))
    assert refused([stop], to_second, day=tomorrow) == "只能分这一天还没发布的站。"
    day.lock("stops", stop)
    assert refused([stop], to_second) == "圈里有锁定的站，先解锁再分。"
    assert (
        day.ask("/zone", stop_ids=[stop], volunteer_ids=[first["volunteer_id"]])["state"] == "done"
    )
    first = day.run_of(first["volunteer_id"])
    day.lock("runs", first["id"])
    assert refused([calls(first)[0]["id"]], to_second) == "圈里有锁定的站，先解锁再分。"
    third = day.run_of(third["volunteer_id"])
    day.desk.post(f"/api/v1/runs/{third['id']}/moves", json={"verb": "publish"})
    assert refused([calls(third)[0]["id"]], to_second) == "只能分这一天还没发布的站。"
    stop = calls(day.run_of(second["volunteer_id"]))[0]["id"]
    assert "已经有一条路线了" in refused([stop], [third["volunteer_id"]])
    idle = str(day.world.volunteer(name="没排班(虚构)", on_duty=False))
    assert refused([stop], [idle]) == "没排班(虚构)这一天没有排班。"


def test_nonsense_and_strangers_split_nothing(day: Day, other_world: World) -> None:
    run = day.runs()[0]
    stop, volunteer = calls(run)[0]["id"], run["volunteer_id"]
    good = {"day": str(day.world.today), "stop_ids": [stop], "volunteer_ids": [volunteer]}
    assert status(other_world.client("coordinator"), "POST", "/plans/zone", **good) == 404
    assert status(day.world.client("volunteer"), "POST", "/plans/zone", **good) == 403
    foreign = str(other_world.volunteer())
    for body in ({"volunteer_ids": [foreign]}, {"stop_ids": [str(uuid4())]}):
        assert status(day.desk, "POST", "/plans/zone", **good | body) == 404
    nonsense = (
        {"stop_ids": []}, {"volunteer_ids": []}, {"seconds": 6}, {"seconds": 0}, {"day": "x"},
        {"volunteer_ids": [volunteer] * 51}, {"stop_ids": ["\x00"]}, {"seed": -1},
    )  # fmt: skip
    for body in nonsense:
        assert status(day.desk, "POST", "/plans/zone", **good | body) == 422, body
    assert day.runs()[0] == run


def test_two_zones_at_once_are_one_after_the_other(day: Day) -> None:
    first, second, _ = day.runs()
    body = {
        "day": str(day.world.today),
        "stop_ids": [calls(first)[0]["id"]],
        "volunteer_ids": [second["volunteer_id"]],
    }
    assert day.desk.post("/api/v1/plans/zone", json=body).status_code == 202
    again = day.desk.post("/api/v1/plans/zone", json=body)
    assert (again.status_code, again.json()["title"]) == (409, "这一天的路线正在生成。")
    assert served(day.runs()) == 9
