"""A planned day of invented people for the tests of this room, and ways to look at it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import text

from app.runs.tasks import solve_day
from tests.runs.test_planning import doors, plan
from tests.runs.test_way_of_food import runs_of, stocked_hub
from tests.world import World

Run = dict[str, Any]
PATIENT = "UPDATE volunteer SET capacity_boxes = 12"


class Day:
    """Three volunteers with three doors each, in drafts; their baskets hold twelve since."""

    def __init__(self, world: World, *, volunteers: int = 3) -> None:
        self.world, self.desk = world, world.client("coordinator")
        stocked_hub(world, 200_000)
        self.homes = doors(world, 3 * volunteers)
        self.volunteers = [
            world.volunteer(name=f"志愿者{n}(虚构)", capacity_boxes=3) for n in range(volunteers)
        ]
        self.first = plan(world)
        assert self.first["state"] == "done", self.first
        with world.db() as db:
            db.execute(text(PATIENT))

    def runs(self) -> list[Run]:
        """The day's runs, by number."""
        return runs_of(self.desk, self.world)

    def run_of(self, volunteer_id: UUID | str) -> Run:
        return next(run for run in self.runs() if run["volunteer_id"] == str(volunteer_id))

    def ask(self, path: str = "", **fields: Any) -> dict[str, Any]:
        """Ask for a plan and let its job do it."""
        body = {"day": str(self.world.today), "seconds": 0.5, "seed": 7} | fields
        asked = self.desk.post(f"/api/v1/plans{path}", json=body)
        assert asked.status_code == 202, asked.text
        return self.solved(asked.json()["id"])

    def solved(self, plan_id: str) -> dict[str, Any]:
        solve_day(org_id=str(self.world.org_id), plan_id=plan_id)
        found: dict[str, Any] = self.desk.get(f"/api/v1/plans/{plan_id}").json()
        return found

    def refused(self, path: str = "", **fields: Any) -> str:
        """The sentence with which a plan is refused."""
        body = {"day": str(self.world.today), "seconds": 0.5, "seed": 7} | fields
        answer = self.desk.post(f"/api/v1/plans{path}", json=body)
        assert answer.status_code == 409, answer.text
        sentence: str = answer.json()["title"]
        return sentence

    def lock(self, what: str, id_: str, *, locked: bool = True) -> list[Run]:
        answer = self.desk.put(f"/api/v1/{what}/{id_}/lock", json={"locked": locked})
        assert answer.status_code == 200, answer.text
        found: list[Run] = answer.json()
        return found


def calls(run: Run) -> list[dict[str, Any]]:
    return [stop for stop in run["stops"] if stop["kind"] == "deliver"]


def places(run: Run) -> list[float]:
    return [stop["point"]["lng"] for stop in calls(run)]


def served(runs: list[Run]) -> int:
    return sum(stop["households"] for run in runs for stop in calls(run))


def status(client: TestClient, method: str, path: str, **body: Any) -> int:
    return client.request(method, f"/api/v1{path}", json=body or None).status_code
