"""`foodmap plan`: one day allocated and planned in this process, with a progress bar."""

from __future__ import annotations

import contextlib
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.commands.first import CommandRefused
from app.commands.operation import operator, organisation_id
from app.core.clock import now
from app.core.db import transaction
from app.core.find import find
from app.core.ids import new_id
from app.core.problems import Refused
from app.matching import service as matching
from app.runs import service as runs
from app.runs.abandoned import INTERRUPTED, refuse_while_planned
from app.runs.models import DayPlan
from app.runs.service import SEEDS
from app.runs.tasks import Solving

TIMES = {
    "estimate": "estimated",
    "osrm": "on real roads",
    "valhalla": "on real roads",
    "mixed": "partly estimated",
}


def plan_day(slug: str, day: str, seconds: float, screen: Console) -> dict[str, Any]:
    """Allocate and plan one day; the plan's state, figures and unserved. Raises CommandRefused."""
    org_id = organisation_id(slug)
    subject = operator(org_id)
    chosen = _day(day, subject)
    with transaction(org_id) as db:
        matching.take_turns(db, org_id)
        try:
            refuse_while_planned(db, org_id, chosen)
        except Refused:
            raise CommandRefused(
                f"{chosen} is being planned already. Please wait for that plan."
            ) from None
        runs.allocate_day(db, subject, chosen)
        plan_id = _begin(db, org_id, chosen, seconds)
    _solve(Solving(org_id, plan_id), seconds, screen)
    with transaction(org_id) as db:
        done = find(db, DayPlan, org_id, plan_id)
        last = done.progress[-1] if done.progress else {}
        return {
            "state": done.state,
            "day": str(chosen),
            "failure": done.failure,
            "unserved": done.unserved,
            "source": done.source,
        } | last


def _day(typed: str, subject: Subject) -> date:
    try:
        chosen = date.fromisoformat(typed) if typed else subject.today
    except ValueError:
        raise CommandRefused(f"“{typed}” is not a date like 2026-11-24.") from None
    if chosen < subject.today:
        raise CommandRefused(f"{chosen} is over: today is {subject.today} there.")
    return chosen


def _begin(db: Session, org_id: UUID, day: date, seconds: float) -> UUID:
    plan = DayPlan(
        id=new_id(),
        org_id=org_id,
        day=day,
        state_at=now(),
        seconds=seconds,
        seed=secrets.randbelow(SEEDS),
    )
    db.add(plan)
    return plan.id


def _solve(solving: Solving, seconds: float, screen: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    began = time.monotonic()
    quiet = not screen.is_terminal
    with (
        Progress(*columns, console=screen, transient=True, disable=quiet) as bar,
        _never_losing_ctrl_c() as look_for_ctrl_c,
    ):
        line = bar.add_task("Planning", total=seconds)

        def on_wait() -> None:
            look_for_ctrl_c()
            bar.update(line, completed=time.monotonic() - began)

        try:
            solving.run(on_wait)
        except BaseException:  # Ctrl-C too: a plan that nobody solves must not look alive
            solving.fail(INTERRUPTED)
            raise


@contextlib.contextmanager
def _never_losing_ctrl_c() -> Iterator[Callable[[], None]]:
    """Remember Ctrl-C: Python drops the exception when it falls into some object's finaliser."""
    pressed = False

    def note(_number: int, _frame: object) -> None:
        nonlocal pressed
        pressed = True
        raise KeyboardInterrupt

    def look() -> None:
        if pressed:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield look
    finally:
        signal.signal(signal.SIGINT, before)


def plan_sentence(found: dict[str, Any]) -> str:
    """A plan in one line."""
    if found["state"] != "done":
        return f"No plan: {found['failure']}"
    return (
        f"{found['day']}: {found['served']} of {found['asked']} doors, "
        f"{found['distance_m'] / 1000:.1f} km, {found['duration_s'] / 3600:.1f} h, {TIMES[found['source']]}. "
        f"Left over: {len(found['unserved'])}."
    )
