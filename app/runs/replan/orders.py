"""The order in which a run was to do what is left of it, as task ids."""

from __future__ import annotations

from collections.abc import Collection

from app.planning.plan import RELOAD
from app.runs.replan.chores import FETCHED_FIRST, Chore, Rest
from app.runs.replan.facts import RunNow, StopNow


def old_order(rest: Rest, run: RunNow, known: Collection[str]) -> tuple[str, ...]:
    """Calls of the run's open stops in their order (a rescue twice, site first).

    Only chores that are `known` are named. A second try comes at the end, before the hub.
    """
    mine = [c for c in rest.chores.values() if c.run_id == run.id and c.id in known]
    order: list[str] = []
    last: list[str] = [chore.id for chore in mine if chore.kind == "b"]
    for stop in run.stops:
        if not stop.is_open or stop.id in rest.fixed:
            continue
        if stop.kind in ("load", "unload"):
            back = [id_ for id_ in last if stop.kind == "unload"]
            last = [id_ for id_ in last if id_ not in back]
            order += [*back, RELOAD]
        else:
            order += _calls_at(stop, mine, order)
    order += [id_ for chore in mine if chore.is_put_off for id_ in _calls(chore)]
    return _tidy([*order, *last])


def _calls(chore: Chore) -> list[str]:
    return [chore.id, chore.id] if chore.kind in FETCHED_FIRST else [chore.id]


def _calls_at(stop: StopNow, mine: list[Chore], order: list[str]) -> list[str]:
    mine = [chore for chore in mine if not chore.is_put_off]
    fetched = [c.id for c in mine if c.site is not None and c.site.id == stop.id]
    at_door = [c for c in mine if c.stop is not None and c.stop.id == stop.id]
    calls = [id_ for id_ in fetched if id_ not in order]
    for chore in at_door:
        if chore.kind in FETCHED_FIRST and chore.id not in [*order, *calls]:
            calls.append(chore.id)
        calls.append(chore.id)
    return calls


def _tidy(order: list[str]) -> tuple[str, ...]:
    """Without markers at the ends, nor two in a row."""
    tidy: list[str] = []
    for id_ in order:
        if id_ != RELOAD or (tidy and tidy[-1] != RELOAD):
            tidy.append(id_)
    while tidy and tidy[-1] == RELOAD:
        tidy.pop()
    return tuple(tidy)
