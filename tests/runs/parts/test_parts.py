"""Parts of a large day in a real database: taken once, given back, retaken, seen by nobody else."""

from __future__ import annotations

import signal
from threading import Event, Thread
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from app.core.clock import now
from app.core.db import transaction
from app.core.ids import new_id
from app.jobs.queue import enqueue
from app.planning.checker import check
from app.planning.parts.join import worth
from app.planning.parts.rounds import first_plan
from app.planning.parts.split import split
from app.planning.plan import Plan
from app.planning.service import SolverDied
from app.runs.models import DayPlan
from app.runs.parts import store
from app.runs.parts.models import PlanPart
from app.runs.parts.rules import ATTEMPTS
from app.runs.parts.service import _Shift, solve_large
from app.runs.parts.tasks import Working, solve_part
from tests.jobs.workers import Worker, until, worker
from tests.planning.parts.days import large_day
from tests.world import World

DAY = large_day(21, tasks=60, vehicles=6)
SIZE = 20


@pytest.fixture
def plan_id(world: World) -> UUID:
    """A plan that is being solved."""
    row = DayPlan(
        id=new_id(),
        org_id=world.org_id,
        day=world.today,
        state="solving",
        state_at=now(),
        seconds=10.0,
        seed=1,
    )
    with world.db() as db:
        db.add(row)
    return row.id


def post(world: World, plan_id: UUID, seconds: float = 3.0) -> None:
    with world.db() as db:
        parts = split(DAY, size=SIZE)
        store.post(db, world.org_id, plan_id, parts, turn=0, seconds=seconds, seed=1)


def silence(world: World) -> None:
    """Whoever works on a part has said nothing for a minute."""
    with world.db() as db:
        db.execute(text("UPDATE plan_part SET beat_at = now() - interval '1 minute'"))


def rows(world: World) -> list[PlanPart]:
    with world.db() as db:
        return list(db.scalars(select(PlanPart).order_by(PlanPart.number)))


def count(world: World) -> int:
    with world.db() as db:
        return db.scalar(select(func.count()).select_from(PlanPart)) or 0


def solve(world: World, plan_id: UUID, heard: list[Plan], **asked: object) -> Plan:
    known: dict[str, object] = {
        "seconds": 2.0,
        "seed": 1,
        "size": SIZE,
        "tell": heard.append,
        "should_cancel": lambda: False,
    }
    return solve_large(world.org_id, plan_id, DAY, **{**known, **asked})  # type: ignore[arg-type]  # as named there


def test_each_part_is_taken_once_with_its_share_of_the_time(world: World, plan_id: UUID) -> None:
    post(world, plan_id, seconds=30)
    first, second, third = (store.take(world.org_id, plan_id) for _ in range(3))
    assert store.take(world.org_id, plan_id) is None
    assert first
    assert second
    assert third
    assert [first.number, second.number, third.number] == [0, 1, 2]
    assert 9 < first.seconds <= 10  # alone with three parts
    assert 29 < second.seconds <= 30  # two of them, two parts
    tasks = [task for taken in (first, second, third) for task in taken.problem.tasks]
    assert {task.id for task in tasks} == {task.id for task in DAY.tasks}


def test_a_silent_workers_part_is_taken_again_and_its_late_answer_is_not_heard(
    world: World, plan_id: UUID
) -> None:
    post(world, plan_id)
    taken = store.take(world.org_id, plan_id)
    assert taken
    assert store.beat(taken, None)
    silence(world)
    again = store.take(world.org_id, plan_id)
    assert again
    assert (again.part_id, again.attempt) == (taken.part_id, 2)
    assert not store.beat(taken, None)
    store.give_back(taken)
    store.finish(taken, Plan((), (), 0, 0, "", 0, "estimate"))
    assert [row.state for row in rows(world)] == ["solving", "todo", "todo"]
    assert rows(world)[0].results == 0


def test_a_part_that_ends_badly_again_and_again_is_given_up(world: World, plan_id: UUID) -> None:
    post(world, plan_id)
    for _ in range(ATTEMPTS):
        taken = store.take(world.org_id, plan_id)
        assert taken
        assert taken.number == 0
        store.give_back(taken)
    other = store.take(world.org_id, plan_id)
    assert other
    assert other.number == 1
    assert [told.is_over for told in store.told(world.org_id, plan_id)] == [True, False, False]


def test_a_part_whose_solver_dies_goes_back(world: World, plan_id: UUID) -> None:
    post(world, plan_id)
    taken = store.take(world.org_id, plan_id)
    assert taken
    Working(taken, watch=lambda: True).run()
    assert rows(world)[0].state == "todo"


def test_no_other_organisation_sees_or_takes_the_parts(world: World, plan_id: UUID) -> None:
    post(world, plan_id)
    stranger = World(world.app)
    assert count(stranger) == 0
    assert store.take(stranger.org_id, plan_id) is None
    with transaction() as db:
        assert db.scalar(select(func.count()).select_from(PlanPart)) == 0


