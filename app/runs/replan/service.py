"""Verbs on proposals: ask for one, accept it, refuse it."""

from __future__ import annotations

import secrets
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import now
from app.core.find import find
from app.core.ids import new_id
from app.core.problems import Refused
from app.jobs.queue import enqueue
from app.matching import service as matching
from app.runs.models import Run
from app.runs.replan.applying import apply
from app.runs.replan.causes import Cause, told
from app.runs.replan.models import Replan
from app.runs.replan.rules import GOING, OPEN_REPLANS, REPLAN_MOVES, SECONDS
from app.runs.replan.tasks import solve_replan
from app.runs.service import SEEDS

__all__ = ["Cause", "Outdated", "ask", "decide"]


class Outdated(Refused):
    """The runs have gone on since the proposal was worked out."""

    type = "outdated"
    sentence = "算方案的时候，路线又有了变化。请再算一次。"
    sentence_en = "The runs went on while this was worked out. Please ask for it again."


def ask(
    db: Session, subject: Subject, day: date, cause: Cause, *, seconds: float | None = None
) -> Replan:
    """Ask for another rest of `day`; a job works it out, an open proposal gives way to it.

    Raises NotFound, Malformed, and Refused when nobody is on the way that day.
    """
    if day < subject.today:
        raise Refused("这一天已经过去了。", "That day is over.")
    matching.take_turns(db, subject.org_id)  # two who click at once ask one after the other
    going = select(Run.id).where(Run.org_id == subject.org_id, Run.day == day, Run.state.in_(GOING))
    if db.scalars(going.limit(1)).first() is None:
        raise Refused(
            "这一天没有已发布的路线，不用重排。",
            "No run of that day is published; nothing to re-plan.",
        )
    happened = told(db, subject, day, cause)
    _give_way(db, subject, day)
    replan = Replan(
        id=new_id(),
        org_id=subject.org_id,
        day=day,
        cause=cause.word,
        about=cause.to_dict() | {"label": happened.label},
        sentence_zh=happened.zh,
        sentence_en=happened.en,
        state_at=now(),
        state_by_id=subject.person_id,
        seconds=seconds or SECONDS,
        seed=secrets.randbelow(SEEDS),
    )
    db.add(replan)
    db.flush()
    replan.job_id = enqueue(
        db,
        solve_replan,
        lock=f"replan {subject.org_id}",
        org_id=str(subject.org_id),
        replan_id=str(replan.id),
    )
    record(
        db, subject.org_id, subject.person_id, "asked_for_replan", ("replan", replan.id),
        cause=cause.word, day=str(day),
    )  # fmt: skip
    return replan


def _give_way(db: Session, subject: Subject, day: date) -> None:
    """Only one proposal of a day is open: what was asked before is out of date."""
    query = select(Replan).where(
        Replan.org_id == subject.org_id, Replan.day == day, Replan.state.in_(OPEN_REPLANS)
    )
    for old in db.scalars(query.with_for_update(key_share=True)):
        REPLAN_MOVES.apply(old, "outdate", by=subject.person_id, at=now())
    db.flush()


def decide(db: Session, subject: Subject, replan_id: UUID, *, accept: bool) -> Replan:
    """Accept or refuse a proposal. Raises Refused when it is decided already.

    A proposal whose runs have gone on meanwhile comes back in the state "outdated"; then nothing
    else has changed.
    """
    if accept:  # food given up is open again: whoever divides the day waits
        matching.take_turns(db, subject.org_id)
    replan = find(db, Replan, subject.org_id, replan_id, lock=True)
    if not accept:
        REPLAN_MOVES.apply(replan, "refuse", by=subject.person_id, at=now())
    elif replan.state != "outdated":
        verb = "accept" if replan.state != "proposed" or apply(db, subject, replan) else "outdate"
        REPLAN_MOVES.apply(replan, verb, by=subject.person_id, at=now())
    record(db, subject.org_id, subject.person_id, f"replan_{replan.state}", ("replan", replan.id))
    return replan
