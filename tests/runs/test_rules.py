"""Squares and days, without a database."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.runs.rules import SQUARE_DEG, handed_over_on, in_square, last_fed

DAY = date(2026, 11, 23)


@given(st.floats(-179, 179), st.floats(-85, 85))
def test_a_square_tells_the_place_to_half_its_side_and_stays_where_it_is(
    lng: float, lat: float
) -> None:
    shown = in_square(lng, lat)
    assert abs(shown[0] - lng) <= SQUARE_DEG / 2 + 1e-6
    assert abs(shown[1] - lat) <= SQUARE_DEG / 2 + 1e-6
    assert in_square(*shown) == shown


def test_a_phone_is_believed_only_between_the_runs_day_and_today() -> None:
    before, after = DAY - timedelta(days=1), DAY + timedelta(days=1)
    assert handed_over_on(DAY, after, DAY) == DAY
    assert handed_over_on(DAY, DAY, None) == DAY
    assert handed_over_on(DAY, DAY, before) == DAY
    assert handed_over_on(DAY, DAY, after) == DAY


def test_the_last_food_is_the_latest_that_stands() -> None:
    week_ago = DAY - timedelta(days=7)
    assert last_fed(None, []) is None
    assert last_fed(week_ago, []) == week_ago
    assert last_fed(week_ago, [DAY]) == DAY
    assert last_fed(None, [DAY]) == DAY
