"""The past month's rows, gathered in memory and stored in bulk: thousands, in a few seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core.clock import at_second
from app.core.fields import line_geometry
from app.core.ids import new_id
from app.core.models import Base
from app.demo.loading import point
from app.donors.models import Offer
from app.food.models import Holder, Hub, Lot, Movement
from app.matching.rules import Supply, metres_between
from app.runs.models import CareAlert, Run, Stop, StopItem
from app.volunteers.models import Volunteer

Place = tuple[float, float]  # lng, lat
HOUR_S = 3600
BOX_GRAMS = 10_000
SERVICE_S = 240
# Streets are longer than straight lines; the runs of the past are told roughly.
DETOUR = 1.5
# A lot comes before its movements, a run before its stops.
STORED_IN_ORDER = (Offer, Lot, Holder, Run, Stop, StopItem, CareAlert, Movement)


@dataclass
class Part:
    """Grams of one lot that lie in one hub."""

    lot: UUID
    hub: Hub
    grams: int
    supply: Supply


@dataclass
class Month:
    """Rows gathered so far, and what the hubs hold meanwhile."""

    org_id: UUID
    zone: str
    dice: Random
    source: UUID
    waste: UUID
    hub_holders: dict[UUID, UUID]
    places: dict[UUID, Place]
    last_day: date
    rows: dict[type[Base], list[dict[str, Any]]] = field(default_factory=dict)
    stock: list[Part] = field(default_factory=list)
    runs_of_day: dict[date, int] = field(default_factory=dict)

    def at(self, day: date, second: float) -> datetime:
        """The instant `second` seconds after the day's local midnight."""
        return at_second(day, second, self.zone)

    def add(self, table: type[Base], **columns: Any) -> UUID:
        """Gather one row; its id. Every row of a table must name the same columns."""
        made = new_id()
        self.rows.setdefault(table, []).append({"id": made, "org_id": self.org_id} | columns)
        return made

    def holder(self, kind: str, subject_id: UUID) -> UUID:
        """Gather a holder for a run or a recipient of the past."""
        return self.add(Holder, kind=kind, subject_id=subject_id)

    def move(
        self, lot: UUID, giver: UUID, taker: UUID, grams: int, at: datetime, reason: str,
        stop: UUID | None = None,
    ) -> None:  # fmt: skip
        """Gather one movement; what is gathered first must be possible first."""
        self.add(
            Movement, lot_id=lot, from_holder_id=giver, to_holder_id=taker, grams=grams, at=at,
            reason=reason, stop_id=stop,
        )  # fmt: skip

    def run(
        self, day: date, shape: str, volunteer: Volunteer, hub: Hub, line: Sequence[Place],
        seconds: tuple[float, float],
    ) -> UUID:  # fmt: skip
        """Gather a completed run from and to seconds of the day; its id."""
        number = self.runs_of_day[day] = self.runs_of_day.get(day, 0) + 1
        begins, ends = (self.at(day, second) for second in seconds)
        return self.add(
            Run,
            day=day,
            number=number,
            volunteer_id=volunteer.id,
            hub_id=hub.id,
            shape=shape,
            mode=volunteer.mode,
            vehicle=volunteer.vehicle,
            capacity_grams=volunteer.capacity_grams,
            capacity_boxes=volunteer.capacity_boxes,
            capacity_chilled_boxes=volunteer.capacity_chilled_boxes,
            begins_at=begins,
            ends_at=ends,
            distance_m=int(DETOUR * sum(metres_between(a, b) for a, b in pairwise(line))),
            duration_s=int((ends - begins).total_seconds()),
            travel_source="estimate",
            geometry=line_geometry(list(line)),
            state="completed",
            state_at=ends,
        )

    def stop(
        self, run: UUID, seq: int, kind: str, label: str, place: Place, at: datetime, *,
        street: str = "", state: str = "done", site: UUID | None = None, hub: UUID | None = None,
    ) -> UUID:  # fmt: skip
        """Gather a stop that was driven; its id."""
        return self.add(
            Stop,
            run_id=run,
            seq=seq,
            kind=kind,
            label=label,
            street=street,
            geom=point(place),
            planned_at=at,
            window_from=at - timedelta(hours=3),
            window_until=at + timedelta(hours=3),
            service_s=SERVICE_S,
            state=state,
            state_at=at,
            site_id=site,
            hub_id=hub,
        )

    def item(
        self, stop: UUID, grams: int, *, offer: UUID | None = None, lot: UUID | None = None,
        recipient: UUID | None = None, outcome: str = "handed_over", boxes: int | None = None,
        fed_before: date | None = None,
    ) -> None:  # fmt: skip
        """Gather what a stop took or handed over."""
        self.add(
            StopItem,
            stop_id=stop,
            recipient_id=recipient,
            lot_id=lot,
            offer_id=offer,
            grams=grams,
            boxes=boxes_of(grams) if boxes is None else boxes,
            outcome=outcome,
            moved_grams=grams if outcome == "handed_over" else 0,
            fed_before=fed_before,
        )

    def store(self, db: Session) -> None:
        """Store everything: one statement a table, because each round trip costs."""
        for table in STORED_IN_ORDER:
            if rows := self.rows.get(table):
                db.execute(insert(Base.metadata.tables[table.__tablename__]), rows)


def boxes_of(grams: int) -> int:
    """Boxes that hold so many grams."""
    return -(-grams // BOX_GRAMS)
