"""One volunteer of twelve drops out under way: from the click to the answer, and how much it changes.

    python -m tests.bench.bench_replan [--doors 150] [--volunteers 12] [--driven 0.3] [--rounds 3]

Real PostGIS, the real web application, a real worker process. The day is planned, published,
claimed; every run has set off and confirmed its first stops. In each round another volunteer
drops out, and the proposal is refused again. Prints one JSON object. Runs begin now, so late in
the evening there is no day left to plan.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import psutil

from tests.bench.bench_click import GIVE_UP_S, ROOT, connect
from tests.database import lent_database

LATER_S = 15 * 60
# Confirming took seconds instead of an hour: the lists are moved so that everybody is on time.
ON_TIME = """
UPDATE stop SET planned_at = planned_at + (now() - done.left_at) FROM (
  SELECT run_id, max(planned_at + service_s * interval '1 second') AS left_at
  FROM stop WHERE state = 'done' GROUP BY run_id
) AS done WHERE done.run_id = stop.run_id AND stop.state = 'planned'
"""


def day_under_way(doors: int, volunteers: int, driven: float) -> Any:
    """A world whose runs have set off; (world, coordinator's browser)."""
    from sqlalchemy import text  # noqa: PLC0415 - after the settings are there

    from app.main import create_app  # noqa: PLC0415
    from app.runs.tasks import solve_day  # noqa: PLC0415
    from tests.food.lots import make_lot  # noqa: PLC0415
    from tests.world import World  # noqa: PLC0415

    dice, world = random.Random(1), World(create_app())
    make_lot(world, doors * 6_000)
    for _ in range(doors):
        place = {"lng": dice.uniform(121.40, 121.50), "lat": dice.uniform(31.20, 31.28)}
        world.household(**place, window_from_minute=0, window_until_minute=1440)
    for n in range(volunteers):
        world.volunteer(
            name=f"志愿者{n}(虚构)", mode="car" if n % 3 == 0 else "ebike",
            capacity_grams=200_000, capacity_boxes=doors // volunteers + 4,
        )  # fmt: skip
    desk = world.client("coordinator")
    body = {"day": str(world.today), "seconds": 10, "seed": 1}
    plan_id = desk.post("/api/v1/plans", json=body).json()["id"]
    solve_day(org_id=str(world.org_id), plan_id=plan_id)
    desk.post("/api/v1/plans/publish", json={"day": str(world.today)}).raise_for_status()
    with world.db() as db:
        db.execute(text("UPDATE run SET state = 'claimed'"))
    for run in runs_of(desk, world):
        desk.post(f"/api/v1/runs/{run['id']}/begin").raise_for_status()
        for stop in run["stops"][: 1 + int(driven * (len(run["stops"]) - 1))]:
            desk.post(f"/api/v1/stops/{stop['id']}/confirm", json={}).raise_for_status()
    with world.db() as db:
        db.execute(text(ON_TIME))
    return world, desk


def runs_of(desk: Any, world: Any) -> list[dict[str, Any]]:
    """The day's runs."""
    found: list[dict[str, Any]] = desk.get("/api/v1/runs", params={"day": str(world.today)}).json()
    return found


def drop_out(desk: Any, run_id: str, seconds: float | None) -> tuple[float, dict[str, Any]]:
    """Seconds from the click until the proposal is there, and the proposal."""
    begin = time.perf_counter()
    body = {"cause": "volunteer_out", "run_id": run_id} | ({"seconds": seconds} if seconds else {})
    asked = desk.post("/api/v1/replans", json=body)
    asked.raise_for_status()
    while True:
        found = desk.get(f"/api/v1/replans/{asked.json()['id']}").json()
        waited = time.perf_counter() - begin
        if found["state"] != "solving" or waited > GIVE_UP_S:
            return waited, found
        time.sleep(0.05)


def wait_for_worker() -> None:
    """It is there before anybody drops out."""
    from sqlalchemy import text  # noqa: PLC0415 - after the settings are there

    from app.core.db import transaction  # noqa: PLC0415

    give_up = time.monotonic() + GIVE_UP_S
    while time.monotonic() < give_up:
        with transaction() as db:
            if db.scalar(text("SELECT count(*) FROM procrastinate_workers")):
                return
        time.sleep(0.2)


def worker_s(pid: int) -> float:
    """Seconds of processor time of the worker and of the solvers it has ended."""
    used = psutil.Process(pid).cpu_times()
    return float(used.user + used.system + used.children_user + used.children_system)


def figures(replan: dict[str, Any]) -> dict[str, Any]:
    """How much people's lists change."""
    before = {line["stop_id"]: line for run in replan["runs"] for line in run["before"]}
    after = [line for run in replan["runs"] for line in run["after"]]
    open_ = [x for x in before.values() if x["state"] == "planned" and x["kind"] == "deliver"]
    later = [
        line["change"]
        for line in after
        if line["state"] == "planned" and line["kind"] == "deliver" and line["stop_id"] in before
        if abs(_at(line) - _at(before[line["stop_id"]])) > timedelta(seconds=LATER_S)
    ]
    return {
        "open_stops": len(open_),
        "stay_share": round(replan["kept"] / max(1, len(open_)), 3),
        "kept": replan["kept"],
        "moved": replan["moved"],
        "dropped": replan["dropped"],
        "over_15_min_kept": len(later) - later.count("moved_here"),
        "over_15_min_moved": later.count("moved_here"),
        "runs_changed": sum(run["changed"] for run in replan["runs"]),
        "runs": len(replan["runs"]),
        "km_before": sum(run["distance_m"][0] for run in replan["runs"]) // 1000,
        "km_after": sum(run["distance_m"][1] for run in replan["runs"]) // 1000,
    }


def _at(line: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(line["planned_at"])


def main() -> None:
    """Let some volunteers drop out and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--doors", type=int, default=150)
    parser.add_argument("--volunteers", type=int, default=12)
    parser.add_argument("--driven", type=float, default=0.3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=None)
    asked = parser.parse_args()
    with lent_database() as database:
        connect(database)
        world, desk = day_under_way(asked.doors, asked.volunteers, asked.driven)
        command = [sys.executable, "-m", "app.worker"]
        worker = subprocess.Popen(command, cwd=ROOT, env=dict(os.environ))
        rounds = []
        try:
            wait_for_worker()
            for run in runs_of(desk, world)[: asked.rounds]:
                busy = worker_s(worker.pid)
                waited, replan = drop_out(desk, run["id"], asked.seconds)
                told = {"wall_s": round(waited, 2), "state": replan["state"]}
                told["worker_cpu_s"] = round(worker_s(worker.pid) - busy, 2)
                rounds.append(told | {"answered_s": replan["answered_s"]} | figures(replan))
                path = f"/api/v1/replans/{replan['id']}/decision"
                desk.post(path, json={"accept": False})
        finally:
            worker.terminate()
            worker.wait(20)
    waits = [one["wall_s"] for one in rounds]
    load = [round(one, 1) for one in os.getloadavg()]
    print(  # noqa: T201 - a script that speaks on the terminal
        json.dumps({"median_wall_s": median(waits), "load": load, "rounds": rounds}, indent=1)
    )


if __name__ == "__main__":
    main()
