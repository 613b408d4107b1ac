"""`foodmap plan`, `doctor`, `openapi`: the answers that scripts read."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from app.runs.models import DayPlan
from tests.commands.shell import ROOT, Terminal
from tests.jobs.workers import until
from tests.world import World

TOMORROW = timedelta(days=1)


@pytest.fixture
def hungry(world: World) -> World:
    """Six households, one volunteer on duty tomorrow, rice in a hub."""
    hub = world.hub()
    offer = world.offer(
        state="accepted", grams=60_000, food="大米", best_before=world.today + timedelta(days=60)
    )
    body = {"hub_id": str(hub), "offer_id": str(offer), "grams": 60_000}
    assert world.client("keeper").post("/api/v1/receipts", json=body).status_code == 201
    for n in range(6):
        world.household(lng=121.44 + n / 500, lat=31.25)
    volunteer = world.volunteer(on_duty=False, capacity_boxes=15)
    body = {"volunteer_id": str(volunteer), "day": str(world.today + TOMORROW), "from_minute": 480,
            "until_minute": 1080}  # fmt: skip
    answer = world.client("coordinator").post("/api/v1/shifts", json=body)
    assert answer.status_code == 201, answer.text
    return world


def test_a_day_is_planned_at_the_terminal(shell: Terminal, hungry: World, slug: str) -> None:
    day = hungry.today + TOMORROW
    found = shell.answer("plan", "--org", slug, "--day", day, "--seconds", "1")
    assert (found["state"], found["day"]) == ("done", str(day))
    assert (found["served"], found["asked"], found["unserved"]) == (6, 6, [])
    assert found["distance_m"] > 0
    (run,) = hungry.client("coordinator").get("/api/v1/runs", params={"day": str(day)}).json()
    assert sum(stop["kind"] == "deliver" for stop in run["stops"]) == 6


def test_a_day_without_anything_to_do_ends_in_a_reason(shell: Terminal, slug: str) -> None:
    done = shell.foodmap("plan", "--org", slug, "--seconds", "1", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["state"] == "failed"
    assert json.loads(done.stdout)["failure"]


def improves(world: World) -> bool:
    with world.db() as db:
        return any(db.scalars(select(DayPlan.progress).where(DayPlan.org_id == world.org_id)))


def test_a_plan_that_was_interrupted_does_not_block_the_day(
    shell: Terminal, hungry: World, slug: str
) -> None:
    day = str(hungry.today + TOMORROW)
    words = ["plan", "--org", slug, "--day", day]
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", *words, "--seconds", "120"],
        cwd=ROOT,
        env=shell.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until(lambda: improves(hungry))
    assert "is being planned already" in shell.refusal(*words)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, b"Traceback" in err) == (130, b"", False)
    assert shell.answer(*words, "--seconds", "1")["state"] == "done"


def test_the_doctor_says_what_is_well_and_what_is_not(shell: Terminal) -> None:
    done = shell.foodmap("doctor", "--json")
    findings = {row["name"]: row for row in json.loads(done.stdout)}
    assert findings["The database answers"]["is_well"]
    assert findings["The serving role cannot step around row level security"]["is_well"]
    assert done.returncode == (0 if all(row["is_well"] for row in findings.values()) else 1)
    ill = shell.foodmap("doctor", "--json", DATABASE_URL=shell.superuser)
    findings = {row["name"]: row for row in json.loads(ill.stdout)}
    assert not findings["The serving role cannot step around row level security"]["is_well"]
    assert ill.returncode == 1


def test_the_committed_api_document_is_what_the_application_says(shell: Terminal) -> None:
    """Fails after a change of routes or schemas until `make openapi` has been run."""
    done = shell.foodmap("openapi")
    assert done.returncode == 0, done.stderr
    committed = Path(ROOT / "docs" / "openapi.json").read_text("utf-8")
    assert done.stdout == committed, "docs/openapi.json is out of date: run `make openapi`"
