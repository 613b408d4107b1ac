"""A run as a day's plan leaves it, made row by row: fast, and with the values a test asserts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.core.clock import now
from app.core.fields import Point
from app.core.ids import new_id
from app.matching.models import Allocation
from app.recipients.models import Recipient
from app.runs.models import Run, Stop, StopItem
from app.runs.rules import STOP_KINDS
from tests.food.lots import make_lot
from tests.world import World

PORTION = 4_000


@dataclass
class Road:
    """A claimed run of the volunteer: hub food for some doors, rescued food for others."""

    world: World
    run_id: UUID
    hub_id: UUID
    lot_id: UUID | None
    offer_id: UUID | None
    doors: list[UUID]
    stops: dict[str, list[UUID]] = field(default_factory=dict)
    phone: TestClient = field(init=False)

    def __post_init__(self) -> None:
        """Sign the volunteer in."""
        self.phone = self.world.client("volunteer")

    def ask(self, kind: str, number: int, verb: str, **body: Any) -> Response:
        """Send one step of the number-th stop of a kind."""
        path = f"/api/v1/stops/{self.stops[kind][number]}/{verb}"
        return self.phone.post(path, json=None if verb == "take-back" else body)

    def confirm(self, kind: str, number: int = 0, **body: Any) -> Response:
        return self.ask(kind, number, "confirm", **body)

    def weighed(self, kind: str, number: int, grams: int) -> Response:
        """Confirm with this weight for each item of the stop."""
        with self.world.db() as db:
            query = select(StopItem.id).where(StopItem.stop_id == self.stops[kind][number])
            items = [str(found) for found in db.scalars(query)]
        return self.confirm(kind, number, weighed=[{"item_id": i, "grams": grams} for i in items])

    def take_back(self, kind: str, number: int = 0) -> Response:
        return self.ask(kind, number, "take-back")

    def end(self, verb: str, **body: Any) -> Response:
        """Send a step of the whole run."""
        return self.phone.post(f"/api/v1/runs/{self.run_id}/{verb}", json=body or None)

    def aboard(self) -> int:
        with self.world.db() as db:
            return on_run(db, self.run_id)

    def allocations(self) -> list[str]:
        """The states of the doors' allocations, in the doors' order."""
        with self.world.db() as db:
            query = select(Allocation).where(Allocation.org_id == self.world.org_id)
            states = {row.recipient_id: row.state for row in db.scalars(query)}
        return [states[door] for door in self.doors]

    def last_food(self) -> list[date | None]:
        with self.world.db() as db:
            return [db.get_one(Recipient, door).last_food_on for door in self.doors]

    def offer_state(self) -> str:
        with self.world.db() as db:
            query = text("SELECT state FROM offer WHERE id = :id")
            return str(db.scalar(query, {"id": self.offer_id}))


def on_run(db: Session, run_id: UUID) -> int:
    query = text(
        "SELECT coalesce(sum(b.grams), 0) FROM balance b JOIN holder h ON h.id = b.holder_id "
        "WHERE h.kind = 'run' AND h.subject_id = :run"
    )
    return int(db.scalar(query, {"run": run_id}) or 0)


def ledger_faults(world: World) -> list[Any]:
    """What must always be empty: imbalances, and holders below zero that may not owe."""
    with world.db() as db:
        below = text("SELECT * FROM balance WHERE grams < 0 AND NOT may_owe")
        return [*db.execute(text("SELECT * FROM imbalance")), *db.execute(below)]


def hub_road(world: World, doors: int = 2, *, stock: int = 50_000, **run: Any) -> Road:
    """One hub, one lot, a load stop and so many doors with 4 kg each."""
    lot_id, hub_id = make_lot(world, stock)
    homes = [world.household(lng=121.46 + n / 100) for n in range(doors)]
    road = Road(world, _run(world, hub_id, **run), hub_id, lot_id, None, homes)
    _add(road, "load", [(None, lot_id, None, PORTION * doors)], hub_id=hub_id)
    for home in homes:
        _add(road, "deliver", [(home, lot_id, None, PORTION)])
    return road


def rescue_road(
    world: World, doors: int = 2, *, offer_id: UUID | None = None, unload: bool = False, **run: Any
) -> Road:
    """One offer, a collect stop and so many doors with 4 kg each; or all of it for the hub."""
    hub_id = world.hub()
    offer_id = offer_id or world.offer(state="accepted", grams=20_000)
    homes = [world.household(lng=121.46 + n / 100) for n in range(doors)]
    road = Road(world, _run(world, hub_id, **run), hub_id, None, offer_id, homes)
    _add(road, "collect", [(None, None, offer_id, PORTION * max(1, doors))])
    for home in homes:
        _add(road, "deliver", [(home, None, offer_id, PORTION)])
    if unload:
        _add(road, "unload", [(None, None, offer_id, PORTION)], hub_id=hub_id)
    return road


def own_profile(world: World) -> UUID:
    """The volunteer's profile, made once."""
    person = world.people["volunteer"]
    with world.db() as db:
        query = text("SELECT id FROM volunteer WHERE person_id = :person LIMIT 1")
        known = db.scalar(query, {"person": person})
    return known or world.volunteer("volunteer")


def _run(world: World, hub_id: UUID, **fields: Any) -> UUID:
    at, volunteer_id = now(), own_profile(world)
    with world.db() as db:
        number = (db.scalar(select(func.max(Run.number)).filter_by(org_id=world.org_id)) or 0) + 1
        defaults: dict[str, Any] = {
            "id": new_id(), "org_id": world.org_id, "day": world.today, "number": number,
            "volunteer_id": volunteer_id, "hub_id": hub_id, "shape": "distribution",
            "mode": "ebike", "capacity_grams": 60_000, "capacity_boxes": 20, "begins_at": at,
            "ends_at": at + timedelta(hours=2), "distance_m": 1000, "duration_s": 7200,
            "state": "claimed", "state_at": at,
        }  # fmt: skip
        run = Run(**defaults | fields)
        db.add(run)
        db.flush()
        return run.id


Part = tuple[UUID | None, UUID | None, UUID | None, int]


def _add(road: Road, kind: str, parts: Sequence[Part], *, hub_id: UUID | None = None) -> None:
    assert kind in STOP_KINDS
    at, world = now(), road.world
    seq = sum(len(ids) for ids in road.stops.values()) + 1
    with world.db() as db:
        stop = Stop(
            id=new_id(), org_id=world.org_id, run_id=road.run_id, seq=seq, kind=kind,
            hub_id=hub_id, label="李**", street="曹杨新村街道",
            geom=Point(lng=121.461234, lat=31.231234).to_geometry(), planned_at=at,
            window_from=at, window_until=at, service_s=60, state_at=at,
        )  # fmt: skip
        db.add(stop)
        db.flush()
        for recipient_id, lot_id, offer_id, grams in parts:
            shared = {"org_id": world.org_id, "lot_id": lot_id, "offer_id": offer_id}
            allocation_id = None
            if recipient_id is not None:
                allocation_id = new_id()
                promise = Allocation(
                    id=allocation_id, day=world.today, recipient_id=recipient_id, grams=grams,
                    rank=1, state="planned", **shared,
                )  # fmt: skip
                db.add(promise)
                db.flush()
            db.add(
                StopItem(
                    stop_id=stop.id,
                    recipient_id=recipient_id,
                    allocation_id=allocation_id,
                    grams=grams,
                    **shared,
                )
            )
        road.stops.setdefault(kind, []).append(stop.id)
