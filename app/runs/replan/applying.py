"""An accepted proposal becomes what people drive: done stops stay, the rest is made anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.clock import at_second, now
from app.core.ids import new_id
from app.donors.models import Offer
from app.food import service as food
from app.food.models import Lot
from app.runs.cargo import not_handed_over
from app.runs.models import CareAlert, Run, Stop
from app.runs.replan.causes import Cause
from app.runs.replan.chores import Rest
from app.runs.replan.gathering import rest_of
from app.runs.replan.lists import NewList
from app.runs.replan.models import Replan
from app.runs.replan.reading import read
from app.runs.replan.writing import Lists
from app.runs.rules import OPEN_STOPS, STOP_MOVES
from app.runs.service import move_run
from app.runs.store import next_number
from app.runs.taking_over import close_if_empty
from app.runs.ways import lay_again

PAST_S = 15 * 60
"""A list that was to begin longer ago than this is out of date."""


def apply(db: Session, subject: Subject, replan: Replan) -> bool:
    """Make the proposal real, in the caller's transaction; False when it is out of date.

    Out of date: a run whose list would change has gone on, a helper is not free by now, or a list
    begins in the past. Runs
    that the proposal leaves as they are may go on meanwhile; on a day with a dozen of them
    somebody confirms a stop every minute.
    """
    lists = [NewList.from_dict(raw) for raw in replan.after]
    ids = sorted(found.run_id for found in lists if found.run_id)
    query = select(Run).where(Run.org_id == subject.org_id, Run.id.in_(ids)).order_by(Run.id)
    locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    runs = {run.id: run for run in db.scalars(locked)}
    cause = Cause.from_dict(replan.cause, replan.about)
    rest = rest_of(read(db, subject.org_id, replan.day, subject.zone, cause), cause)
    if not _is_fresh(replan, rest, lists):
        return False
    _Applying(db, subject, replan, rest, runs).all(lists)
    return True


def _is_fresh(replan: Replan, rest: Rest, lists: list[NewList]) -> bool:
    for found in lists:
        if found.run_id is not None:
            run = rest.now.run(found.run_id)
            if run is None or run.versions() != replan.versions.get(str(run.id)):
                return False
    if any(_is_past(rest, found) for found in lists):
        return False
    # A helper has a run of their own by now, or is no volunteer any more.
    helpers = {found.volunteer_id for found in lists if found.run_id is None}
    if helpers - {driver.volunteer_id for driver in rest.now.helpers}:
        return False
    # A household that is served no more, an offer that fell through: no stop's version says so.
    wanted = {id_ for found in lists for stop in found.stops for id_ in stop.chores}
    return wanted <= rest.chores.keys()


def _is_past(rest: Rest, found: NewList) -> bool:
    """Whether its volunteer should have set off for it long ago: nobody can drive it in time."""
    if not found.stops:
        return False
    run = rest.now.run(found.run_id)
    is_on_the_way = run is not None and run.is_under_way  # its departure is of this morning
    begins_s = found.stops[0].start_s if is_on_the_way else found.depart_s
    return begins_s < rest.now.now_s - PAST_S


class _Applying:
    """One proposal being written down."""

    def __init__(
        self,
        db: Session,
        subject: Subject,
        replan: Replan,
        rest: Rest,
        runs: Mapping[UUID, Run],
    ) -> None:
        self.db, self.subject, self.replan, self.rest = db, subject, replan, rest
        self.runs = runs
        self.lists = Lists(db, subject, rest, list(runs))

    def all(self, lists: list[NewList]) -> None:
        """Write every list, give up what is left over, close what has nothing left."""
        self._about()
        written = [(found, self._run_of(found)) for found in lists]
        for found, run in written:
            self.lists.write(run, found)
        self.lists.give_up(self._reasons())
        self.db.flush()
        for found, run in written:
            self._after(run, found)
        self._no_more_to_fetch()
        self.db.flush()

    def _reasons(self) -> dict[UUID, str]:
        """Why a household gets nothing today, by its id; none where the donor simply had nothing."""
        if self.rest.cause.word == "nothing_to_collect":
            return {}
        rows = [row for row in self.replan.unserved if row["subject"] == "recipient"]
        return {UUID(row["id"]): row["zh"] for row in rows}

    def _run_of(self, found: NewList) -> Run:
        if found.run_id is not None:
            return self.runs[found.run_id]
        driver = next(d for d in self.rest.now.helpers if d.volunteer_id == found.volunteer_id)
        run = Run(
            id=new_id(),
            org_id=self.subject.org_id,
            day=self.replan.day,
            number=next_number(self.db, self.subject.org_id, self.replan.day),
            volunteer_id=driver.volunteer_id,
            shape="mixed",
            mode=driver.mode.value,
            vehicle=driver.vehicle,
            capacity_grams=driver.capacity.grams,
            capacity_boxes=driver.capacity.boxes,
            capacity_chilled_boxes=driver.capacity.chilled_boxes,
            begins_at=self._at(found.depart_s),
            ends_at=self._at(found.end_s),
            distance_m=found.distance_m,
            duration_s=found.end_s - found.depart_s,
            state="published",
            state_at=now(),
            state_by_id=self.subject.person_id,
        )
        self.db.add(run)
        self.db.flush()
        return run

    def _at(self, second: float) -> Any:
        return at_second(self.replan.day, second, self.rest.now.zone)

    def _after(self, run: Run, found: NewList) -> None:
        """What the run says about itself now; without stops it is cancelled or closed."""
        db, subject = self.db, self.subject
        if found.stops:
            if run.state != "under_way":
                run.begins_at = self._at(found.depart_s)
            run.ends_at = self._at(found.end_s)
            run.distance_m = found.distance_m
            run.duration_s = max(0, int((run.ends_at - run.begins_at).total_seconds()))
            run.hub_id = next((s.hub_id for s in found.stops if s.hub_id), None) or run.hub_id
            ends = None
            if found.run_id is None:
                helpers = self.rest.now.helpers
                ends = next((d.start, d.end) for d in helpers if d.volunteer_id == run.volunteer_id)
            lay_again(db, run, ends)
        run.version += 1
        record(
            db, subject.org_id, subject.person_id, "replanned", ("run", run.id),
            replan_id=str(self.replan.id), cause=self.replan.cause,
        )  # fmt: skip
        if found.stops or self._has_open_stops(run):
            return
        if run.state == "under_way":
            if run.id == self.rest.out_id:
                close_if_empty(db, subject, run)
        else:
            move_run(db, subject, run, "cancel")

    def _has_open_stops(self, run: Run) -> bool:
        query = select(Stop.id).where(
            Stop.org_id == run.org_id, Stop.run_id == run.id, Stop.state.in_(OPEN_STOPS)
        )
        return self.db.scalars(query.limit(1)).first() is not None

    def _about(self) -> None:
        """What happened is written down where it happened."""
        cause = self.rest.cause
        if cause.word == "lot_recalled" and cause.lot_id is not None:
            if self.db.get_one(Lot, cause.lot_id).state == "released":
                food.change_lot(self.db, self.subject, cause.lot_id, "hold", reason="recalled")
        elif cause.word == "nothing_to_collect" and cause.stop_id is not None:
            self._fail(cause.stop_id, "not_ready", whose=False)
        elif cause.word == "not_home" and cause.stop_id is not None:
            # A door that nobody has been to yet simply gets a later time.
            stop = self.lists.open.get(cause.stop_id)
            if stop is not None and stop.state == "arrived":
                self._fail(cause.stop_id, "not_home", whose=True)

    def _fail(self, stop_id: UUID, outcome: str, *, whose: bool) -> None:
        """The stop has failed, unless its volunteer has said so already; somebody follows it up."""
        stop = self.lists.is_over(stop_id)
        if stop is None:
            return
        STOP_MOVES.apply(stop, "fail", by=self.subject.person_id, at=now())
        stop.version += 1
        people = set()
        for item in self.lists.items_at(stop_id):
            item.outcome, item.moved_grams = outcome, 0
            people.add(item.recipient_id)
        for recipient_id in people if whose else {None}:
            self.db.add(
                CareAlert(
                    org_id=stop.org_id,
                    recipient_id=recipient_id,
                    stop_id=stop.id,
                    reason=outcome,
                    note=self.replan.sentence_zh,
                )
            )

    def _no_more_to_fetch(self) -> None:
        """Nobody fetches from the site that has nothing: its offers are missed."""
        cause = self.rest.cause
        if cause.word != "nothing_to_collect" or cause.stop_id is None:
            return
        stop = self.db.get_one(Stop, cause.stop_id)
        run = self.db.get_one(Run, stop.run_id)
        ids = sorted({item.offer_id for item in self.lists.items_at(stop.id) if item.offer_id})
        for offer_id in ids:
            offer = self.db.get_one(Offer, offer_id)
            not_handed_over(self.db, self.subject, run, stop, offer)
