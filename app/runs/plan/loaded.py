"""Runs read back for a change by hand: their drivers, their errands, their stops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.problems import Refused
from app.donors.supply import accepted_offers
from app.food.supply import HubPlace, hub_places
from app.matching.queries import promises
from app.recipients.demand import demands, visits_due
from app.runs.day import Driver, Errand, collection, errands_of, visit
from app.runs.faces import known_faces
from app.runs.facts import drivers, facing, hub_of_lot
from app.runs.models import Run
from app.runs.plan.stored import StoredStop, order_of, stored_stops
from app.runs.rules import CHANGEABLE_RUNS


@dataclass(frozen=True)
class Loaded:
    """A run as the planner sees it: its driver, its errands, its stops, its order of task ids.

    `locked`: the tasks of stops that a planner has locked.
    """

    run: Run
    driver: Driver
    errands: tuple[Errand, ...]
    stops: tuple[StoredStop, ...]
    order: tuple[str, ...]
    hub: HubPlace | None
    locked: frozenset[str] = frozenset()


def load_runs(db: Session, org_id: UUID, runs: Sequence[Run]) -> list[Loaded]:
    """Read runs of one day that nobody drives yet, together.

    Raises Refused once one is taken, or is to take food over from another run.
    """
    for run in runs:
        if run.state not in CHANGEABLE_RUNS:
            raise Refused(
                "这条路线已经有人领了，不能再改。",
                "This run is claimed; it can no longer be changed.",
                state=run.state,
            )
    lots, hubs = hub_of_lot(db, org_id), {hub.id: hub for hub in hub_places(db, org_id)}
    stops = stored_stops(db, org_id, [run.id for run in runs], lots)
    if any(stop.row.kind == "take_over" for own in stops.values() for stop in own):
        raise Refused(
            "这条路线要去接手别人车上的食物，不能手动改，请用“出了状况”重新排。",
            "This run takes food over from another one; plan the rest of the day again instead.",
        )
    errands = _errands_on(db, org_id, runs[0].day, stops, lots)
    ids = [run.volunteer_id for run in runs if run.volunteer_id]
    by_id = {driver.volunteer_id: driver for driver in drivers(db, org_id, runs[0].day, ids)}
    return [
        _loaded(
            run,
            by_id.get(run.volunteer_id) if run.volunteer_id else None,
            stops[run.id],
            errands[run.id],
            hubs.get(run.hub_id) if run.hub_id else None,
        )
        for run in runs
    ]


def _loaded(
    run: Run,
    driver: Driver | None,
    stored: Sequence[StoredStop],
    errands: Sequence[Errand],
    hub: HubPlace | None,
) -> Loaded:
    if driver is None:
        raise Refused(
            "这条路线的志愿者已经停用了，请重新生成路线。",
            "The volunteer of this run is no longer active; plan the day again.",
        )
    known = {errand.task_id for errand in errands}
    stops = tuple(
        replace(stop, task_ids=tuple(id_ for id_ in stop.task_ids if id_ in known))
        for stop in stored
    )
    locked = frozenset(id_ for stop in stops if stop.row.locked for id_ in stop.task_ids)
    return Loaded(run, driver, tuple(errands), stops, order_of(stops), hub, locked)


def _errands_on(
    db: Session,
    org_id: UUID,
    day: date,
    stops: Mapping[UUID, Sequence[StoredStop]],
    lots: dict[UUID, HubPlace],
) -> dict[UUID, list[Errand]]:
    """What each run carries: its allocations, its visits, and what it collects for its hub."""
    items = [item for own in stops.values() for stop in own for item in stop.items]
    allocated = {item.allocation_id for item in items if item.allocation_id}
    found = promises(db, org_id, day, ("planned", "proposed"), allocated)
    wanted = [item.offer_id for item in items if item.offer_id]
    offers = {offer.id: offer for offer in accepted_offers(db, org_id, None, wanted)}
    recipients = list({promise.recipient_id for promise in found})
    people = {person.id: person for person in demands(db, org_id, day, recipients)}
    looked_in = [id_ for own in stops.values() for stop in own for id_ in stop.row.visits]
    due = visits_due(db, org_id, day, looked_in) if looked_in else []
    visits = {person.id: visit(person) for person in due}
    faces = known_faces(db, org_id, sorted({*people, *visits}), day)
    errands = {}
    for run_id, own in stops.items():
        mine = {item.allocation_id for stop in own for item in stop.items}
        carried = errands_of([p for p in found if p.id in mine], people, offers, lots)
        carried += [visits[id_] for s in own for id_ in s.row.visits if id_ in visits]
        rests: Counter[UUID] = Counter()
        for item in (item for stop in own if stop.row.kind == "unload" for item in stop.items):
            if item.offer_id in offers:
                rests[item.offer_id] += item.grams
        fetched = [collection(offers[id_], grams) for id_, grams in rests.items()]
        errands[run_id] = facing(carried, faces) + fetched
    return errands
