"""A planned route's stops as rows, with what each takes or hands over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.clock import at_second, now
from app.core.fields import Point
from app.core.ids import new_id
from app.food.supply import HubPlace
from app.matching import service as matching
from app.planning.plan import AT_HUB, Route
from app.planning.plan import Stop as PlannedStop
from app.planning.problem import Deliver, Rescue
from app.recipients.rules import masked
from app.runs.day import DayProblem, Errand
from app.runs.models import Run, Stop, StopItem

BREAK_LABEL = "休息"


def add_stops(
    db: Session, run: Run, found: DayProblem, route: Route, locked: frozenset[str]
) -> list[Stop]:
    """The route's stops in their order, with their items; their allocations are on a run now.

    Stops that call at a task in `locked` are locked.
    """
    seen: set[str] = set()
    stops = []
    # A re-timed run keeps stops that are followed up: they are over, and come first.
    kept = select(func.max(Stop.seq)).where(Stop.org_id == run.org_id, Stop.run_id == run.id)
    first = (db.scalar(kept) or 0) + 1
    for seq, (planned, errands) in enumerate(_carried(found, route), start=first):
        stop = _stop(run, found, planned, errands, seq)
        stop.locked = not locked.isdisjoint(planned.task_ids)
        db.add(stop)
        db.flush()
        db.add_all(_items(run, stop, errands))
        stops.append(stop)
        seen.update(planned.task_ids)
    used = [promise.id for id_ in seen for promise in found.errands[id_].promises]
    matching.mark(db, run.org_id, used, "planned")
    return stops


def _carried(found: DayProblem, route: Route) -> Iterator[tuple[PlannedStop, list[Errand]]]:
    """Each stop with what it takes or hands over: at a hub, what belongs to that trip."""
    for n, planned in enumerate(route.stops):
        ids = list(planned.task_ids)
        if planned.kind == "load":
            ids = [id_ for id_ in _called(route.stops[n + 1 :], "load") if _is_loaded(found, id_)]
        elif planned.kind == "unload":
            before = _called(route.stops[:n][::-1], "unload")
            ids = [id_ for id_ in reversed(before) if id_.startswith("c:")]
        yield planned, [found.errands[id_] for id_ in ids]


def _called(stops: Sequence[PlannedStop], until: str) -> list[str]:
    """Tasks called at, each once, as far as the next stop of the kind `until`."""
    ids: list[str] = []
    for stop in stops:
        if stop.kind == until:
            break
        ids += stop.task_ids
    return list(dict.fromkeys(ids))


def _is_loaded(found: DayProblem, task_id: str) -> bool:
    task = found.problem.task_by_id[task_id]
    return isinstance(task, Deliver) and not task.aboard


def _stop(
    run: Run,
    found: DayProblem,
    planned: PlannedStop,
    errands: Sequence[Errand],
    seq: int,
) -> Stop:
    lng, lat = found.places[planned.place]
    hub = found.hub_of_place.get(planned.place) if planned.kind in AT_HUB else None
    offer = errands[0].offer if planned.kind == "collect" and errands else None
    opens, closes = _window(found, planned, str(run.volunteer_id))
    return Stop(
        id=new_id(),
        org_id=run.org_id,
        run_id=run.id,
        seq=seq,
        kind=planned.kind,
        site_id=offer.site_id if offer else None,
        hub_id=hub.id if hub else None,
        label=_label(planned, hub, errands),
        street=_street(errands, planned.kind) if planned.task_ids else "",
        visits=_visits(planned, errands),
        geom=Point(lng=lng, lat=lat).to_geometry(),
        planned_at=at_second(run.day, planned.start_s, found.zone),
        window_from=at_second(run.day, opens, found.zone),
        window_until=at_second(run.day, closes, found.zone),
        service_s=planned.leave_s - planned.start_s,
        state="planned",
        state_at=now(),
    )


def _visits(planned: PlannedStop, errands: Sequence[Errand]) -> list[UUID]:
    """Whom a visit is for: it hands over nothing that would say so."""
    if planned.kind != "visit":
        return []
    return [errand.recipient.id for errand in errands if errand.recipient is not None]


def _label(planned: PlannedStop, hub: HubPlace | None, errands: Sequence[Errand]) -> str:
    if hub is not None:
        return hub.name
    if planned.kind == "break":
        return BREAK_LABEL
    offer = errands[0].offer if planned.kind == "collect" and errands else None
    return offer.site_name if offer is not None else door_label(errands)


def _street(errands: Sequence[Errand], kind: str) -> str:
    offer, recipient = errands[0].offer, errands[0].recipient
    if kind == "collect" and offer is not None:
        return offer.street
    return recipient.street if recipient is not None else ""


def door_label(errands: Sequence[Errand]) -> str:
    """A door as lists may show it: the masked name, or how many households."""
    people = {
        errand.recipient.id: errand.recipient for errand in errands if errand.recipient is not None
    }
    if len(people) != 1:
        return f"{len(people)} 户"
    person = next(iter(people.values()))
    return masked(person.name) if person.kind == "household" else person.name


def _window(found: DayProblem, planned: PlannedStop, vehicle_id: str) -> tuple[int, int]:
    """The part of the day in which all of the stop's tasks can be served, or the rest begin."""
    if planned.kind == "break":
        rests = [rest.window for rest in found.problem.vehicle_by_id[vehicle_id].breaks]
        return next(w for w in rests if w.start_s <= planned.start_s <= w.end_s)
    opens, closes = 0, 86_400
    for id_ in planned.task_ids:
        task = found.problem.task_by_id[id_]
        windows = task.windows
        if planned.kind == "collect" and isinstance(task, Rescue):
            windows = task.pickup_windows
        if windows:
            window = next((w for w in windows if planned.start_s <= w.end_s), windows[-1])
            opens, closes = max(opens, window.start_s), min(closes, window.end_s)
    return opens, max(opens, closes)


def _items(run: Run, stop: Stop, errands: Sequence[Errand]) -> list[StopItem]:
    """Doors: one item per allocation. Sites and hubs: one per offer or lot, summed."""
    if stop.kind == "deliver":
        return [
            StopItem(
                org_id=run.org_id,
                stop_id=stop.id,
                recipient_id=promise.recipient_id,
                lot_id=promise.lot_id,
                offer_id=promise.offer_id,
                allocation_id=promise.id,
                grams=promise.grams,
                boxes=promise.boxes,
            )
            for errand in errands
            for promise in errand.promises
        ]
    sums: dict[tuple[UUID | None, UUID | None], list[int]] = {}
    for errand in errands:
        parts = [(p.lot_id, p.offer_id, p.grams, p.boxes) for p in errand.promises]
        if not parts and errand.offer is not None:
            parts = [(None, errand.offer.id, errand.grams, errand.boxes)]
        for lot_id, offer_id, grams, boxes in parts:
            total = sums.setdefault((lot_id, offer_id), [0, 0])
            total[0] += grams
            total[1] += boxes
    return [
        StopItem(
            org_id=run.org_id,
            stop_id=stop.id,
            lot_id=lot_id,
            offer_id=offer_id,
            grams=grams,
            boxes=boxes,
        )
        for (lot_id, offer_id), (grams, boxes) in sums.items()
    ]
