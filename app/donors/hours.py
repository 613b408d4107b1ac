"""Pickup hours as shops write them: "周一至周五 19:00–20:00", "周二、周五 14:00-15:30"."""

from __future__ import annotations

import re

from app.core.sheets import folded

Hours = tuple[int, int, int]
"""Weekday (0 = Monday), from minute, until minute of that day."""

DAY_MINUTES = 24 * 60
_DAYS = {sign: day for day, sign in enumerate("一二三四五六")} | {
    "日": 6,
    "天": 6,
    "七": 6,
    "末": 5,
}
_DAYS |= {str(number): number - 1 for number in range(1, 8)}
_ENGLISH = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NAMED = {
    "工作日": (0, 1, 2, 3, 4), "平日": (0, 1, 2, 3, 4), "平时": (0, 1, 2, 3, 4),
    "周末": (5, 6), "双休日": (5, 6), "休息日": (5, 6), "每天": tuple(range(7)),
    "每日": tuple(range(7)), "天天": tuple(range(7)), "全周": tuple(range(7)),
    "weekdays": (0, 1, 2, 3, 4), "weekend": (5, 6), "daily": tuple(range(7)),
}  # fmt: skip
_PART = r"(?P<part{0}>凌晨|早上|清晨|早|上午|中午|下午|傍晚|晚上|晚|夜里|次日|第二天|am|pm)?\s*"
_CLOCK = (
    r"(?P<h{0}>\d{{1,2}})(?:\s*[:点时.]\s*(?P<m{0}>\d{{2}}|\d分|半|一刻|三刻)?\s*分?)?"
    r"\s*(?P<x{0}>am|pm)?"
)
_FROM, _UNTIL = (_PART.format(which) + _CLOCK.format(which) for which in (1, 2))
_RANGE = re.compile(rf"{_FROM}\s*(?:-|到|至|to)+\s*{_UNTIL}", re.IGNORECASE)
_NEW_DAYS = re.compile(
    r"(?<=[\d分半点刻天时pm])\s*[,、;。/]?\s*"
    r"(?=周|星期|礼拜|工作日|双休日|每天|平时|节假日|逢|除)"
)
# a digit is a weekday only when no clock follows: 周1-5, but not the 9 of 周五9点
_DAY = r"(?:[一二三四五六日天]|[1-7](?!\d|[:点时.]))"
_WEEK = r"(?:周|星期|礼拜|逢)"
_SPAN = re.compile(rf"{_WEEK}({_DAY})\s*(?:到|至|-)\s*{_WEEK}?({_DAY})")
_LIST = re.compile(rf"{_WEEK}({_DAY}(?:[、,/和及]?{_WEEK}?{_DAY})*)")
_EXCEPT = re.compile(r"除了?(?P<a>[^外\d]+)以?外|(?P<b>[^\d,、;|]+?)除外")
_MINUTES = {"半": 30, "一刻": 15, "三刻": 45}
_WHOLE_DAY = re.compile(r"全天|24小时|24h|随时", re.IGNORECASE)


def _span(first: int, last: int) -> set[int]:
    return {day % 7 for day in range(first, (last if last >= first else last + 7) + 1)}


def _days_in(text: str) -> set[int]:
    """The weekdays a text names; empty when it names none."""
    days: set[int] = set()
    for name, named in _NAMED.items():
        if name in text.lower():
            days |= set(named)
    for first, last in _SPAN.findall(text):
        days |= _span(_DAYS[first], _DAYS[last])
    for listed in _LIST.findall(_SPAN.sub(" ", text)):
        days |= {_DAYS[sign] for sign in listed if sign in _DAYS}
    english = [
        _ENGLISH.index(day.lower()) for day in re.findall("|".join(_ENGLISH), text, re.IGNORECASE)
    ]
    if len(english) == 2 and re.search(r"[a-z]\s*(?:-|to|–)\s*[a-z]", text, re.IGNORECASE):
        return days | _span(*english)
    return days | set(english)


def _minute(found: re.Match[str], which: int, earlier: int | None) -> int:
    """Minutes since midnight; afternoon words and a later end turn 8 into 20."""
    hour = int(found[f"h{which}"])
    typed = (found[f"m{which}"] or "").rstrip("分")
    minutes = _MINUTES.get(typed) if typed in _MINUTES else int(typed or 0)
    part = (found[f"part{which}"] or found[f"x{which}"] or "").lower()
    first_part = (found["part1"] or found["x1"] or "").lower()
    is_late = part in ("下午", "傍晚", "晚上", "晚", "夜里", "pm") or (
        not part and which == 2 and first_part in ("下午", "傍晚", "晚上", "晚", "pm")
    )
    if is_late and hour < 12 and not (part == "夜里" and hour < 5):
        hour += 12
    if hour < 6 and (part == "中午" or (not part and which == 2 and first_part == "中午")):
        hour += 12
    minute = hour * 60 + (minutes or 0)
    is_next_day = part in ("次日", "第二天")
    return minute + DAY_MINUTES if is_next_day and minute <= (earlier or 0) else minute


def _ranges(text: str) -> list[tuple[int, int]] | None:
    """The clock ranges of a text; None when one of them is impossible."""
    found = []
    for match in _RANGE.finditer(text):
        start = _minute(match, 1, None)
        end = _minute(match, 2, start)
        if end <= start:
            end += DAY_MINUTES
        if start > DAY_MINUTES or end > 2 * DAY_MINUTES or end - start > DAY_MINUTES:
            return None
        if any(int(match[f"m{i}"] or 0) > 59 for i in (1, 2) if (match[f"m{i}"] or "").isdigit()):
            return None
        found.append((start, end))
    if not found and _WHOLE_DAY.search(text):
        return [(0, DAY_MINUTES)]
    return found


def _on_days(days: set[int], start: int, end: int) -> list[Hours]:
    """One range on each day; what passes midnight becomes the next day's."""
    hours = []
    for day in sorted(days):
        hours.append((day, start, min(end, DAY_MINUTES)))
        if end > DAY_MINUTES:
            hours.append(((day + 1) % 7, 0, end - DAY_MINUTES))
    return hours


def _segments(text: str) -> list[str]:
    """The text cut before each naming of days, so that each range finds its days."""
    marked = _NEW_DAYS.sub("|", text)
    return [part for part in re.split(r"[;。|\n]", marked) if part.strip(" ,、")]


def read_hours(text: str) -> tuple[Hours, ...] | None:
    """Pickup hours as (weekday, from minute, until minute), sorted; None when not understood.

    No days named means every day. Minutes run to 1440; what passes midnight is split.
    """
    plain = re.sub(r"[–—−~〜~]+", "-", folded(text))
    hours: set[Hours] = set()
    days: set[int] = set()
    for segment in _segments(plain):
        excluded = _EXCEPT.search(segment)
        named = _days_in(_EXCEPT.sub(" ", segment) if excluded else segment)
        if excluded:
            named = (named or set(range(7))) - _days_in(excluded["a"] or excluded["b"])
        ranges = _ranges(_LIST.sub(" ", _SPAN.sub(" ", segment)))
        if ranges is None or (not ranges and not named):
            return None
        days = named or days or set(range(7))
        for start, end in ranges:
            hours |= set(_on_days(days, start, end))
    return tuple(sorted(hours)) or None
