"""A solved rest of the day told run by run: whose list changes, and who is left over. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.planning.plan import Plan, Route
from app.recipients.rules import masked
from app.runs.replan.chores import Chore, Reason, Rest
from app.runs.replan.facts import RunNow
from app.runs.replan.lists import NewList, stops_of
from app.runs.replan.rules import TOLD_FROM_S
from app.runs.replan.underway import HELPER, Underway
from app.runs.rules import CALLED_AT

NOBODY: Reason = ("nobody", "没有别的人可以接手。", "Nobody is there to take it over.")


def names_of(rest: Rest) -> dict[UUID, str]:
    """Names of volunteers, by the id of their run (helpers: by their own)."""
    names = {run.id: run.volunteer for run in rest.now.runs}
    return names | {driver.volunteer_id: driver.name for driver in rest.now.helpers}


def left_over(rest: Rest, found: Underway | None, plan: Plan | None) -> dict[str, Reason]:
    """Chores that the rest of the day has no room for, with the reason in people's words."""
    if plan is None or found is None:
        return dict.fromkeys(_without_a_run(rest, {}), NOBODY)
    names = {str(id_): masked(name) for id_, name in names_of(rest).items()}
    names |= {f"{HELPER}{id_}": name for id_, name in names.items()}
    told = {}
    for left in plan.unserved:
        zh, en = left.zh, left.en
        for id_, name in names.items():
            zh, en = zh.replace(id_, name), en.replace(id_, name)
        zh, en = zh.replace(left.task_id, ""), en.replace(left.task_id, "")
        told[left.task_id] = (left.code, zh, en)
    solved = dict.fromkeys(found.problem.task_by_id, True)
    return told | dict.fromkeys(_without_a_run(rest, solved), NOBODY)


def _without_a_run(rest: Rest, solved: Mapping[str, bool]) -> list[str]:
    """Chores that nobody was asked to do although their volunteer has dropped out."""
    return [
        id_
        for id_, chore in rest.chores.items()
        if id_ not in solved and chore.run_id == rest.out_id
    ]


def new_lists(rest: Rest, found: Underway | None, plan: Plan | None) -> tuple[NewList, ...]:
    """The lists that change: of runs whose stops do, of the run that falls out, of helpers."""
    routes = {route.vehicle_id: route for route in plan.routes} if plan else {}
    hub_at = {(hub.lng, hub.lat): hub.id for hub in rest.now.hubs.values()}
    lists = []
    for run in rest.now.runs:
        route = routes.pop(str(run.id), None)
        if run.id == rest.out_id:
            lists.append(_nothing_left(run))
        elif found is not None and _is_changed(rest, found, run, route):
            lists.append(_new_list(found, run, route, hub_at))
        elif found is None and _is_hurt(rest, run):
            lists.append(_nothing_left(run))
    for id_, route in routes.items():
        if found is not None and route.stops:
            stops = stops_of(route, rest.chores, found.places, hub_at)
            times = (route.depart_s, route.end_s, route.distance_m)
            lists.append(NewList(None, found.helpers[id_].volunteer_id, *times, stops))
    return tuple(lists)


def _nothing_left(run: RunNow) -> NewList:
    return NewList(run.id, run.volunteer_id, run.begins_s, run.ends_s, run.distance_m, ())


def _new_list(
    found: Underway, run: RunNow, route: Route | None, hub_at: Mapping[tuple[float, float], UUID]
) -> NewList:
    """What a run has driven stays in its length; the new rest takes the old rest's place."""
    order = found.orders[str(run.id)]
    old_m = found.old_route(str(run.id)).distance_m if order else 0
    so_far_m = max(0, run.distance_m - old_m)
    if route is None or not route.stops:
        return NewList(run.id, run.volunteer_id, run.begins_s, run.ends_s, so_far_m, ())
    begins_s = run.begins_s if run.is_under_way else route.depart_s
    stops = stops_of(route, found.rest.chores, found.places, hub_at)
    end_s, metres = route.end_s, so_far_m + route.distance_m
    return NewList(run.id, run.volunteer_id, begins_s, end_s, metres, stops)


def _is_hurt(rest: Rest, run: RunNow) -> bool:
    """Whether what happened is about this run's own stops."""
    if any(chore.run_id == run.id for chore, _ in rest.lost):
        return True
    if any(chore.run_id == run.id and chore.retry for chore in rest.chores.values()):
        return True
    about = rest.cause.stop_id
    return about is not None and any(stop.id == about and stop.is_open for stop in run.stops)


def _is_changed(rest: Rest, found: Underway, run: RunNow, route: Route | None) -> bool:
    if str(run.id) not in found.orders:
        return False
    if _is_hurt(rest, run):
        return True
    order = found.orders[str(run.id)]
    if not order:
        return route is not None and bool(route.stops)
    if route is None or _calls(found.old_route(str(run.id))) != _calls(route):
        return True
    return rest.cause.word in ("again", "running_late") and _slips(rest, run, route)


def _calls(route: Route) -> list[tuple[str, frozenset[str]]]:
    return [(stop.kind, frozenset(stop.task_ids)) for stop in route.stops]


def _slips(rest: Rest, run: RunNow, route: Route) -> bool:
    """Whether somebody on the list must be told another time."""
    planned = {stop.id: stop.planned_s for stop in run.stops if stop.kind in CALLED_AT}
    for stop in route.stops:
        for id_ in stop.task_ids:
            for old in (rest.chores[id_].stop, rest.chores[id_].site):
                if old is None or old.id not in planned or (old.kind != stop.kind):
                    continue
                if abs(stop.start_s - planned[old.id]) >= TOLD_FROM_S:
                    return True
    return False


def unserved_rows(rest: Rest, left: Mapping[str, Reason]) -> list[dict[str, Any]]:
    """Who falls away and why, each household and offer once (as `schemas.ReplanUnservedOut`)."""
    gone = [*rest.lost, *((rest.chores[id_], reason) for id_, reason in left.items())]
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for chore, reason in gone:
        subject, id_, label, street = _whom(rest, chore)
        row = {"subject": subject, "id": str(id_), "label": label, "street": street}
        words = dict(zip(("code", "zh", "en"), reason, strict=True))
        rows.setdefault((subject, str(id_)), row | words)
    return list(rows.values())


def _whom(rest: Rest, chore: Chore) -> tuple[str, UUID, str, str]:
    person, offer = chore.person, chore.offer
    if person is not None:
        name = masked(person.name) if person.kind == "household" else person.name
        return "recipient", person.id, name, person.street
    if offer is not None:
        return "offer", offer.id, offer.site_name, offer.street
    part = chore.parts[0] if chore.parts else None
    label, street = (chore.stop.label, chore.stop.street) if chore.stop else ("", "")
    if part is not None and part.recipient_id is not None:
        return "recipient", part.recipient_id, label, street
    if part is not None and part.offer_id is not None:
        return "offer", part.offer_id, label, street
    run = rest.now.run(chore.run_id)
    return "run", chore.run_id, masked(run.volunteer) if run else "", ""
