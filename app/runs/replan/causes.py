"""What went wrong, checked against the day's runs and told in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, func, select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.find import find
from app.core.problems import Malformed, Refused
from app.food.models import Lot
from app.matching.models import Allocation
from app.recipients.rules import masked
from app.runs.facts import busy_volunteers, drivers
from app.runs.models import Run, Stop, StopItem
from app.runs.replan.rules import GOING
from app.runs.rules import OPEN_STOPS
from app.volunteers.models import Volunteer


@dataclass(frozen=True)
class Cause:
    """What happened (a word of `rules.CAUSES`), with what, and who can help as well."""

    word: str
    run_id: UUID | None = None
    stop_id: UUID | None = None
    lot_id: UUID | None = None
    volunteer_ids: tuple[UUID, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "run_id": str(self.run_id) if self.run_id else None,
            "stop_id": str(self.stop_id) if self.stop_id else None,
            "lot_id": str(self.lot_id) if self.lot_id else None,
            "volunteer_ids": [str(found) for found in self.volunteer_ids],
        }

    @classmethod
    def from_dict(cls, word: str, raw: dict[str, Any]) -> Cause:
        """What `to_dict` wrote."""
        run_id, stop_id, lot_id = (
            UUID(raw[name]) if raw[name] else None for name in ("run_id", "stop_id", "lot_id")
        )
        helpers = tuple(UUID(found) for found in raw["volunteer_ids"])
        return cls(word, run_id, stop_id, lot_id, helpers)


@dataclass(frozen=True)
class Told:
    """A cause in words; `label` names whom or what it is about, masked."""

    label: str
    zh: str
    en: str


def told(db: Session, subject: Subject, day: date, cause: Cause) -> Told:
    """Check the cause and say it. Raises NotFound, Malformed, Refused."""
    _check_helpers(db, subject, day, cause)
    if cause.word == "volunteer_out":
        return _volunteer_out(db, subject, day, cause)
    if cause.word == "nothing_to_collect":
        stop = _stop_of(db, subject, day, cause, "collect")
        return Told(
            stop.label, f"{stop.label}没有货可取。", f"{stop.label} has nothing to collect."
        )
    if cause.word == "not_home":
        stop = _stop_of(db, subject, day, cause, "deliver")
        return Told(
            stop.label,
            f"{stop.label}不在家，看今天能不能再去一次。",
            f"{stop.label} is not at home; a second try today, if there is time.",
        )
    if cause.word == "lot_recalled":
        return _lot_recalled(db, subject, day, cause)
    if cause.word == "running_late":
        return Told(
            "", "路上晚了，后面的时间重新排。", "Running late: the times after now are set anew."
        )
    return Told("", "剩下的路线重新排一遍。", "The rest of the day is planned anew.")


def _check_helpers(db: Session, subject: Subject, day: date, cause: Cause) -> None:
    wanted = set(cause.volunteer_ids)
    if not wanted:
        return
    there = {driver.volunteer_id for driver in drivers(db, subject.org_id, day, list(wanted))}
    if wanted - there:
        raise Malformed(
            "有的志愿者不在名册里。", "Some of these volunteers are not on the register."
        )
    if wanted & busy_volunteers(db, subject.org_id, day):
        raise Refused(
            "有的志愿者这一天已经有路线了。",
            "Some of these volunteers have a run that day already.",
        )


def _needed(found: UUID | None, name: str, zh: str) -> UUID:
    if found is None:
        raise Malformed(
            f"请选是{zh}。",
            f"Say which {name.removesuffix('_id')} it is.",
            errors=[{"field": name, "message": f"请选是{zh} (which one is it)"}],
        )
    return found


def _volunteer_out(db: Session, subject: Subject, day: date, cause: Cause) -> Told:
    run = find(db, Run, subject.org_id, _needed(cause.run_id, "run_id", "哪条路线"))
    _check_going(run, day)
    row = db.get(Volunteer, run.volunteer_id) if run.volunteer_id else None
    name = masked(row.name) if row else f"{run.number} 号路线的人"
    name_en = masked(row.name) if row else f"The volunteer of run {run.number}"
    open_doors = select(Stop.id).where(
        Stop.org_id == subject.org_id,
        Stop.run_id == run.id,
        Stop.kind.in_(("collect", "deliver", "visit")),
        Stop.state.in_(OPEN_STOPS),
    )
    left = len(list(db.scalars(open_doors)))
    return Told(
        name,
        f"{name}来不了，{run.number} 号路线还有 {left} 站要另外安排。",
        f"{name_en} cannot go on; {left} stops of run {run.number} need somebody else.",
    )


def _check_going(run: Run, day: date) -> None:
    if run.day != day or run.state not in GOING:
        raise Refused(
            "这条路线不在当天要跑的路线里。",
            "This run is not among those of the day.",
            state=run.state,
        )


def _stop_of(db: Session, subject: Subject, day: date, cause: Cause, kind: str) -> Stop:
    stop = find(db, Stop, subject.org_id, _needed(cause.stop_id, "stop_id", "哪一站"))
    _check_going(find(db, Run, subject.org_id, stop.run_id), day)
    if stop.kind != kind or stop.state not in (*OPEN_STOPS, "failed"):
        raise Refused(
            "这一站不是这种情况。", "That is not what can happen at this stop.", state=stop.state
        )
    if stop.state == "failed" and kind == "deliver" and _has_another_try(db, stop):
        raise Refused("这一户已经另有安排。", "This household has another try already.")
    return stop


def _has_another_try(db: Session, stop: Stop) -> bool:
    """Whether what a failed door was to get, given up then, is promised to it again."""
    promised = (
        select(StopItem.id)
        .join(
            Allocation,
            (Allocation.org_id == StopItem.org_id) & (Allocation.id == StopItem.allocation_id),
        )
        .where(
            StopItem.org_id == stop.org_id,
            StopItem.stop_id == stop.id,
            Allocation.state != "dropped",
        )
    )
    return db.scalars(promised.limit(1)).first() is not None


def _lot_recalled(db: Session, subject: Subject, day: date, cause: Cause) -> Told:
    lot = find(db, Lot, subject.org_id, _needed(cause.lot_id, "lot_id", "哪个批次"))
    carried = _to_hand_over(subject.org_id, day).where(Lot.id == lot.id)
    if db.execute(carried.limit(1)).first() is None:
        raise Refused(
            f"这一天的路线上没有“{lot.food}”（{lot.code}）。",
            f"No run of that day carries {lot.food} ({lot.code}).",
        )
    return Told(
        f"{lot.food}（{lot.code}）",
        f"“{lot.food}”（{lot.code}）要召回，不能再发。",
        f"{lot.food} ({lot.code}) is recalled and must not be handed over.",
    )


def lots_under_way(db: Session, org_id: UUID, day: date) -> list[tuple[Lot, int]]:
    """The lots that the day's runs still have to hand over, with the grams; most first."""
    return [(lot, grams) for lot, grams in db.execute(_to_hand_over(org_id, day))]


def _to_hand_over(org_id: UUID, day: date) -> Select[Lot, int]:
    """Lots with their grams at open doors, of the hub's food and of food straight from a donor."""
    carried = (
        select(StopItem.lot_id, StopItem.offer_id, func.sum(StopItem.grams).label("grams"))
        .join(Stop, (Stop.org_id == StopItem.org_id) & (Stop.id == StopItem.stop_id))
        .join(Run, (Run.org_id == Stop.org_id) & (Run.id == Stop.run_id))
        .where(
            StopItem.org_id == org_id,
            StopItem.recipient_id.is_not(None),
            Run.day == day,
            Run.state.in_(GOING),
            Stop.state.in_(OPEN_STOPS),
        )
        .group_by(StopItem.lot_id, StopItem.offer_id)
        .subquery()
    )
    grams = func.sum(carried.c.grams).cast(Integer)
    return (
        select(Lot, grams)
        .join(carried, (carried.c.lot_id == Lot.id) | (carried.c.offer_id == Lot.offer_id))
        .where(Lot.org_id == org_id)
        .group_by(Lot.id)
        .order_by(grams.desc(), Lot.id)
    )
