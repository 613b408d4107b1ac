"""Two plannings of one day side by side: figures, and what differs for each volunteer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.clock import at_second
from app.core.fields import Point
from app.core.find import find
from app.core.problems import Refused
from app.planning.plan import Route
from app.runs.models import DayPlan
from app.runs.plan.results import KeptResult, kept_result
from app.runs.plan.schemas import (
    PlanComparisonOut,
    PlanFiguresOut,
    RunFiguresOut,
    StopChangeOut,
    VolunteerChangeOut,
)


@dataclass(frozen=True)
class _Served:
    """Whose run serves a recipient or site in one planning, and when."""

    volunteer: str
    kind: str
    at_s: int
    point: tuple[float, float]
    label: str
    street: str


@dataclass(frozen=True)
class _Side:
    """One of the two plannings; `served` is keyed by recipient, or by offer for a collection."""

    row: DayPlan
    kept: KeptResult
    routes: dict[str, Route]
    served: dict[str, _Served]


def compare(db: Session, subject: Subject, a: UUID, b: UUID) -> PlanComparisonOut:
    """Figures of both, and what differs for each volunteer.

    Raises NotFound, and Refused for plannings of two days or without a result.
    """
    first, second = (find(db, DayPlan, subject.org_id, id_) for id_ in (a, b))
    if first.day != second.day:
        raise Refused("两个方案不是同一天的。", "The two plannings are of different days.")
    if not (first.has_result and second.has_result):
        raise Refused(
            "有一个方案没有结果，没法比较。", "One of the plannings has no result to compare."
        )
    one, two = _side(first), _side(second)
    names = two.kept.drivers | one.kept.drivers
    return PlanComparisonOut(
        a=_figures(one),
        b=_figures(two),
        volunteers=[
            _volunteer(id_, name, one, two, subject.zone)
            for id_, name in sorted(names.items(), key=lambda known: (known[1], known[0]))
        ],
    )


def _side(row: DayPlan) -> _Side:
    kept = kept_result(row.result)
    served: dict[str, _Served] = {}
    for route in kept.plan.routes:
        for stop in route.stops:
            for id_ in stop.task_ids:
                if id_.startswith("r:") and stop.kind == "collect":
                    continue  # the food counts where it is handed over
                place = kept.places[stop.place]
                seen = _Served(route.vehicle_id, stop.kind, stop.start_s, place, **kept.tasks[id_])
                served.setdefault(id_.split(":")[1], seen)
    return _Side(row, kept, {route.vehicle_id: route for route in kept.plan.routes}, served)


def _figures(side: _Side) -> PlanFiguresOut:
    routes, last = side.routes.values(), side.row.progress[-1]
    return PlanFiguresOut(
        plan_id=side.row.id,
        kind=side.row.kind,  # type: ignore[arg-type]  # the table allows only these
        state_at=side.row.state_at,
        runs=len(routes),
        distance_m=sum(route.distance_m for route in routes),
        duration_s=sum(route.duration_s for route in routes),
        longest_s=max((route.duration_s for route in routes), default=0),
        served=last["served"],
        asked=last["asked"],
        unserved=len(side.row.unserved),
    )


def _volunteer(id_: str, name: str, one: _Side, two: _Side, zone: str) -> VolunteerChangeOut:
    def changes(keys: Iterable[str]) -> list[StopChangeOut]:
        return [_change(key, id_, one, two, zone) for key in keys]

    mine_a = [key for key, served in one.served.items() if served.volunteer == id_]
    mine_b = [key for key, served in two.served.items() if served.volunteer == id_]
    kept = set(mine_a) & set(mine_b)
    away, here = set(mine_a) - kept, set(mine_b) - kept
    return VolunteerChangeOut(
        volunteer_id=UUID(id_),
        name=name,
        a=_run(one, id_, zone),
        b=_run(two, id_, zone),
        kept=len(kept),
        only_a=changes(key for key in mine_a if key in away and key not in two.served),
        only_b=changes(key for key in mine_b if key in here and key not in one.served),
        moved_away=changes(key for key in mine_a if key in away and key in two.served),
        moved_here=changes(key for key in mine_b if key in here and key in one.served),
    )


def _change(key: str, id_: str, one: _Side, two: _Side, zone: str) -> StopChangeOut:
    in_a, in_b = one.served.get(key), two.served.get(key)
    own = in_a if in_a is not None and in_a.volunteer == id_ else in_b
    assert own is not None  # noqa: S101 - the key is from one of the two
    other = in_b if own is in_a else in_a
    names = one.kept.drivers | two.kept.drivers
    lng, lat = own.point
    return StopChangeOut(
        kind=own.kind,
        label=own.label,
        street=own.street,
        point=Point(lng=lng, lat=lat),
        at_a=at_second(one.row.day, in_a.at_s, zone) if in_a else None,
        at_b=at_second(two.row.day, in_b.at_s, zone) if in_b else None,
        other=names[other.volunteer] if other else "",
    )


def _run(side: _Side, id_: str, zone: str) -> RunFiguresOut | None:
    route = side.routes.get(id_)
    if route is None:
        return None
    day = side.row.day
    return RunFiguresOut(
        stops=sum(bool(stop.task_ids) for stop in route.stops),
        distance_m=route.distance_m,
        duration_s=route.duration_s,
        begins_at=at_second(day, route.depart_s, zone),
        ends_at=at_second(day, route.end_s, zone),
        line=[side.kept.places[stop.place] for stop in route.stops],
    )
