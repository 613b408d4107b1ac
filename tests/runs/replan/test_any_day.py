"""Whatever the day looked like and whatever went wrong: no food is lost, nobody is on two lists."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.runs.replan.street import Street
from tests.world import World

few = settings(
    max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def any_day(street: Street, dice: Random) -> list[UUID]:
    """Three runs, each somewhere along its list."""
    runs = []
    for n in range(3):
        doors = [121.45 + dice.randrange(40) / 1000 for _ in range(dice.randint(1, 4))]
        if dice.random() < 0.35:
            runs.append(street.rescue_run(121.45, doors, name=f"志愿者{n}")[0])
        else:
            runs.append(street.hub_run(doors, name=f"志愿者{n}"))
        street.drive(runs[-1], dice.randrange(len(doors) + 1))
    return runs


def any_cause(street: Street, dice: Random, runs: list[UUID]) -> dict[str, Any]:
    run = dice.choice(runs)
    open_ = [stop for stop in street.stops(run) if stop.state == "planned"]
    doors = [stop for stop in open_ if stop.kind == "deliver"]
    sites = [stop for stop in open_ if stop.kind == "collect"]
    causes: list[tuple[str, dict[str, Any]]] = [
        ("volunteer_out", {"run_id": run}),
        ("again", {}),
        ("running_late", {"run_id": run}),
        ("not_home", {"stop_id": doors[0].id}),
    ]
    if sites:
        causes.append(("nothing_to_collect", {"stop_id": sites[0].id}))
    word, about = dice.choice(causes)
    return {"cause": word} | about


def on_lists(street: Street) -> Counter[UUID]:
    """How many open doors each allocation is at."""
    with street.world.db() as db:
        query = text(
            "SELECT i.allocation_id FROM stop_item i JOIN stop s ON s.id = i.stop_id "
            "WHERE s.state = 'planned' AND i.allocation_id IS NOT NULL AND i.outcome = ''"
        )
        return Counter(db.scalars(query))


def waiting(street: Street) -> set[UUID]:
    with street.world.db() as db:
        query = text("SELECT id FROM allocation WHERE state IN ('planned', 'loaded')")
        return set(db.scalars(query))


@few
@given(seed=st.integers(0, 10_000))
def test_no_food_is_lost_and_no_door_is_on_two_lists(application: FastAPI, seed: int) -> None:
    dice, street = Random(seed), Street(World(application))
    runs = any_day(street, dice)
    replan = street.proposal(**any_cause(street, dice, runs))
    assert replan["state"] == "proposed", replan["failure"]
    assert street.decide(replan).status_code == 200
    lists = on_lists(street)
    assert set(lists) == waiting(street)
    assert set(lists.values()) <= {1}
    # Givers first: whoever takes over finds the food where it was.
    for run in runs:
        for stop in street.stops(run):
            if stop.state == "planned":
                answer = street.confirm(stop.id)
                assert answer.status_code == 200, answer.text
    assert set(street.promised()) <= {"done", "dropped", "proposed"}
    assert street.faults() == []
