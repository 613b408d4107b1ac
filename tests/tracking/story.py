"""A gift's story, told row by row through the real ledger: collected, loaded, handed over, closed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.clock import now
from app.core.fields import Point
from app.core.ids import new_id
from app.donors.models import Offer
from app.food import service as food
from app.food.models import Lot
from app.food.service import Transfer
from app.runs.models import Run, Stop, StopItem
from tests.world import World

GRAMS_EACH = 1_000


class Story:
    """One gift that lies in a hub, and the runs that hand it out."""

    def __init__(self, world: World, grams: int = 50_000, donor_id: UUID | None = None) -> None:
        self.world = world
        self.site_id = world.site(donor_id, name="示例江宁店(虚构)")
        self.offer_id = world.offer(self.site_id, grams=grams + 2_000, state="accepted")
        self.hub_id = world.hub(name="示例苏河仓(虚构)")
        self.keeper = world.subject("keeper")
        self.number = 0
        with world.db() as db:
            offer = db.get_one(Offer, self.offer_id)
            hub = food.holder(db, world.org_id, "hub", self.hub_id)
            self.lot_id = food.open_lot(db, self.keeper, grams=grams, to_holder=hub, offer=offer).id
            offer.state = "collected"
            self.code = offer.tracking_code

    def set_out(self, recipients: list[UUID], **fields: Any) -> UUID:
        """A run under way with 1 kg aboard for each recipient; it has loaded."""
        world, at = self.world, now()
        with world.db() as db:
            last = db.scalars(
                select(Run.number).where(Run.org_id == world.org_id).order_by(Run.number.desc())
            ).first()
            run = Run(
                **{
                    "id": new_id(),
                    "org_id": world.org_id,
                    "day": world.today,
                    "number": (last or 0) + 1,
                    "hub_id": self.hub_id,
                    "shape": "distribution",
                    "mode": "ebike",
                    "capacity_grams": 90_000,
                    "capacity_boxes": 30,
                    "begins_at": at,
                    "ends_at": at + timedelta(hours=2),
                    "distance_m": 5_000,
                    "duration_s": 7_200,
                    "state": "under_way",
                    "state_at": at,
                }
                | fields
            )
            db.add(run)
            db.flush()
            self._stop(db, run, 0, "load", None)
            for seq, recipient in enumerate(recipients, start=1):
                self._stop(db, run, seq, "deliver", recipient)
            hub = food.holder(db, world.org_id, "hub", self.hub_id)
            aboard = food.holder(db, world.org_id, "run", run.id)
            grams = GRAMS_EACH * len(recipients)
            if grams:
                loaded = Transfer(self.lot_id, hub, aboard, grams, "loaded")
                food.move_many(db, self.keeper, [loaded])
            return run.id

    def _stop(self, db: Any, run: Run, seq: int, kind: str, recipient: UUID | None) -> None:
        stop = Stop(
            id=new_id(),
            org_id=run.org_id,
            run_id=run.id,
            seq=seq,
            kind=kind,
            hub_id=self.hub_id if kind == "load" else None,
            label="李**",
            street="曹杨新村街道",
            geom=Point(lng=121.4612345, lat=31.2312345).to_geometry(),
            planned_at=run.begins_at,
            window_from=run.begins_at,
            window_until=run.ends_at,
            service_s=180,
            state="done" if kind == "load" else "planned",
            state_at=now(),
        )
        db.add(stop)
        db.flush()
        if recipient is not None:
            db.add(
                StopItem(
                    org_id=run.org_id,
                    stop_id=stop.id,
                    recipient_id=recipient,
                    lot_id=self.lot_id,
                    grams=GRAMS_EACH,
                    outcome="",
                )
            )

    def hand_over(self, run_id: UUID, stops: int | None = None) -> None:
        """The volunteer reaches the next `stops` doors (all of them without a number)."""
        world = self.world
        with world.db() as db:
            query = select(Stop, StopItem).join(StopItem, StopItem.stop_id == Stop.id)
            query = query.where(Stop.run_id == run_id, Stop.state == "planned").order_by(Stop.seq)
            aboard = food.holder(db, world.org_id, "run", run_id)
            for stop, item in db.execute(query.limit(stops)).all():
                stop.state, item.outcome, item.moved_grams = "done", "handed_over", item.grams
                taker = food.holder(db, world.org_id, "recipient", item.recipient_id)
                transfer = Transfer(self.lot_id, aboard, taker, item.grams, "handed_over", stop.id)
                food.move_many(db, self.keeper, [transfer])

    def close(self, run_id: UUID) -> None:
        """The run ends."""
        with self.world.db() as db:
            run = db.get_one(Run, run_id)
            run.state, run.state_at = "completed", now()

    def deliver(self, recipients: list[UUID]) -> UUID:
        """A whole run, from setting out to its end."""
        run = self.set_out(recipients)
        self.hand_over(run)
        self.close(run)
        return run

    def seen(self) -> dict[str, Any]:
        """The public page, as data."""
        answer = self.world.client(None).get(f"/api/v1/tracking/{self.code}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def lot(self) -> Lot:
        """The gift's lot."""
        with self.world.db() as db:
            return db.get_one(Lot, self.lot_id)


def street_of(world: World, households: int, street: str, **fields: Any) -> list[UUID]:
    """Households of one street."""
    return [
        world.household(street=street, lng=121.45 + n / 5000, lat=31.23, **fields)
        for n in range(households)
    ]
