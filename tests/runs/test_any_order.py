"""Whatever a volunteer taps, in whatever order: the ledger and the register stay right."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.core.problems import Problem
from app.matching.models import Allocation
from app.recipients.models import Recipient
from app.runs import driving, taking_back
from app.runs.driving import Confirmation
from app.runs.models import Stop, StopItem
from tests.food.lots import imbalance
from tests.runs.road import PORTION, Road, hub_road, on_run, rescue_road
from tests.world import World

taps = st.tuples(
    st.sampled_from(("confirm", "confirm", "weigh", "fail", "take back", "give back")),
    st.integers(0, 4),
    st.integers(0, 2 * PORTION),
)
PLENTY = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def tap(db: Session, road: Road, doing: str, stop_id: UUID, grams: int) -> None:
    """One tap of the volunteer; what is refused changes nothing."""
    subject = road.world.subject("volunteer")
    items = db.scalars(select(StopItem.id).where(StopItem.stop_id == stop_id)).all()
    with suppress(Problem), db.begin_nested():
        if doing == "confirm":
            driving.confirm(db, subject, stop_id, Confirmation())
        elif doing == "weigh":
            said = Confirmation(grams=dict.fromkeys(items, grams))
            driving.confirm(db, subject, stop_id, said)
        elif doing == "fail":
            driving.confirm(db, subject, stop_id, Confirmation(outcome="not_home"))
        elif doing == "take back":
            taking_back.take_back(db, subject, stop_id)
        else:
            driving.give_back(db, subject, road.run_id, road.hub_id)
    db.expire_all()


def moved(db: Session, road: Road, kind: str) -> int:
    """Grams that the finished stops of this kind say they moved."""
    query = select(StopItem.moved_grams).join(Stop, Stop.id == StopItem.stop_id)
    found = query.where(Stop.run_id == road.run_id, Stop.kind == kind, Stop.state == "done")
    return sum(grams or 0 for grams in db.scalars(found))


def check(db: Session, road: Road, before: date) -> None:
    assert imbalance(db) == []
    faults = text("SELECT count(*) FROM balance WHERE grams < 0 AND NOT may_owe")
    assert db.scalar(faults) == 0
    whole = text(
        "SELECT lot_id FROM balance WHERE org_id = :o GROUP BY lot_id HAVING sum(grams) <> 0"
    )
    assert db.execute(whole, {"o": road.world.org_id}).all() == []
    taken, given_out = (
        moved(db, road, "load") + moved(db, road, "collect"),
        moved(db, road, "deliver"),
    )
    assert 0 <= on_run(db, road.run_id) <= taken - given_out
    for door in set(road.doors):
        assert db.get_one(Recipient, door).last_food_on == (
            road.world.today if is_fed(db, door) else before
        )
    check_allocations(db, road)


def is_fed(db: Session, door: UUID) -> bool:
    query = select(StopItem.id).join(Stop, Stop.id == StopItem.stop_id)
    return bool(
        db.scalars(
            query.where(
                StopItem.recipient_id == door, Stop.state == "done", StopItem.moved_grams > 0
            )
        ).all()
    )


def check_allocations(db: Session, road: Road) -> None:
    """done with grams, dropped without, else loaded or planned as the food lies."""
    query = (
        select(Allocation.state, Stop.state, StopItem.moved_grams, StopItem.lot_id)
        .join(StopItem, StopItem.allocation_id == Allocation.id)
        .join(Stop, Stop.id == StopItem.stop_id)
        .where(Stop.run_id == road.run_id)
    )
    loads = select(Stop.state).where(Stop.run_id == road.run_id, Stop.kind == "load")
    is_loaded = db.scalar(loads) == "done"
    for state, stop_state, grams, lot_id in db.execute(query):
        if stop_state == "done":
            assert state == ("done" if grams else "dropped")
        elif stop_state == "failed":
            assert state == "dropped"
        else:
            assert state == ("loaded" if is_loaded and lot_id else "planned")


def walk(db: Session, road: Road, tapped: list[Any]) -> None:
    before = road.world.today - timedelta(days=9)
    for door in set(road.doors):
        db.get_one(Recipient, door).last_food_on = before
    db.flush()
    stops = [stop_id for ids in road.stops.values() for stop_id in ids]
    for doing, number, grams in tapped:
        tap(db, road, doing, stops[number % len(stops)], grams)
        check(db, road, before)


@given(st.lists(taps, max_size=14))
@settings(max_examples=20, deadline=None, suppress_health_check=PLENTY)
def test_hub_food_is_always_where_the_stops_say(world: World, tapped: list[Any]) -> None:
    road = hub_road(world, doors=3)
    with world.db() as db:
        # the third door is the first household again, with a second allocation
        item = db.scalars(select(StopItem).where(StopItem.recipient_id == road.doors[2])).one()
        promise = db.get_one(Allocation, item.allocation_id)
        item.recipient_id = promise.recipient_id = road.doors[0]
        road.doors[2] = road.doors[0]
        db.flush()
        walk(db, road, tapped)


@given(st.lists(taps, max_size=14))
@settings(max_examples=20, deadline=None, suppress_health_check=PLENTY)
def test_rescued_food_is_always_where_the_stops_say(world: World, tapped: list[Any]) -> None:
    road = rescue_road(world, doors=2, unload=True)
    with world.db() as db:
        walk(db, road, tapped)
        (state,) = db.execute(select(Stop.state).where(Stop.id == road.stops["collect"][0])).one()
        expected = {"done": "collected", "failed": "missed"}.get(state, "accepted")
        query = text("SELECT state FROM offer WHERE id = :id")
        assert db.scalar(query, {"id": road.offer_id}) == expected
