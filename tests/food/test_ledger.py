"""Grams never vanish: who takes, who waits, what is refused, and what nobody may rewrite."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from app.core.ids import new_id
from app.core.problems import NotFound, Refused
from app.core.tenancy import enter_organisation
from app.donors.models import Offer
from app.food import service
from app.food.models import Movement
from app.food.service import AlreadyReversed, NotEnough, NotFitToEat, Transfer
from tests.database import LentDatabase
from tests.food.lots import grams_at, imbalance, make_lot
from tests.world import World

TAKERS, PORTION, STOCK = 50, 3_000, 10_000


def test_fifty_who_take_3_kg_from_10_kg_at_once_are_served_thrice(
    world: World, database: LentDatabase
) -> None:
    lot_id, hub_id = make_lot(world, STOCK)
    households = [world.household() for _ in range(TAKERS)]
    # Their own connections, all open together: the application's pool would queue most of them.
    takers = create_engine(database.url, poolclass=NullPool)
    together = threading.Barrier(TAKERS)

    def take(household_id: UUID) -> int:
        """3 kg, or the grams that the refusal names."""
        with Session(takers) as db:
            enter_organisation(db, world.org_id)
            here = service.holder(db, world.org_id, "hub", hub_id)
            eater = service.holder(db, world.org_id, "recipient", household_id)
            together.wait(timeout=60)
            try:
                service.move(
                    db, world.subject("volunteer"), lot_id=lot_id, from_holder=here,
                    to_holder=eater, grams=PORTION, reason="delivered",
                )  # fmt: skip
            except NotEnough as refusal:
                return int(refusal.extra["available_grams"])
            db.commit()
            return PORTION

    with ThreadPoolExecutor(TAKERS) as pool:
        outcomes = list(pool.map(take, households))

    assert sorted(outcomes) == [1_000] * (TAKERS - 3) + [PORTION] * 3
    with world.db() as db:
        assert grams_at(db, world, lot_id) == {
            "source": -STOCK, "hub": 1_000, "recipient": 3 * PORTION,
        }  # fmt: skip
        assert imbalance(db) == []


def test_two_who_need_the_same_lots_in_opposite_order_never_wait_crosswise(
    world: World, database: LentDatabase
) -> None:
    lots = [make_lot(world, 100_000) for _ in range(2)]
    takers = create_engine(database.url, poolclass=NullPool)

    def take(turn: int) -> None:
        order = lots if turn % 2 else lots[::-1]
        with Session(takers) as db:
            enter_organisation(db, world.org_id)
            waste = service.holder(db, world.org_id, "waste")
            transfers = [
                Transfer(
                    lot_id,
                    service.holder(db, world.org_id, "hub", hub_id),
                    waste,
                    100,
                    "waste: 测试",
                )
                for lot_id, hub_id in order
            ]
            service.move_many(db, world.subject("keeper"), transfers)
            db.commit()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(take, range(32)))
    with world.db() as db:
        assert [grams_at(db, world, lot_id)["waste"] for lot_id, _ in lots] == [3_200, 3_200]
        assert imbalance(db) == []


def test_many_who_ask_for_a_holder_at_once_get_the_same_one(
    world: World, database: LentDatabase
) -> None:
    takers = create_engine(database.url, poolclass=NullPool)
    together = threading.Barrier(12)

    def ask(_: int) -> UUID:
        with Session(takers) as db:
            enter_organisation(db, world.org_id)
            together.wait(timeout=60)
            found = service.holder(db, world.org_id, "waste").id
            db.commit()
            return found

    with ThreadPoolExecutor(12) as pool:
        assert len(set(pool.map(ask, range(12)))) == 1


HOLDERS = ("hub", "run", "recipient", "waste", "sample", "returned", "count_difference")
moving = st.tuples(
    st.sampled_from(("source", *HOLDERS)), st.sampled_from(HOLDERS), st.integers(1, 12_000)
)
taking_back = st.integers(0, 40)


class Bookkeeping:
    """Our own count of one lot's grams beside the ledger's."""

    def __init__(self, db: Session, world: World) -> None:
        self.lot_id, hub_id = make_lot(world, STOCK)
        self.db, self.keeper = db, world.subject("keeper")
        subjects = {"hub": hub_id, "run": new_id(), "recipient": new_id()}
        self.places = {
            kind: service.holder(db, world.org_id, kind, subjects.get(kind))
            for kind in ("source", *HOLDERS)
        }
        self.kept = {"source": -STOCK, "hub": STOCK}
        self.done: list[tuple[Movement, str, str]] = []

    def move(self, giver: str, taker: str, grams: int) -> None:
        """Move, or see it refused because our own count says so."""
        if giver == taker:
            return
        self._try(
            giver, taker, grams,
            lambda: service.move(
                self.db, self.keeper, lot_id=self.lot_id, from_holder=self.places[giver],
                to_holder=self.places[taker], grams=grams, reason="test",
            ),
        )  # fmt: skip

    def take_back(self, which: int) -> None:
        """Take a movement back, once; a mirror image stays."""
        if not self.done:
            return
        movement, giver, taker = self.done[which % len(self.done)]
        if movement.reverses_id is not None:
            with pytest.raises(Refused):
                service.reverse(self.db, self.keeper, movement)
        elif any(other.reverses_id == movement.id for other, _, _ in self.done):
            with pytest.raises(AlreadyReversed):
                service.reverse(self.db, self.keeper, movement)
        else:
            self._try(
                taker, giver, movement.grams,
                lambda: service.reverse(self.db, self.keeper, movement),
            )  # fmt: skip

    def _try(self, giver: str, taker: str, grams: int, make: Callable[[], Movement]) -> None:
        available = self.kept.get(giver, 0)
        if giver != "source" and available < grams:
            with pytest.raises(NotEnough) as refusal:
                make()
            assert refusal.value.extra["available_grams"] == available
            return
        self.done.append((make(), giver, taker))
        self.kept[giver] = available - grams
        self.kept[taker] = self.kept.get(taker, 0) + grams


@given(st.lists(st.one_of(moving, taking_back), max_size=25))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_moved_what_came_in_is_somewhere(world: World, tries: list[Any]) -> None:
    with world.db() as db:
        book = Bookkeeping(db, world)
        for step in tries:
            if isinstance(step, int):
                book.take_back(step)
            else:
                book.move(*step)
            held = grams_at(db, world, book.lot_id)
            assert {kind: grams for kind, grams in held.items() if grams} == {
                kind: grams for kind, grams in book.kept.items() if grams
            }
            assert all(grams >= 0 for kind, grams in held.items() if kind != "source")
            assert -held["source"] == sum(held[kind] for kind in held if kind != "source")
        assert imbalance(db) == []


def test_a_run_that_collects_opens_a_lot_as_it_was_announced(world: World) -> None:
    offer_id = world.offer(state="accepted", food="酸奶", storage_class="chilled")
    with world.db() as db:
        aboard = service.holder(db, world.org_id, "run", new_id())
        offer = db.get_one(Offer, offer_id)
        lot = service.open_lot(
            db, world.subject("volunteer"), grams=12_600, to_holder=aboard, offer=offer
        )
        assert (lot.food, lot.storage_class, lot.offer_id) == ("酸奶", "chilled", offer_id)
        assert grams_at(db, world, lot.id) == {"source": -12_600, "run": 12_600}
        with pytest.raises(ValueError, match="offer or has its facts"):
            service.open_lot(db, world.subject("volunteer"), grams=1, to_holder=aboard)


def test_several_moves_are_all_made_or_none(world: World) -> None:
    lot_id, hub_id = make_lot(world, 5_000)
    with world.db() as db:
        here = service.holder(db, world.org_id, "hub", hub_id)
        waste = service.holder(db, world.org_id, "waste")
        twice = [Transfer(lot_id, here, waste, 3_000, "waste: 测试")] * 2
        with pytest.raises(NotEnough) as refusal:
            service.move_many(db, world.subject("keeper"), twice)
        assert refusal.value.zh == "这批只剩 2.0 kg。"
        assert grams_at(db, world, lot_id) == {"source": -5_000, "hub": 5_000}


def test_a_taken_back_movement_restores_what_was(world: World) -> None:
    lot_id, hub_id = make_lot(world, 5_000)
    with world.db() as db:
        here = service.holder(db, world.org_id, "hub", hub_id)
        eater = service.holder(db, world.org_id, "recipient", world.household())
        volunteer = world.subject("volunteer")
        given_out = service.move(
            db, volunteer, lot_id=lot_id, from_holder=here, to_holder=eater,
            grams=2_000, reason="delivered",
        )  # fmt: skip
        mirror = service.reverse(db, volunteer, given_out)
        assert (mirror.reverses_id, mirror.grams) == (given_out.id, 2_000)
        assert grams_at(db, world, lot_id)["hub"] == 5_000
        with pytest.raises(AlreadyReversed):
            service.reverse(db, volunteer, given_out)


@pytest.mark.parametrize(
    ("state", "days", "zh"),
    [("on_hold", 30, "这批食物已暂停发放。"), ("released", -1, "这批食物过了保质期，不能发放。")],
)
def test_food_that_is_held_back_or_too_old_reaches_nobody_but_may_be_thrown_away(
    world: World, state: str, days: int, zh: str
) -> None:
    lot_id, hub_id = make_lot(world, 5_000, best_before=world.today + timedelta(days=days))
    keeper = world.subject("keeper")
    with world.db() as db:
        if state == "on_hold":
            service.change_lot(db, keeper, lot_id, "hold", reason="包装破了")
        here = service.holder(db, world.org_id, "hub", hub_id)
        for kind in ("recipient", "run", "box"):
            taker = service.holder(db, world.org_id, kind, new_id())
            with pytest.raises(NotFitToEat) as refusal:
                service.move(
                    db, keeper, lot_id=lot_id, from_holder=here, to_holder=taker,
                    grams=1_000, reason="delivered",
                )  # fmt: skip
            assert refusal.value.zh == zh
        waste = service.holder(db, world.org_id, "waste")
        service.move(
            db, keeper, lot_id=lot_id, from_holder=here, to_holder=waste,
            grams=1_000, reason="waste: 过期",
        )  # fmt: skip
        assert grams_at(db, world, lot_id)["waste"] == 1_000


def test_a_lot_of_another_organisation_cannot_be_moved(world: World, other_world: World) -> None:
    lot_id, _ = make_lot(world, 5_000)
    with other_world.db() as db:
        source = service.holder(db, other_world.org_id, "source")
        waste = service.holder(db, other_world.org_id, "waste")
        transfer = Transfer(lot_id, source, waste, 1, "waste: 测试")
        with pytest.raises(NotFound):
            service.move_many(db, other_world.subject("keeper"), [transfer])
