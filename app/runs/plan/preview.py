"""What a move by hand would bring, before it is made: by the same arithmetic as the move itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.clock import at_second
from app.core.problems import Refused
from app.planning.plan import AT_HUB, Route
from app.planning.plan import Stop as PlannedStop
from app.planning.problem import Problem, Rescue, Task
from app.runs.adjust import moved
from app.runs.day import STOPS_MAX, DayProblem
from app.runs.plan.loaded import Loaded
from app.runs.plan.one_run import Redrawn
from app.runs.plan.schemas import FaultOut, PreviewOut, PreviewRunOut, PreviewStopOut

Owners = Mapping[tuple[str, bool], UUID]
"""The stop that a task is called at now: at its door (True), or at the site of a rescue."""


def preview(
    db: Session, subject: Subject, stop_id: UUID, run_id: UUID, position: int
) -> PreviewOut:
    """Times, lengths and faults after a move. Changes nothing.

    A move that makes no sense at all (another day, another hub, a locked run) has its sentence as
    its only violation. Raises NotFound.
    """
    try:
        changed = moved(db, subject, stop_id, run_id, position, lock=False)
    except Refused as refusal:
        fault = FaultOut(code="refused", zh=refusal.zh, en=refusal.en, stop_id=stop_id)
        return PreviewOut(
            runs=[], violations=[fault], warnings=[], delta_distance_m=0, delta_duration_s=0
        )
    owners = {key: id_ for new in changed for key, id_ in _owners(new.loaded).items()}
    before = [new.loaded.run for new in changed]
    runs = [_run(new, subject.zone, owners) for new in changed]
    return PreviewOut(
        runs=runs,
        violations=[fault for new in changed for fault in _faults(new, owners)],
        warnings=[fault for new in changed for fault in _warnings(new, stop_id, owners)],
        delta_distance_m=sum(run.distance_m for run in runs) - sum(r.distance_m for r in before),
        delta_duration_s=sum(run.duration_s for run in runs) - sum(r.duration_s for r in before),
    )


def _owners(loaded: Loaded) -> dict[tuple[str, bool], UUID]:
    return {
        (id_, stop.row.kind != "collect"): stop.row.id
        for stop in loaded.stops
        for id_ in stop.task_ids
    }


def _run(new: Redrawn, zone: str, owners: Owners) -> PreviewRunOut:
    run, route, found = new.loaded.run, new.route, new.found
    if route is None or found is None:
        return PreviewRunOut(
            run_id=run.id,
            stops=[],
            distance_m=0,
            duration_s=0,
            begins_at=run.begins_at,
            ends_at=run.begins_at,
        )
    return PreviewRunOut(
        run_id=run.id,
        stops=[
            one
            for planned in route.stops
            for one in _stops(planned, found, new.loaded, zone, owners)
        ],
        distance_m=route.distance_m,
        duration_s=route.duration_s,
        begins_at=at_second(run.day, route.depart_s, zone),
        ends_at=at_second(run.day, route.end_s, zone),
    )


def _stops(
    planned: PlannedStop, found: DayProblem, loaded: Loaded, zone: str, owners: Owners
) -> list[PreviewStopOut]:
    """The planned stop, once for each stop of today that it is made of."""
    ids: Sequence[UUID | None] = list(
        dict.fromkeys(owners[id_, planned.kind != "collect"] for id_ in planned.task_ids)
    )
    if not planned.task_ids:
        old = [stop.row.id for stop in loaded.stops if stop.row.kind == planned.kind]
        ids = [old[0] if len(old) == 1 else None]
    day = loaded.run.day
    return [
        PreviewStopOut(
            stop_id=id_,
            kind=planned.kind,
            planned_at=at_second(day, planned.start_s, zone),
            leaves_at=at_second(day, planned.leave_s, zone),
            load_after_grams=planned.load_after.grams,
            late_s=late_s(found.problem, planned),
        )
        for id_ in ids
    ]


def late_s(problem: Problem, planned: PlannedStop) -> int:
    """How long after its last window, or after its food should be handed over, a stop begins.

    The worst of the households behind one door, which are served one after the other.
    """
    late, begins_s = 0, planned.start_s
    for id_ in planned.task_ids:
        task = problem.task_by_id[id_]
        late = max(late, begins_s - _latest_s(task, planned.kind, begins_s))
        if planned.kind == "collect" and isinstance(task, Rescue):
            begins_s += task.pickup_service_s
        else:
            begins_s += task.service_s
    return late


def _latest_s(task: Task, kind: str, begins_s: int) -> int:
    windows, before_s = task.windows, task.before_s
    if isinstance(task, Rescue) and kind == "collect":
        windows, before_s = task.pickup_windows, None
    ends = [window.end_s for window in windows] or [begins_s]
    return min(max(ends), before_s if before_s is not None else max(ends))


def _faults(new: Redrawn, owners: Owners) -> list[FaultOut]:
    return [
        FaultOut(code=v.code, zh=v.zh, en=v.en, stop_id=owners.get((v.task_id or "", True)))
        for v in new.told
    ]


def _warnings(new: Redrawn, stop_id: UUID, owners: Owners) -> list[FaultOut]:
    """Wishes that the move does not keep: the household knows others, the run grows long."""
    volunteer_id, route = new.loaded.driver.volunteer_id, new.route
    if route is None:
        return []
    strange = any(
        errand.prefers and volunteer_id not in errand.prefers
        for errand in new.loaded.errands
        if owners.get((errand.task_id, True)) == stop_id
    )
    warnings = []
    if strange:
        zh = f"这家平时不是{new.loaded.driver.name}送的。"
        en = f"{new.loaded.driver.name} does not usually come to this door."
        warnings.append(FaultOut(code="another_face", zh=zh, en=en, stop_id=stop_id))
    called, most = _called(route), STOPS_MAX[new.loaded.driver.mode]
    if called > most:
        zh = f"一共 {called} 站，平时最多 {most} 站。"
        en = f"{called} stops; usually at most {most}."
        warnings.append(FaultOut(code="many_stops", zh=zh, en=en))
    return warnings


def _called(route: Route) -> int:
    return sum(stop.kind not in (*AT_HUB, "break") for stop in route.stops)
