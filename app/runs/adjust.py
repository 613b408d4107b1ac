"""A person changes a plan: another order, another volunteer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.find import find
from app.core.problems import Refused
from app.planning.plan import AT_HUB, RELOAD
from app.runs.models import Run, Stop
from app.runs.plan.loaded import Loaded, load_runs
from app.runs.plan.locks import refuse_locked
from app.runs.plan.one_run import BreaksRules, Redrawn, keep, redrawn
from app.runs.plan.stored import StoredStop
from app.runs.service import move_run
from app.runs.store import clear_stops

Call = tuple[UUID | None, str]
"""Whose stop calls (None: a way back to the hub), and the task's id."""


def reorder(db: Session, subject: Subject, run_id: UUID, stop_ids: Sequence[UUID]) -> Run:
    """Visit the run's stops in another order (loading and unloading keep their ends).

    Raises Refused, BreaksRules; then nothing has changed.
    """
    run = find(db, Run, subject.org_id, run_id, lock=True)
    refuse_locked(run)
    (loaded,) = load_runs(db, subject.org_id, [run])
    by_id = {stop.row.id: stop for stop in loaded.stops}
    movable = [id_ for id_, stop in by_id.items() if stop.task_ids]
    # Of a run whose food is all gone nothing is left to put in order.
    if not movable or sorted(id_ for id_ in stop_ids if id_ in movable) != sorted(movable):
        raise Refused(
            "站点清单对不上，请刷新再排。",
            "The list of stops does not match; reload and try again.",
        )
    wanted = [by_id[id_] for id_ in stop_ids if id_ in by_id]
    order = tuple(task_id for _, task_id in _calls(wanted))
    record(db, subject.org_id, subject.person_id, "reordered", ("run", run.id))
    return keep(db, subject, redrawn(db, subject, replace(loaded, order=order)))


def _calls(stops: Sequence[StoredStop]) -> list[Call]:
    """The calls of these stops one by one; a hub between two of them is a way back to it."""
    calls: list[Call] = []
    by_hub = False
    for stop in stops:
        by_hub = bool(calls) and (by_hub or stop.row.kind in AT_HUB)
        if stop.task_ids:
            calls += [(None, RELOAD)] if by_hub else []
            calls += [(stop.row.id, id_) for id_ in stop.task_ids]
            by_hub = False
    return calls


def moved(
    db: Session, subject: Subject, stop_id: UUID, run_id: UUID, position: int, *, lock: bool
) -> list[Redrawn]:
    """The runs that a move would change: giver and taker, or the one run. Changes nothing.

    `lock`: hold the runs for a change. Raises Refused where the move makes no sense at all;
    what it breaks is told with each run.
    """
    stop = find(db, Stop, subject.org_id, stop_id)
    first, second = sorted((stop.run_id, run_id))
    runs = {found: find(db, Run, subject.org_id, found, lock=lock) for found in (first, second)}
    # Under the locks: somebody may have changed the run meanwhile, then its stops are new ones.
    stop = find(db, Stop, subject.org_id, stop_id)
    if runs[stop.run_id].day != runs[run_id].day:
        raise Refused("两条路线不是同一天的。", "The two runs are of different days.")
    for run in runs.values():
        refuse_locked(run)
    if stop.run_id == run_id:
        (own,) = load_runs(db, subject.org_id, [runs[run_id]])
        return [redrawn(db, subject, _turned(own, stop.id, position))]
    if stop.locked:
        raise Refused(
            "这一站锁定给这位志愿者了，先解锁再挪。",
            "This stop is locked to its volunteer; unlock it before you move it.",
        )
    giver, taker = load_runs(db, subject.org_id, [runs[stop.run_id], runs[run_id]])
    kept, grown = _handed(giver, taker, stop, position)
    return [redrawn(db, subject, kept), redrawn(db, subject, grown)]


def _turned(run: Loaded, stop_id: UUID, position: int) -> Loaded:
    """The run with one stop's calls at another place among the others."""
    calls = _calls(run.stops)
    own = [call for call in calls if call[0] == stop_id]
    if not own:
        raise _not_alone()
    rest = [call for call in calls if call[0] != stop_id]
    at = _index(rest, position)
    return replace(run, order=tuple(id_ for _, id_ in [*rest[:at], *own, *rest[at:]]))


def _index(calls: Sequence[Call], position: int) -> int:
    """Where the `position`-th call lies; ways back to the hub are not counted."""
    real = [n for n, (stop_id, _) in enumerate(calls) if stop_id is not None]
    return real[position] if position < len(real) else len(calls)


def _not_alone() -> Refused:
    return Refused("这一站不能单独挪走。", "This stop cannot be moved on its own.")


def _handed(giver: Loaded, taker: Loaded, stop: Stop, position: int) -> tuple[Loaded, Loaded]:
    """Both runs after the stop's tasks went over; a rescue's site goes right before its door."""
    ids = next((s.task_ids for s in giver.stops if s.row.id == stop.id), ())
    if not ids or (stop.kind == "collect" and any(id_.startswith("r:") for id_ in ids)):
        raise _not_alone()
    gone = set(ids)
    passed = tuple(errand for errand in giver.errands if errand.task_id in gone)
    kept = replace(
        giver,
        errands=tuple(e for e in giver.errands if e.task_id not in gone),
        order=tuple(id_ for id_ in giver.order if id_ not in gone),
    )
    new = [id_ for id_ in ids for _ in range(2 if id_.startswith("r:") else 1)]
    at = _index(_calls(taker.stops), position)
    grown = replace(
        taker,
        errands=(*taker.errands, *passed),
        order=(*taker.order[:at], *new, *taker.order[at:]),
        hub=taker.hub or next((e.hub for e in passed if e.hub is not None), giver.hub),
    )
    return kept, grown


def move_stop(
    db: Session, subject: Subject, stop_id: UUID, run_id: UUID, position: int
) -> list[Run]:
    """Put a stop at another place in its run, or give it to another run.

    It becomes the `position`-th call there (a household or site, 0 is first). Both runs are
    re-timed, or neither; one that has nothing left to do is cancelled. Raises Refused, BreaksRules.
    """
    changed = moved(db, subject, stop_id, run_id, position, lock=True)
    broken = [fault for new in changed for fault in new.told]
    if broken:
        raise BreaksRules(broken)
    for new in changed:
        clear_stops(db, subject.org_id, new.loaded.run.id)
    runs = []
    for new in changed:
        run = new.loaded.run
        runs.append(keep(db, subject, new) if new.route else move_run(db, subject, run, "cancel"))
    record(db, subject.org_id, subject.person_id, "moved_stop", ("run", run_id))
    return runs
