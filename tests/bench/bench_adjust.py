"""Planning by hand, as a coordinator meets it on the demo's day.

    python -m tests.bench.bench_adjust [--seconds 6]

Real PostGIS, the real web application, a real worker process. Prints one JSON object: seconds from
the request to the first plan shown (by the clock, and of processor time of web and worker), and
milliseconds (median, worst and processor time of twenty) of a preview of a move between the two
longest runs, and of comparing two plans.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from statistics import median
from typing import Any
from uuid import UUID

import psutil
from sqlalchemy import select, text

from tests.bench.bench_click import ROOT, connect
from tests.database import lent_database

TIMES = 20


def coordinator() -> tuple[Any, str]:
    """The demo's coordinator, signed in, and tomorrow's date there."""
    from fastapi.testclient import TestClient  # noqa: PLC0415 - settings are read when it is built

    from app.accounts.access import cookie_name  # noqa: PLC0415
    from app.accounts.models import Person  # noqa: PLC0415
    from app.accounts.sign_in import open_session  # noqa: PLC0415
    from app.core.clock import today_in  # noqa: PLC0415
    from app.core.db import transaction  # noqa: PLC0415
    from app.demo import service as demo  # noqa: PLC0415
    from app.main import create_app  # noqa: PLC0415

    day: date = today_in("Asia/Shanghai") + timedelta(days=1)
    demo.load(day)
    with transaction() as db:
        found = text("SELECT org_id FROM list_organisations() WHERE slug = 'demo'")
        org_id = UUID(str(db.scalar(found)))
    client = TestClient(create_app())
    with transaction(org_id) as db:
        people = db.scalars(select(Person).where(Person.org_id == org_id))
        person = next(one for one in people if "coordinator" in one.roles)
        client.cookies.set(cookie_name(), open_session(db, person))
    return client, str(day)


def worked_s(process: psutil.Process) -> float:
    """Processor seconds of a process and its living helpers."""
    total = 0.0
    for member in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            total += sum(member.cpu_times()[:2])
    return total


def planned(
    desk: Any, worker: psutil.Process, day: str, seconds: float, **fields: Any
) -> tuple[list[float], dict[str, Any]]:
    """Seconds until the first plan was shown (clock, processor), and the finished plan."""
    began, own, before = time.monotonic(), time.process_time(), worked_s(worker)
    body = {"day": day, "seconds": seconds, "seed": 1} | fields
    plan = desk.post("/api/v1/plans", json=body).json()
    asked_s = time.process_time() - own
    first: list[float] = []
    while plan["state"] in ("queued", "solving"):
        time.sleep(0.05)
        plan = desk.get(f"/api/v1/plans/{plan['id']}").json()
        if plan["progress"] and not first:
            cpu_s = asked_s + worked_s(worker) - before
            first = [round(time.monotonic() - began, 2), round(cpu_s, 2)]
    return first, plan


def timed(act: Callable[[], Any]) -> dict[str, float]:
    """Milliseconds of doing it again and again, and of this process's processor time."""
    took, worked = [], time.process_time()
    for _ in range(TIMES):
        began = time.monotonic()
        act()
        took.append((time.monotonic() - began) * 1000)
    cpu_ms = (time.process_time() - worked) * 1000 / TIMES
    return {
        "median_ms": round(median(took)),
        "worst_ms": round(max(took)),
        "cpu_ms": round(cpu_ms),
    }


def measure(worker: psutil.Process, seconds: float) -> dict[str, Any]:
    """One day planned twice, then changed by hand."""
    desk, day = coordinator()
    first_s, one = planned(desk, worker, day, seconds)
    again_s, two = planned(desk, worker, day, seconds, improve=True)
    runs = desk.get("/api/v1/runs", params={"day": day}).json()
    giver, taker = sorted(runs, key=lambda run: -len(run["stops"]))[:2]
    stop = next(s["id"] for s in giver["stops"] if s["kind"] == "deliver")
    body = {"run_id": taker["id"], "position": 3}
    preview = f"/api/v1/stops/{stop}/preview"
    params = {"a": one["id"], "b": two["id"]}
    return {
        "state": [one["state"], two["state"]],
        "first_plan_clock_and_cpu_s": [first_s, again_s],
        "asked": two["progress"][-1]["asked"],
        "runs": len(runs),
        "stops": [len(giver["stops"]), len(taker["stops"])],
        "preview": timed(lambda: desk.post(preview, json=body).raise_for_status()),
        "compare": timed(
            lambda: desk.get("/api/v1/plans/compare", params=params).raise_for_status()
        ),
        "load_average": os.getloadavg()[0],
    }


def main() -> None:
    """Measure and print."""
    wish = argparse.ArgumentParser()
    wish.add_argument("--seconds", type=float, default=6)
    chosen = wish.parse_args()
    with lent_database() as database:
        connect(database)
        worker = subprocess.Popen([sys.executable, "-m", "app.worker"], cwd=ROOT)
        try:
            print(json.dumps(measure(psutil.Process(worker.pid), chosen.seconds)))  # noqa: T201 - its output
        finally:
            worker.terminate()
            worker.wait(20)


if __name__ == "__main__":
    main()
