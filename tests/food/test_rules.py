"""The stock's rules, without a database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from app.food import rules
from app.food.models import HOLDER_KINDS

DAY = date(2026, 11, 22)


def test_a_lot_code_tells_the_day_it_came() -> None:
    assert rules.lot_code(DAY, "7K3M") == "L261122-7K3M"


def test_food_is_good_on_its_last_day_and_not_the_day_after() -> None:
    assert rules.unfit_to_eat("released", DAY, DAY) is None
    assert rules.unfit_to_eat("released", DAY, DAY + timedelta(days=1)) == rules.PAST_ITS_DATE
    assert rules.days_left(DAY, DAY + timedelta(days=1)) == -1


@pytest.mark.parametrize("state", ["on_hold", "quarantined", "recalled", "expired"])
def test_only_released_lots_are_given_out(state: str) -> None:
    assert rules.unfit_to_eat(state, DAY, DAY) == rules.HELD_BACK


def test_only_the_source_may_owe() -> None:
    for kind in HOLDER_KINDS:
        assert rules.is_short(kind, 2, 1) == (kind != "source")
        assert not rules.is_short(kind, 1, 1)


def test_packing_and_loading_at_a_hub_is_for_eating_but_bringing_food_in_is_not() -> None:
    assert rules.goes_to_eat("hub", "run")
    assert rules.goes_to_eat("hub", "box")
    assert rules.goes_to_eat("run", "recipient")
    assert not rules.goes_to_eat("source", "run")
    assert not rules.goes_to_eat("run", "hub")
    assert not rules.goes_to_eat("hub", "waste")


def test_every_purpose_of_a_keeper_leads_to_a_known_holder() -> None:
    for from_kind, to_kind in rules.PURPOSES.values():
        assert {from_kind, to_kind} <= set(HOLDER_KINDS)


def test_grams_are_said_in_kilograms() -> None:
    assert rules.kilograms(1_234_560) == "1,234.6"
