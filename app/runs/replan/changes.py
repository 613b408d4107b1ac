"""Old and new side by side: for each stop one sentence about what changes and why. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.recipients.rules import masked
from app.runs.replan.chores import Chore, Reason, Rest
from app.runs.replan.facts import RunNow, StopNow
from app.runs.replan.labels import grams_at, label_of, old_stop
from app.runs.replan.lists import NewList, NewStop
from app.runs.replan.rules import TOLD_FROM_S
from app.runs.rules import CALLED_AT

GETS_ABOARD = ("collect", "load", "take_over")
Line = dict[str, Any]
Words = tuple[str, str]
"""A sentence in Chinese and in English."""

_NOTHING: Words = ("", "")


@dataclass(frozen=True)
class Story:
    """What happened, who has which run, which lists are new, and who is left over and why.

    `lists` holds only what changes: by run id, and the runs of helpers. `at` turns seconds of the
    day into instants.
    """

    rest: Rest
    lists: tuple[NewList, ...]
    left_over: Mapping[str, Reason]
    names: Mapping[UUID, str]
    at: Callable[[float], datetime]

    def new_list(self, run: RunNow) -> NewList | None:
        """The run's new list, None when it stays as it is."""
        return next((found for found in self.lists if found.run_id == run.id), None)


def changes(story: Story) -> dict[str, Any]:
    """The runs before and after (as `schemas.ReplanRunOut`), and how many stops stay or go."""
    home = _home(story)
    runs = [_run(story, run, home) for run in story.rest.now.runs]
    runs += [_helpers_run(story, found) for found in story.lists if found.run_id is None]
    return {"runs": runs} | _counts(story, home)


def _home(story: Story) -> dict[str, UUID | None]:
    """Who does each chore now: the run's id, None for a helper; chores left over are missing."""
    home: dict[str, UUID | None] = {
        id_: chore.run_id
        for id_, chore in story.rest.chores.items()
        if id_ not in story.left_over and chore.run_id != story.rest.out_id
    }
    for found in story.lists:
        for stop in found.stops:
            home |= dict.fromkeys(stop.chores, found.run_id)
    return home


def _run(story: Story, run: RunNow, home: Mapping[str, UUID | None]) -> dict[str, Any]:
    new = story.new_list(run)
    before = _with_loads([_old_line(story, run, stop, home, new) for stop in run.stops])
    after = before
    if new is not None:
        fixed = story.rest.fixed
        kept = [stop for stop in run.stops if not stop.is_open or stop.id in fixed]
        lines = [_line(story, stop) for stop in kept]
        after = _with_loads(lines + [_new_line(story, new, stop) for stop in new.stops])
    ends = (story.at(run.ends_s), story.at(new.end_s) if new and new.stops else None)
    return {
        "run_id": str(run.id),
        "number": run.number,
        "volunteer": run.volunteer,
        "before": before,
        "after": after,
        "distance_m": [run.distance_m, new.distance_m if new else run.distance_m],
        "ends_at": [_iso(ends[0]), _iso(ends[1] if new else ends[0])],
        "changed": new is not None,
    }


