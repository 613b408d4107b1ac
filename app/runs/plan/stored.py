"""Stored runs read back as what a planner would call them: task ids in their order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.food.supply import HubPlace
from app.planning.plan import AT_HUB, RELOAD
from app.runs.facts import hub_of_lot
from app.runs.models import Stop, StopItem
from app.runs.rules import OPEN_STOPS


@dataclass(frozen=True)
class StoredStop:
    """A stop, the tasks that it calls at (none at a hub, or where its food is gone), its items."""

    row: Stop
    task_ids: tuple[str, ...]
    items: tuple[StopItem, ...] = ()


def stored_stops(
    db: Session,
    org_id: UUID,
    run_ids: Collection[UUID],
    hubs: Mapping[UUID, HubPlace] | None = None,
) -> dict[UUID, list[StoredStop]]:
    """The stops of each run that are not over, in their order.

    `hubs`: what `hub_of_lot` said, where it was asked.
    """
    stops = list(
        db.scalars(
            select(Stop)
            .where(Stop.org_id == org_id, Stop.run_id.in_(run_ids), Stop.state.in_(OPEN_STOPS))
            .order_by(Stop.run_id, Stop.seq)
        )
    )
    items: dict[UUID, list[StopItem]] = defaultdict(list)
    query = select(StopItem).where(
        StopItem.org_id == org_id, StopItem.stop_id.in_([stop.id for stop in stops])
    )
    for item in db.scalars(query.order_by(StopItem.id)):
        items[item.stop_id].append(item)
    lots = hub_of_lot(db, org_id) if hubs is None else hubs
    hub_ids = {lot_id: hub.id for lot_id, hub in lots.items()}
    runs: dict[UUID, list[Stop]] = {run_id: [] for run_id in run_ids}
    for stop in stops:
        runs[stop.run_id].append(stop)
    return {run_id: _run(own, items, hub_ids) for run_id, own in runs.items()}


def _run(
    stops: Sequence[Stop], items: dict[UUID, list[StopItem]], hubs: dict[UUID, UUID]
) -> list[StoredStop]:
    doors = {
        stop.id: tuple(f"v:{id_}" for id_ in stop.visits) or _at_door(items[stop.id], hubs)
        for stop in stops
        if stop.kind not in ("collect", "take_over")
    }
    rescues = list(dict.fromkeys(id_ for ids in doors.values() for id_ in ids if id_[0] == "r"))
    for_hub = {item.offer_id for stop in stops if stop.kind == "unload" for item in items[stop.id]}
    return [
        StoredStop(
            stop,
            _at_site(items[stop.id], rescues, for_hub)
            if stop.kind == "collect"
            else doors.get(stop.id, ()),
            tuple(items[stop.id]),
        )
        for stop in stops
    ]


def _at_door(items: Sequence[StopItem], hubs: dict[UUID, UUID]) -> tuple[str, ...]:
    ids = []
    for item in items:
        if item.recipient_id is None:
            continue
        if item.offer_id is not None:
            ids.append(f"r:{item.recipient_id}:{item.offer_id}")
        elif item.lot_id in hubs:
            ids.append(f"d:{item.recipient_id}:{hubs[item.lot_id]}")
    return tuple(dict.fromkeys(ids))


def _at_site(
    items: Sequence[StopItem], rescues: list[str], for_hub: set[UUID | None]
) -> tuple[str, ...]:
    """The rescues that begin here, and the collection of what goes on to the hub.

    `rescues` loses those that begin here: a later visit to the same site is for others.
    """
    ids: list[str] = []
    for item in items:
        mine = [id_ for id_ in rescues if id_.endswith(str(item.offer_id))]
        ids += mine
        rescues[:] = [id_ for id_ in rescues if id_ not in mine]
        if item.offer_id in for_hub:
            ids.append(f"c:{item.offer_id}")
    return tuple(ids)


def order_of(stops: Sequence[StoredStop]) -> tuple[str, ...]:
    """The run's task ids as `schedule` wants them: a rescue twice, RELOAD between two trips."""
    order: list[str] = []
    by_hub = False
    for stop in stops:
        by_hub = bool(order) and (by_hub or stop.row.kind in AT_HUB)
        if stop.task_ids:
            order += [RELOAD] if by_hub else []
            order += stop.task_ids
            by_hub = False
    return tuple(order)
