"""From the click on 生成路线 to a checked plan, as a coordinator meets it.

    python -m tests.bench.bench_click [--deliveries 200] [--volunteers 12]

Real PostGIS, the real web application, a real worker process. Prints one JSON object:
seconds from the request to the first plan shown and to the stored plan, and what was planned.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.database import LentDatabase, lent_database

ROOT = Path(__file__).parents[2]
GIVE_UP_S = 120


def connect(database: LentDatabase) -> None:
    """Point settings at the lent database before anything reads them."""
    os.environ.update(
        DATABASE_URL=database.url,
        DATABASE_OWNER_URL=database.owner_url,
        FIELD_KEY=base64.b64encode(bytes(32)).decode(),
        LOG_LEVEL="ERROR",
    )


def measure(deliveries: int, volunteers: int) -> dict[str, Any]:
    """One hungry city, one click."""
    from app.main import create_app  # noqa: PLC0415 - settings are read when it is built
    from tests.world import World  # noqa: PLC0415

    dice = random.Random(1)
    world = World(create_app())
    hub = world.hub()
    for food in ("大米", "面条", "食用油"):
        offer = world.offer(
            state="accepted",
            grams=2_000 * deliveries,
            food=food,
            best_before=world.today + timedelta(days=90),
        )
        body = {"hub_id": str(hub), "offer_id": str(offer), "grams": 2_000 * deliveries}
        world.client("keeper").post("/api/v1/receipts", json=body).raise_for_status()
    for _ in range(deliveries):
        place = {"lng": dice.uniform(121.40, 121.50), "lat": dice.uniform(31.20, 31.28)}
        world.household(**place, window_from_minute=0, window_until_minute=1440)
    for _ in range(volunteers):
        world.volunteer(mode="car", capacity_grams=300_000, capacity_boxes=40)
    return click(world.client("coordinator"), str(world.today))


def click(desk: Any, day: str) -> dict[str, Any]:
    """Press the button and wait as the page does."""
    began, first = time.monotonic(), None
    plan = desk.post("/api/v1/plans", json={"day": day, "seed": 1}).json()
    while plan["state"] in ("queued", "solving") and time.monotonic() - began < GIVE_UP_S:
        time.sleep(0.1)
        plan = desk.get(f"/api/v1/plans/{plan['id']}").json()
        if plan["progress"] and first is None:
            first = time.monotonic() - began
    stored = time.monotonic() - began
    last = plan["progress"][-1]
    return {
        "state": plan["state"],
        "first_plan_s": round(first or stored, 2),
        "stored_plan_s": round(stored, 2),
        "served": last["served"],
        "asked": last["asked"],
        "km": round(last["distance_m"] / 1000, 1),
        "load_average": os.getloadavg()[0],
    }


def main() -> None:
    """Measure and print."""
    wish = argparse.ArgumentParser()
    wish.add_argument("--deliveries", type=int, default=200)
    wish.add_argument("--volunteers", type=int, default=12)
    chosen = wish.parse_args()
    with lent_database() as database:
        connect(database)
        worker = subprocess.Popen([sys.executable, "-m", "app.worker"], cwd=ROOT)
        try:
            print(json.dumps(measure(chosen.deliveries, chosen.volunteers)))  # noqa: T201 - its output
        finally:
            worker.terminate()
            worker.wait(20)


if __name__ == "__main__":
    main()
