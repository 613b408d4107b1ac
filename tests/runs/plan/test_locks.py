"""What a planner has locked stays: a run as it is, a stop with its volunteer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from sqlalchemy import text

from tests.runs.plan.days import Day, calls, served, status
from tests.runs.road import hub_road, ledger_faults
from tests.runs.test_planning import nothing_twice
from tests.world import World


def test_a_locked_run_is_left_as_it_is_when_the_rest_is_solved_again(day: Day) -> None:
    kept = day.lock("runs", day.runs()[1]["id"])[0]
    assert kept["locked"]
    found = day.ask()
    assert found["state"] == "done"
    after = day.runs()
    (still,) = [run for run in after if run["id"] == kept["id"]]
    assert (still["stops"], still["version"]) == (kept["stops"], kept["version"])
    assert served(after) == 9
    assert found["progress"][-1]["asked"] == 6
    nothing_twice(day.world)
    assert ledger_faults(day.world) == []


def test_locks_count_for_nothing_when_the_planner_says_so(day: Day) -> None:
    kept = day.lock("runs", day.runs()[1]["id"])[0]
    day.lock("stops", calls(day.runs()[0])[0]["id"])
    day.ask(keep_locked=False)
    after = day.runs()
    assert kept["id"] not in {run["id"] for run in after}
    assert served(after) == 9
    assert not any(stop["locked"] for run in after for stop in run["stops"])


def test_a_locked_stop_stays_with_its_volunteer_and_stays_locked(day: Day) -> None:
    first, second = day.runs()[:2]
    stop = calls(first)[0]
    # Dragged to somebody who is not the nearest, and locked there.
    body = {"run_id": second["id"], "position": 0}
    assert day.desk.post(f"/api/v1/stops/{stop['id']}/move", json=body).status_code == 200
    moved = next(
        s for s in calls(day.run_of(second["volunteer_id"])) if s["point"] == stop["point"]
    )
    (run,) = day.lock("stops", moved["id"])
    assert [s["locked"] for s in calls(run)].count(True) == 1
    for fields in ({}, {"improve": True}, {"seed": 11}):
        assert day.ask(**fields)["state"] == "done"
        run = day.run_of(second["volunteer_id"])
        (locked,) = [s for s in calls(run) if s["locked"]]
        assert locked["point"] == stop["point"]
    day.lock("stops", locked["id"], locked=False)
    assert not any(s["locked"] for run in day.runs() for s in run["stops"])


def test_another_order_by_hand_keeps_the_locks_of_the_stops(day: Day) -> None:
    run = day.runs()[0]
    (run,) = day.lock("stops", calls(run)[0]["id"])
    ids = [stop["id"] for stop in calls(run)][::-1]
    turned = day.desk.put(f"/api/v1/runs/{run['id']}/order", json={"stop_ids": ids}).json()[0]
    assert [stop["locked"] for stop in calls(turned)] == [False, False, True]


def test_what_is_locked_is_not_changed_by_hand_until_it_is_unlocked(day: Day) -> None:
    first, second = day.runs()[:2]
    locked_stop, other = (stop["id"] for stop in calls(first)[:2])
    day.lock("stops", locked_stop)
    body = {"run_id": second["id"], "position": 0}
    refused = day.desk.post(f"/api/v1/stops/{locked_stop}/move", json=body)
    assert refused.json()["title"] == "这一站锁定给这位志愿者了，先解锁再挪。"
    day.lock("runs", second["id"])
    refused = day.desk.post(f"/api/v1/stops/{other}/move", json=body)
    assert refused.json()["title"] == "这条路线锁定了，先解锁再改。"
    order = {"stop_ids": [stop["id"] for stop in calls(second)][::-1]}
    path = f"/api/v1/runs/{second['id']}/order"
    assert day.desk.put(path, json=order).status_code == 409
    day.lock("runs", second["id"], locked=False)
    assert day.desk.put(path, json=order).status_code == 200
    assert served(day.runs()) == 9


def test_a_published_run_can_be_locked_and_a_claimed_one_needs_no_lock(world: World) -> None:
    desk = world.client("coordinator")
    published, claimed = hub_road(world, state="published"), hub_road(world)
    path = f"/runs/{published.run_id}/lock"
    assert status(desk, "PUT", path, locked=True) == 200
    for path in (f"/runs/{claimed.run_id}/lock", f"/stops/{claimed.stops['deliver'][0]}/lock"):
        refused = desk.put(f"/api/v1{path}", json={"locked": True})
        assert refused.json()["title"] == "这条路线已经有人领了，不用再锁。"
    load = desk.put(f"/api/v1/stops/{published.stops['load'][0]}/lock", json={"locked": True})
    assert load.json()["title"].startswith("装货、卸货和休息")


def test_locking_twice_counts_once_and_is_written_down(world: World) -> None:
    desk, road = world.client("coordinator"), hub_road(world, state="draft")
    path = f"/api/v1/runs/{road.run_id}/lock"
    versions = [desk.put(path, json={"locked": True}).json()[0]["version"] for _ in range(2)]
    assert versions[0] == versions[1]
    with world.db() as db:
        query = text("SELECT count(*) FROM audit_entry WHERE action = 'locked'")
        assert db.scalar(query) == 1


def test_fifty_who_lock_and_unlock_at_once_are_all_answered(world: World) -> None:
    road = hub_road(world, state="draft")
    clients = [world.client("coordinator") for _ in range(5)]
    paths = [f"/runs/{road.run_id}/lock", f"/stops/{road.stops['deliver'][0]}/lock"]

    def turn(n: int) -> int:
        return status(clients[n % 5], "PUT", paths[n % 2], locked=n % 4 < 2)

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(turn, range(50))) == {200}


def test_nonsense_and_strangers_lock_nothing(world: World, other_world: World) -> None:
    road = hub_road(world, state="draft")
    desk, stranger = world.client("coordinator"), other_world.client("coordinator")
    for path in (f"/runs/{road.run_id}/lock", f"/stops/{road.stops['deliver'][0]}/lock"):
        assert status(stranger, "PUT", path, locked=True) == 404
        assert status(world.client("volunteer"), "PUT", path, locked=True) == 403
        assert status(desk, "PUT", path, locked="perhaps") == 422
        assert status(desk, "PUT", path) == 422
    assert status(desk, "PUT", f"/runs/{uuid4()}/lock", locked=True) == 404
    assert status(desk, "PUT", "/stops/x/lock", locked=True) == 422
    (run,) = desk.get("/api/v1/runs", params={"day": str(world.today)}).json()
    assert not run["locked"]
