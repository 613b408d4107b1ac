"""What a household needs, and how long its door takes."""

from __future__ import annotations

from datetime import date, timedelta

from app.recipients.rules import masked, need_grams, service_seconds, waiting_days

DAY = date(2026, 11, 23)


def test_a_package_grows_with_the_household() -> None:
    assert [need_grams(size) for size in (1, 2, 4)] == [3_500, 5_000, 8_000]


def test_stairs_take_time_and_a_lift_takes_less() -> None:
    assert service_seconds("household", 1, has_lift=None) == 180
    assert service_seconds("household", 6, has_lift=False) == 180 + 5 * 30
    assert service_seconds("household", 6, has_lift=True) == 240
    assert service_seconds("household", None, has_lift=False) == 180


def test_a_community_point_takes_as_long_whatever_its_floor() -> None:
    assert service_seconds("community_point", 3, has_lift=False) == 600


def test_who_was_fed_waits_since_then_and_a_newcomer_since_registration() -> None:
    week_ago = DAY - timedelta(days=7)
    assert waiting_days(week_ago, None, DAY) == 7
    assert waiting_days(week_ago, DAY - timedelta(days=2), DAY) == 2
    assert waiting_days(DAY + timedelta(days=1), None, DAY) == 0


def test_a_name_is_masked_to_its_first_sign() -> None:
    assert (masked("李测试"), masked("")) == ("李**", "")