def _helpers_run(story: Story, new: NewList) -> dict[str, Any]:
    return {
        "run_id": None,
        "number": None,
        "volunteer": story.names.get(new.volunteer_id, "") if new.volunteer_id else "",
        "before": [],
        "after": _with_loads([_new_line(story, new, stop) for stop in new.stops]),
        "distance_m": [0, new.distance_m],
        "ends_at": [None, _iso(story.at(new.end_s))],
        "changed": True,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _line(story: Story, stop: StopNow, change: str = "", why: Words = _NOTHING) -> Line:
    return {
        "stop_id": str(stop.id),
        "kind": stop.kind,
        "label": stop.label,
        "street": stop.street,
        "planned_at": story.at(stop.planned_s).isoformat(),
        "load_after_grams": sum(part.grams for part in stop.parts),
        "state": stop.state,
        "change": change,
        "why_zh": why[0],
        "why_en": why[1],
    }


def _with_loads(lines: list[Line]) -> list[Line]:
    """Each line's own grams become what is on board after it."""
    load = 0
    told = []
    for number, line in enumerate(lines):
        grams = line["load_after_grams"]
        if line["state"] not in ("failed", "skipped"):
            if line["kind"] in GETS_ABOARD:
                load += grams
            elif line["kind"] == "deliver":
                load = max(0, load - grams)
            elif line["kind"] == "unload":
                more = any(one["kind"] == "deliver" for one in lines[number + 1 :])
                load = max(0, load - grams) if more else 0
        told.append(line | {"load_after_grams": load})
    return told


def _old_line(
    story: Story,
    run: RunNow,
    stop: StopNow,
    home: Mapping[str, UUID | None],
    new: NewList | None,
) -> Line:
    """A stop of the old list: where it goes, or why it falls away."""
    if not stop.is_open or stop.id in story.rest.fixed or new is None:
        return _line(story, stop)
    mine = [chore for chore in story.rest.chores.values() if _is_at(chore, stop)]
    reasons = [reason for chore, reason in story.rest.lost if _is_at(chore, stop)]
    reasons += [story.left_over[c.id] for c in mine if c.id in story.left_over]
    done = [home[chore.id] for chore in mine if chore.id in home]
    away = [run_id for run_id in done if run_id != run.id]
    if away:
        to = _name(story, away[0])
        why = (f"改由{to}来做（{_because(story)[0]}）。", f"Now {to} does it.")
        return _line(story, stop, "moved_away", why)
    if not done and (reasons or stop.kind not in CALLED_AT):
        reason = reasons[0] if reasons else None
        if reason is None and stop.kind in [one.kind for one in new.stops]:
            return _line(story, stop)
        why = (reason[1], reason[2]) if reason else ("这一站不用去了。", "Not needed any more.")
        return _line(story, stop, "dropped", why)
    return _line(story, stop)


def _is_at(chore: Chore, stop: StopNow) -> bool:
    """Whether the chore calls at the stop, as a door or as a site."""
    return any(one is not None and one.id == stop.id for one in (chore.stop, chore.site))


def _new_line(story: Story, new: NewList, stop: NewStop) -> Line:
    """A stop of the new list: whose it was, or how much later it is."""
    chores = [story.rest.chores[id_] for id_ in stop.chores]
    old = old_stop(stop, chores)
    change, why = _how(story, new, stop, chores, old)
    label, street = label_of(story.rest, stop, chores, story.names)
    return {
        "stop_id": str(old.id) if old is not None else None,
        "kind": stop.kind,
        "label": label,
        "street": street,
        "planned_at": story.at(stop.start_s).isoformat(),
        "load_after_grams": grams_at(chores),
        "state": "planned",
        "change": change,
        "why_zh": why[0],
        "why_en": why[1],
    }


def _how(
    story: Story, new: NewList, stop: NewStop, chores: Sequence[Chore], old: StopNow | None
) -> tuple[str, Words]:
    if stop.kind == "take_over":
        giver = masked(story.names.get(stop.from_run_id, "")) if stop.from_run_id else ""
        zh = f"先到{giver}那里接手车上的食物。"
        return "new", (zh, f"Take the food over from {giver} first.")
    if any(chore.retry for chore in chores):
        return "new", ("刚才不在家，再去一次。", "Nobody was at home; a second try.")
    if stop.kind in ("load", "unload", "break"):
        return _at_the_hub(story, new, stop)
    if old is None or chores[0].run_id != new.run_id:
        giver = _name(story, chores[0].run_id)
        zh = f"原来是{giver}的，现在由{_whose(story, new)}来做（{_because(story)[0]}）。"
        return "moved_here", (zh, f"It was on {giver}'s list ({_because(story)[1]}).")
    return _slipped(stop.start_s - old.planned_s)


def _at_the_hub(story: Story, new: NewList, stop: NewStop) -> tuple[str, Words]:
    """Loading and unloading that the old list had already is no news."""
    run = story.rest.now.run(new.run_id)
    was = [one for one in run.stops if one.kind == stop.kind and one.is_open] if run else []
    at = [one for one in new.stops if one.kind == stop.kind].index(stop)
    if at < len(was):
        return _slipped(stop.start_s - was[at].planned_s)
    words = {
        "load": ("到仓库把食物装上。", "Load the food at the hub."),
        "unload": ("把车上的食物送回仓库。", "Bring the food on board back to the hub."),
        "break": ("休息一下。", "A break."),
    }
    return "new", words[stop.kind]


def _slipped(later_s: int) -> tuple[str, Words]:
    minutes = abs(later_s) // 60
    if later_s >= TOLD_FROM_S:
        return "later", (f"比原来晚 {minutes} 分钟。", f"{minutes} min later than before.")
    if later_s <= -TOLD_FROM_S:
        return "earlier", (f"比原来早 {minutes} 分钟。", f"{minutes} min earlier than before.")
    return "", _NOTHING


def _name(story: Story, run_id: UUID | None) -> str:
    if run_id is None:
        helpers = [found.volunteer_id for found in story.lists if found.run_id is None]
        return masked(story.names.get(helpers[0], "")) if helpers and helpers[0] else ""
    run = story.rest.now.run(run_id)
    name = masked(story.names.get(run_id, ""))
    return name or (f"{run.number} 号路线" if run else "")


def _whose(story: Story, new: NewList) -> str:
    if new.run_id is not None:
        return _name(story, new.run_id)
    return masked(story.names.get(new.volunteer_id, "")) if new.volunteer_id else ""


def _because(story: Story) -> Words:
    """Why stops move at all, in a few words."""
    words = {
        "volunteer_out": ("志愿者来不了", "its volunteer dropped out"),
        "nothing_to_collect": ("捐赠点没有货", "the donor has nothing"),
        "not_home": ("要再去一次", "a second try is needed"),
        "lot_recalled": ("食物召回", "food is recalled"),
        "running_late": ("路上晚了", "running late"),
        "again": ("重新排过", "planned anew"),
    }
    return words[story.rest.cause.word]


def _counts(story: Story, home: Mapping[str, UUID | None]) -> dict[str, int]:
    """Open stops at sites and doors: how many stay, go to somebody else, fall away."""
    counts = {"kept": 0, "moved": 0, "dropped": 0}
    lost = [chore for chore, _ in story.rest.lost]
    for run in story.rest.now.runs:
        for stop in run.stops:
            if stop.kind not in CALLED_AT or not stop.is_open or stop.id in story.rest.fixed:
                continue
            mine = [chore for chore in story.rest.chores.values() if _is_at(chore, stop)]
            done = [home[chore.id] for chore in mine if chore.id in home]
            if any(run_id != run.id for run_id in done):
                counts["moved"] += 1
            elif done:
                counts["kept"] += 1
            elif mine or any(_is_at(chore, stop) for chore in lost):
                counts["dropped"] += 1
    return counts
