"""A plan whose command was killed does not lock its day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from app.core.clock import now
from app.core.ids import new_id
from app.runs.abandoned import INTERRUPTED
from app.runs.models import DayPlan
from app.runs.tasks import end_abandoned_plans
from tests.world import World

LONG_AGO = timedelta(minutes=5)


def left_behind(world: World, **facts: Any) -> UUID:
    """A plan that `foodmap plan` began five minutes ago; nobody has heard of it since."""
    plan_id = new_id()
    begun: dict[str, Any] = {
        "state": "solving", "state_at": now() - LONG_AGO, "seconds": 600, "seed": 1,
    }  # fmt: skip
    with world.db() as db:
        db.add(DayPlan(id=plan_id, org_id=world.org_id, day=tomorrow(world), **begun | facts))
    return plan_id


def tomorrow(world: World) -> Any:
    return world.today + timedelta(days=1)


def state(world: World, plan_id: UUID) -> tuple[str, str]:
    answer = world.client("coordinator").get(f"/api/v1/plans/{plan_id}").json()
    return answer["state"], answer["failure"]


def test_the_page_plans_a_day_whose_command_was_killed(world: World) -> None:
    plan_id = left_behind(world)
    body = {"day": str(tomorrow(world))}
    assert world.client("coordinator").post("/api/v1/plans", json=body).status_code == 202
    assert state(world, plan_id) == ("failed", INTERRUPTED)


@pytest.mark.parametrize("sign", [{"beat_at": True}, {"state_at": True}])
def test_a_command_that_still_works_keeps_its_day(world: World, sign: dict[str, bool]) -> None:
    plan_id = left_behind(world, **{name: now() for name in sign})
    body = {"day": str(tomorrow(world))}
    refused = world.client("coordinator").post("/api/v1/plans", json=body)
    assert (refused.status_code, refused.json()["plan_id"]) == (409, str(plan_id))


def test_stopping_a_dead_plan_ends_it(world: World) -> None:
    plan_id = left_behind(world)
    path = f"/api/v1/plans/{plan_id}/stop"
    stopped = world.client("coordinator").post(path, json={"keep": True}).json()
    assert (stopped["state"], stopped["failure"]) == ("failed", INTERRUPTED)


def test_dead_plans_end_by_themselves_and_a_workers_plan_is_left_to_its_rescue(
    world: World,
) -> None:
    dead, alive = left_behind(world), left_behind(world, beat_at=now())
    rescued = left_behind(world, job_id=7)
    end_abandoned_plans(timestamp=0)
    assert state(world, dead) == ("failed", INTERRUPTED)
    assert state(world, alive)[0] == state(world, rescued)[0] == "solving"
    end_abandoned_plans(timestamp=0)
