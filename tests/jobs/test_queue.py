"""Jobs: enqueued with the work they belong to, run by real workers, rescued from dead ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from croniter import croniter
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy import text

from app.core.db import transaction
from app.core.ids import new_id
from app.jobs.queue import enqueue, tasks
from app.settings import Settings, settings
from tests.jobs import errands
from tests.jobs.workers import Worker, send, state_of, until, worker, written
from tests.world import World


@pytest.fixture(scope="module")
def working(application: FastAPI) -> Iterator[Worker]:
    assert application is not None
    with worker() as process:
        yield process


# --- enqueueing -------------------------------------------------------------------


def test_a_job_vanishes_with_the_transaction_that_fails(world: World) -> None:
    made = []

    def half_done() -> None:
        with world.db() as db:
            made.append(enqueue(db, errands.one_waits, about="vanishes"))
            raise KeyError

    with pytest.raises(KeyError):
        half_done()
    assert state_of(made[0]) is None


def test_nobody_sees_a_job_before_its_transaction_commits(world: World) -> None:
    with world.db() as db:
        made = enqueue(db, errands.one_waits, about="waits")
        assert state_of(made) is None
    assert state_of(made) == "todo"


def test_of_one_queueing_lock_only_one_waits_and_the_work_goes_on(world: World) -> None:
    with world.db() as db:
        first = enqueue(db, errands.one_waits, about="first")
    with world.db() as db:
        assert enqueue(db, errands.one_waits, about="second") == first
        assert db.scalar(text("SELECT count(*) FROM person")) == len(world.people)


# --- working ----------------------------------------------------------------------


def test_a_job_runs_in_its_own_organisation_only(
    working: Worker, world: World, other_world: World
) -> None:
    assert working.poll() is None
    about = new_id()
    job = send(world, about)
    until(lambda: state_of(job) == "succeeded")
    assert written(world, about, "done") == 1
    assert written(other_world, about, "done") == 0


def test_a_job_may_send_another(working: Worker, world: World) -> None:
    assert working.poll() is None
    about = new_id()
    send(world, about, "sends_another")
    until(lambda: written(world, about, "done") == 1)


def test_jobs_of_one_lock_never_overlap(working: Worker, world: World) -> None:
    assert working.poll() is None
    about = new_id()
    jobs = [send(world, about, "in_turn", lock=str(about)) for _ in range(4)]
    until(lambda: all(state_of(job) == "succeeded" for job in jobs))
    assert written(world, about, "left") == 4
    assert written(world, about, "overlapped") == 0


def test_a_job_that_fails_is_marked_so_and_the_worker_goes_on(
    working: Worker, world: World
) -> None:
    with world.db() as db:
        failing = enqueue(db, errands.short, org_id="no organisation", about="nothing")
    until(lambda: state_of(failing) == "failed")
    about = new_id()
    send(world, about)
    until(lambda: written(world, about, "done") == 1)
    assert working.poll() is None


def test_the_worker_is_told_of_new_jobs_and_does_not_only_look(working: Worker) -> None:
    assert working.poll() is None
    listening = text(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'foodmap worker' "
        "AND datname = current_database() AND query ILIKE 'LISTEN %'"
    )

    def listens() -> bool:
        with transaction() as db:
            return bool(db.scalar(listening))

    until(listens)


def test_readiness_sees_the_worker(working: Worker, world: World) -> None:
    assert working.poll() is None
    until(lambda: world.client(None).get("/readyz").status_code == 200)


# --- clockwork ----------------------------------------------------------------------


def periods(name: str) -> set[timedelta]:
    """The distances between a periodic task's next hundred turns."""
    [periodic] = [
        periodic
        for periodic in tasks.periodic_registry.periodic_tasks.values()
        if periodic.task.name == name
    ]
    turns = croniter(periodic.cron, datetime(2026, 11, 22, 23, 59, 1, tzinfo=UTC))
    times = [turns.get_next(datetime) for _ in range(100)]
    return {later - earlier for earlier, later in pairwise(times)}


def test_stalled_jobs_are_looked_for_every_fifteen_seconds() -> None:
    assert periods("rescue_stalled") == {timedelta(seconds=15)}


def test_finished_jobs_are_swept_once_a_day() -> None:
    assert periods("sweep_done") == {timedelta(days=1)}


def test_a_worker_is_given_up_well_after_a_late_heartbeat(application: FastAPI) -> None:
    assert application is not None
    assert (settings().heartbeat_s, settings().stalled_after_s) == (10.0, 35.0)
    chosen = settings().model_dump() | {"heartbeat_s": 10, "stalled_after_s": 15}
    with pytest.raises(ValidationError, match="at least twice HEARTBEAT_S"):
        Settings(**chosen)
