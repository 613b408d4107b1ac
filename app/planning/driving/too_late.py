"""Which rule of time keeps even a vehicle with nothing else to do from a task.

Codes: unreachable, window_closed, expired, shift_too_short, ride_too_long, several_rules; and
skill, hub, no_cold_vehicle, too_heavy, too_many_boxes where all who could be in time lack just
that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from app.planning.driving.alone import BOXES, CHILLED, GRAMS, Clock, Flags, fleet
from app.planning.driving.off_road import Reason
from app.planning.plan import clock_time
from app.planning.problem import Problem, Rescue, Task


class Trait(NamedTuple):
    """What those who would be in time lack: the rule's code, and who has it."""

    code: str
    zh: str
    en: str


COLD = Trait("no_cold_vehicle", "冷藏车", "chilled van")


def too_late(problem: Problem, task: Task) -> Reason:
    """The single rule that, once relaxed, would let the task go."""
    known = fleet(problem)
    able = known.could(task)
    if not (able & known.reaches(task)).any():
        return "unreachable", "没有路可以到那里。", "There is no way to get there."
    rules: tuple[Clock, ...] = ("windows", "before", "shift", "ride")
    for rule in rules:
        if (able & known.in_time(task, rule)).any():
            return _told(problem, task, rule)
    lacking = _lacking(problem, task)
    if lacking is not None:
        en = f"No {lacking.en} can be there in time today."
        return lacking.code, f"今天没有{lacking.zh}赶得上。", en
    return "several_rules", "时间和班次都对不上。", "Neither times nor shifts allow it."


def _told(problem: Problem, task: Task, rule: Clock) -> Reason:
    """The sentence for one rule of time."""
    if rule == "windows":
        return _window_closed(task, _lacking(problem, task))
    if rule == "before":
        at = clock_time(task.before_s or 0)
        en = f"The food would arrive after it expires at {at}."
        return "expired", f"食物 {at} 过期，来不及送到。", en
    if rule == "shift":
        return "shift_too_short", "班次太短，来不及往返。", "The shifts are too short to go there."
    most = (task.max_ride_s or 0) // 60 if isinstance(task, Rescue) else 0
    return (
        "ride_too_long",
        f"路上要超过 {most} 分钟，食物会坏。",
        f"The food would ride longer than {most} minutes.",
    )


def _lacking(problem: Problem, task: Task) -> Trait | None:
    """The one rule besides time that keeps all who would be in time from doing the task."""
    known, need = fleet(problem), "、".join(sorted(task.skills))
    rules: list[tuple[Flags, Trait]] = [
        (known.fits(task, CHILLED), COLD),
        (known.skilled(task), Trait("skill", f"会“{need}”的人", f"volunteer with {need}")),
        (known.fits(task, GRAMS), Trait("too_heavy", "装得动的车", "vehicle strong enough")),
        (known.fits(task, BOXES), Trait("too_many_boxes", "装得下的车", "vehicle large enough")),
        (known.from_hub(task), Trait("hub", "这个仓库的车", "run from this hub")),
    ]
    always = known.bound(task) & known.stops(task) & known.in_time(task)
    for number, (_, trait) in enumerate(rules):
        others = [flags for n, (flags, _) in enumerate(rules) if n != number]
        if np.logical_and.reduce([always, *others]).any():
            return trait
    return None


def _window_closed(task: Task, lacking: Trait | None) -> Reason:
    windows = task.windows
    if isinstance(task, Rescue):
        windows = task.windows + task.pickup_windows
    spans = [f"{clock_time(start)}–{clock_time(end)}" for start, end in windows]
    zh, en = f"{'、'.join(spans)} 之间没有", f"can be there between {' or '.join(spans)}."
    if lacking is None and task.load.chilled_boxes:
        lacking = COLD
    if lacking is None:
        return "window_closed", f"{zh}人能到。", f"Nobody {en}"
    return "window_closed", f"{zh}{lacking.zh}能到。", f"No {lacking.en} {en}"
