"""One run as a problem of its own: read back, driven in some order, stored again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.clock import second_of_day
from app.core.problems import Problem, Refused
from app.food.supply import HubPlace
from app.planning import service as planning
from app.planning.plan import Plan, Route, Violation
from app.roads.service import travel_times
from app.runs.building import build
from app.runs.day import Day, DayProblem, Driver, Errand
from app.runs.facts import not_before
from app.runs.models import Run
from app.runs.plan.loaded import Loaded
from app.runs.stop_rows import door_label
from app.runs.store import checked, clear_stops, fill_run
from app.settings import settings


class BreaksRules(Problem):
    """The order a person wants cannot be driven; `violations` says why."""

    type = "breaks-rules"
    sentence, sentence_en = "这样排不行。", "This order cannot be driven."

    def __init__(self, violations: Sequence[Violation]) -> None:
        told = [{"code": v.code, "zh": v.zh, "en": v.en} for v in violations]
        zh, en = (
            ("这样排不行：" + violations[0].zh, "This cannot be driven: " + violations[0].en)
            if violations
            else ("", "")
        )
        super().__init__(zh, en, violations=told)


def named(violations: Iterable[Violation], errands: Mapping[str, Errand]) -> tuple[Violation, ...]:
    """The same violations with the place's name where the solver says a task's id."""
    told = []
    for one in violations:
        errand = errands.get(one.task_id or "")
        name = _name(errand) if errand else ""
        id_ = one.task_id or ""
        told.append(
            replace(one, zh=one.zh.replace(id_, name), en=one.en.replace(id_, name))
            if name
            else one
        )
    return tuple(told)


def _name(errand: Errand) -> str:
    if errand.recipient is None:
        return errand.offer.site_name if errand.offer is not None else ""
    return door_label([errand])


def one_driver(
    db: Session,
    day: date,
    zone: str,
    driver: Driver,
    errands: Sequence[Errand],
    *,
    hub: HubPlace | None,
    not_before_s: int = 0,
) -> DayProblem:
    """The problem of one run. Raises Refused when it would start from two hubs, or too late."""
    if any(errand.hub not in (None, hub) for errand in errands):
        raise Refused(
            "这一站的食物在另一个仓库，不能排进这条路线。",
            "The food of this stop lies in another hub; it cannot go on this run.",
        )
    if driver.start is None and hub is None:
        # A rescue without a hub, by somebody whose home we do not know, begins at its first site.
        place = next((errand.offer for errand in errands if errand.offer is not None), None)
        driver = replace(driver, start=(place.lng, place.lat) if place else None)
    margin_s = settings().expiry_margin_minutes * 60
    hubs = (hub,) if hub else ()
    chosen = Day(day, zone, (driver,), hubs, tuple(errands), not_before_s, margin_s)
    found = build(chosen, travel_times(db))
    for _, zh, en in found.stranded.values():
        raise Refused(zh, en)
    if not found.problem.vehicles:
        raise Refused("志愿者的班次已经结束了。", "The shift of this run's volunteer is over.")
    return found


def earliest_start(run: Run, zone: str) -> int:
    """Seconds since midnight before which a changed run does not begin: now, or its old start."""
    return max(0, min(not_before(run.day, zone), second_of_day(run.begins_at, run.day, zone)))


@dataclass(frozen=True)
class Redrawn:
    """A run in another order: its times and what it breaks. Without an order it would be gone."""

    loaded: Loaded
    found: DayProblem | None
    route: Route | None
    violations: tuple[Violation, ...]

    @property
    def told(self) -> tuple[Violation, ...]:
        """What it breaks, by name."""
        return named(self.violations, self.found.errands) if self.found else ()


def redrawn(db: Session, subject: Subject, loaded: Loaded) -> Redrawn:
    """Drive the run in its order. Changes nothing. Raises Refused where there is no such run."""
    if not loaded.order:
        return Redrawn(loaded, None, None, ())
    found = one_driver(
        db,
        loaded.run.day,
        subject.zone,
        loaded.driver,
        loaded.errands,
        hub=loaded.hub,
        not_before_s=earliest_start(loaded.run, subject.zone),
    )
    done = planning.schedule(found.problem, str(loaded.driver.volunteer_id), loaded.order)
    return Redrawn(loaded, found, done.route, done.violations)


def keep(db: Session, subject: Subject, new: Redrawn) -> Run:
    """Store the run as it was redrawn: its stops are made anew. It must have an order.

    Raises BreaksRules with what the order would break, PlanRefused; then nothing has changed.
    """
    run, found, route = new.loaded.run, new.found, new.route
    assert found is not None  # noqa: S101 - a run without an order is cancelled, not kept
    assert route is not None  # noqa: S101 - the same
    if new.violations:
        raise BreaksRules(new.told)
    plan = Plan((route,), (), route.distance_m, route.duration_s, "hand", 0, found.problem.source)
    checked(found.problem, plan)
    clear_stops(db, subject.org_id, run.id)
    fill_run(db, run, found, route, travel_times(db), locked=new.loaded.locked)
    run.version += 1
    return run
