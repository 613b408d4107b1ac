"""The organisation's day, wherever the server stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import at_second, day_bounds, now, second_of_day, today_in

SHANGHAI = "Asia/Shanghai"
days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


def test_late_in_london_is_already_tomorrow_in_shanghai() -> None:
    late = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    assert today_in(SHANGHAI, late) == date(2026, 11, 23)
    assert today_in("Europe/London", late) == date(2026, 11, 22)


@given(day=days, second=st.integers(0, 86_399))
def test_a_second_of_the_day_is_found_again(day: date, second: int) -> None:
    instant = at_second(day, second, SHANGHAI)
    assert second_of_day(instant, day, SHANGHAI) == second
    assert today_in(SHANGHAI, instant) == day


@given(day=days)
def test_one_day_ends_where_the_next_begins(day: date) -> None:
    begin, end = day_bounds(day, SHANGHAI)
    assert end - begin == timedelta(days=1)
    assert day_bounds(day + timedelta(days=1), SHANGHAI)[0] == end


def test_this_instant_is_in_utc() -> None:
    assert now().utcoffset() == timedelta(0)