def test_fifty_workers_at_once_never_take_the_same_part(world: World, plan_id: UUID) -> None:
    post(world, plan_id, seconds=60)
    taken: list[store.Taken] = []

    def grab() -> None:
        found = store.take(world.org_id, plan_id)
        if found:
            taken.append(found)

    threads = [Thread(target=grab) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found.number for found in taken) == [0, 1, 2]


def test_one_worker_alone_gets_through_a_large_day(world: World, plan_id: UUID) -> None:
    heard: list[Plan] = []
    plan = solve(world, plan_id, heard)
    assert check(DAY, plan) == []
    assert [check(DAY, seen) for seen in heard] == [[]] * len(heard)
    assert worth(DAY, plan) <= worth(DAY, heard[0])
    assert count(world) == 0


def test_a_cancelled_large_day_keeps_its_first_plan_and_clears_its_parts(
    world: World, plan_id: UUID
) -> None:
    heard: list[Plan] = []
    plan = solve(world, plan_id, heard, seconds=600.0, should_cancel=lambda: bool(heard))
    assert check(DAY, plan) == []
    assert count(world) == 0
    with pytest.raises(SolverDied):
        solve(world, plan_id, [], should_cancel=lambda: True)


def test_a_cancel_in_the_middle_of_a_part_keeps_the_best(world: World, plan_id: UUID) -> None:
    heard: list[Plan] = []

    def enough() -> bool:
        return any(row.state == "solving" for row in rows(world))

    plan = solve(world, plan_id, heard, seconds=600.0, should_cancel=enough)
    assert check(DAY, plan) == []
    assert count(world) == 0


def test_going_on_from_a_plan_never_loses_what_it_had(world: World, plan_id: UUID) -> None:
    known = solve(world, plan_id, [])
    plan = solve(world, plan_id, [], incumbent=known)
    assert worth(DAY, plan) <= worth(DAY, known)


def test_a_plan_that_is_none_of_the_parts_is_not_taken_in() -> None:
    """A rescued job may plan the day a second time while the first is still at it."""
    shift = _Shift(new_id(), new_id(), lambda: False, parts=split(DAY, size=SIZE))
    other = first_plan(large_day(5, tasks=10), 1)
    heard: list[Plan] = []
    for number in (0, 99):
        shift._offer(number, other, lambda _, plan: heard.append(plan))
    assert heard == []


def test_a_job_solves_what_is_left_and_comes_to_nothing_when_all_is_done(
    world: World, plan_id: UUID
) -> None:
    post(world, plan_id, seconds=1)
    solve_part(str(world.org_id), str(plan_id))
    assert [row.state for row in rows(world)] == ["done"] * 3
    solve_part(str(world.org_id), str(plan_id))
    solve_part(str(world.org_id), str(new_id()))


def in_the_hands_of(world: World, process: Worker) -> bool:
    return any(row.worker.endswith(f":{process.pid}") for row in rows(world))


def test_another_worker_helps(world: World, plan_id: UUID) -> None:
    enough = Event()
    heard: list[Plan] = []
    answer: list[Plan] = []

    def work() -> None:
        answer.append(solve(world, plan_id, heard, seconds=900.0, should_cancel=enough.is_set))

    day = Thread(target=work)
    with worker() as helper:
        day.start()
        try:
            until(lambda: in_the_hands_of(world, helper))
            until(lambda: any(row.results for row in rows(world)))
        finally:
            enough.set()
            day.join()
    assert check(DAY, answer[0]) == []
    assert worth(DAY, answer[0]) <= worth(DAY, heard[0])


def test_the_part_of_a_worker_killed_in_the_middle_is_solved_by_another(
    world: World, plan_id: UUID
) -> None:
    post(world, plan_id, seconds=600)
    with world.db() as db:
        enqueue(db, solve_part, org_id=str(world.org_id), plan_id=str(plan_id))
    with worker() as killed:
        until(lambda: in_the_hands_of(world, killed))
        killed.send_signal(signal.SIGKILL)
        killed.wait()
    (lost,) = (row.id for row in rows(world) if row.state == "solving")
    with world.db() as db:
        db.execute(text("UPDATE plan_part SET ends_at = now()"))
    mine: dict[UUID, store.Taken] = {}

    def taken_again() -> bool:
        found = store.take(world.org_id, plan_id)
        mine.update({found.part_id: found} if found else {})
        return lost in mine

    until(taken_again)
    assert mine[lost].attempt == 2
    while (found := store.take(world.org_id, plan_id)) is not None:
        mine[found.part_id] = found
    for taken in mine.values():
        Working(taken).run()
    assert [row.state for row in rows(world)] == ["done"] * 3


def test_a_fault_in_the_middle_of_a_round_leaves_no_part_behind(
    world: World, plan_id: UUID
) -> None:
    class Broken(Exception):
        pass

    heard: list[bool] = []

    def breaks() -> bool:
        if count(world):
            heard.append(True)
            raise Broken
        return False

    with pytest.raises(Broken):
        solve(world, plan_id, [], should_cancel=breaks)
    assert heard
    assert count(world) == 0
