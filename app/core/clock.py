"""The time. Rules take it as an argument; only edges ask here."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today_in(zone: str, at: datetime | None = None) -> date:
    """The organisation's date at the instant `at` (default: now)."""
    return (at or now()).astimezone(ZoneInfo(zone)).date()


def at_second(day: date, second: float, zone: str) -> datetime:
    """`second` seconds after the local midnight of `day`, in UTC."""
    midnight = datetime.combine(day, time(), ZoneInfo(zone))
    return (midnight + timedelta(seconds=second)).astimezone(UTC)


def second_of_day(at: datetime, day: date, zone: str) -> int:
    """Seconds from the local midnight of `day` to the instant `at`."""
    return int((at - datetime.combine(day, time(), ZoneInfo(zone))).total_seconds())


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """The instants at which `day` begins and the next day begins, in UTC."""
    return at_second(day, 0, zone), at_second(day + timedelta(days=1), 0, zone)
