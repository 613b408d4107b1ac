"""The run for whoever drives it: names, doors, food, the way, links. Each reading is logged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.problems import NotFound
from app.core.sealing import unseal
from app.donors.models import Donor, Offer, Site
from app.food.models import Hub, Lot
from app.places.address.checking import city_of
from app.places.navigation import navigation_links
from app.recipients.models import Recipient
from app.recipients.queries import opened
from app.runs.cargo import aboard
from app.runs.models import Run, Stop, StopItem
from app.runs.queries import runs
from app.runs.rules import AT_A_DOOR
from app.runs.schemas import DoorOut, DriveOut, DriveStopOut, ItemOut, RunOut, WayOut


def drive(db: Session, subject: Subject, run: Run) -> DriveOut:
    """The run with names and doors; each reading is a reveal and is logged. NotFound when cancelled."""
    seen = next(iter(runs(db, subject, None, [run.id])), None)
    if seen is None:
        raise NotFound
    rows = {
        stop.id: stop
        for stop in db.scalars(select(Stop).where(Stop.org_id == run.org_id, Stop.run_id == run.id))
    }
    items = _items(db, run.org_id, list(rows))
    visits = {id_ for row in rows.values() for id_ in row.visits}
    doors = _doors(db, subject, run, items, visits)
    addresses = _addresses(db, run.org_id, rows.values())
    stops = []
    for shown in seen.stops:
        row, mine = rows[shown.id], items[shown.id]
        people = list(
            dict.fromkeys(
                [item.recipient_id for item in mine if item.recipient_id is not None] + row.visits
            )
        )
        address, phone = addresses.get(row.site_id or row.hub_id or row.id, ("", ""))
        stops.append(
            DriveStopOut(
                **shown.model_dump(),
                address=address,
                phone=phone,
                doors=[doors[person] for person in people if person in doors],
                items=mine,
                outcome=next((item.outcome for item in mine if item.outcome), ""),
                note=row.note,
                has_photo=bool(row.photo),
                state_at=row.state_at,
                way=WayOut.model_validate(row.way) if row.way else None,
            )
        )
    return DriveOut(
        **{
            name: getattr(seen, name)
            for name in DriveOut.model_fields
            if name in RunOut.model_fields and name != "stops"
        },
        hub_id=run.hub_id,
        aboard_grams=sum(aboard(db, run).values()),
        stops=stops,
        links={
            str(stop.id): navigation_links(
                _destination(stop),
                stop.point.lng,
                stop.point.lat,
                seen.mode,
                city=city_of(stop.street),
            )
            for stop in stops
        },
    )


def _destination(stop: DriveStopOut) -> str:
    """What a navigation app is told: never whose door it is."""
    return stop.street or f"第 {stop.seq} 站" if stop.kind in AT_A_DOOR else stop.label


def _items(db: Session, org_id: UUID, stop_ids: Iterable[UUID]) -> dict[UUID, list[ItemOut]]:
    query = (
        select(
            StopItem,
            func.coalesce(Lot.food, Offer.food),
            func.coalesce(Lot.storage_class, Offer.storage_class),
        )
        .outerjoin(Lot, (Lot.org_id == StopItem.org_id) & (Lot.id == StopItem.lot_id))
        .outerjoin(Offer, (Offer.org_id == StopItem.org_id) & (Offer.id == StopItem.offer_id))
        .where(StopItem.org_id == org_id, StopItem.stop_id.in_(list(stop_ids)))
        .order_by(StopItem.id)
    )
    found: dict[UUID, list[ItemOut]] = defaultdict(list)
    for item, name, storage_class in db.execute(query):
        found[item.stop_id].append(
            ItemOut(
                id=item.id,
                food=name,
                grams=item.grams,
                boxes=item.boxes,
                storage_class=storage_class,
                outcome=item.outcome,
                moved_grams=item.moved_grams,
                recipient_id=item.recipient_id,
            )
        )
    return found


def _doors(
    db: Session, subject: Subject, run: Run, items: dict[UUID, list[ItemOut]], visits: set[UUID]
) -> dict[UUID, DoorOut]:
    ids = visits | {
        item.recipient_id
        for mine in items.values()
        for item in mine
        if item.recipient_id is not None
    }
    people = list(
        db.scalars(select(Recipient).where(Recipient.org_id == run.org_id, Recipient.id.in_(ids)))
    )
    record(
        db,
        run.org_id,
        subject.person_id,
        "revealed",
        ("run", run.id),
        recipients=[str(person.id) for person in people],
    )
    return {person.id: _door(person) for person in people}


def _door(person: Recipient) -> DoorOut:
    notes = []
    if person.floor and person.floor > 1 and person.has_lift is False:
        notes.append(f"{person.floor} 楼，没电梯" + ("，两人一起上" if person.two_people else ""))
    elif person.two_people:
        notes.append("要两个人")
    note = opened(person, "door_note", person.door_note_sealed)
    return DoorOut(
        recipient_id=person.id,
        name=person.name,
        phone=opened(person, "phone", person.phone_sealed),
        address=person.address or person.street,
        notes=[*notes, *([note] if note else [])],
        size=person.size,
        diet=person.diet_text,
    )


def _addresses(db: Session, org_id: UUID, stops: Iterable[Stop]) -> dict[UUID, tuple[str, str]]:
    """Address and telephone of each site and hub among the stops."""
    wanted = [id_ for stop in stops for id_ in (stop.site_id, stop.hub_id) if id_ is not None]
    hubs = select(Hub.id, Hub.address).where(Hub.org_id == org_id, Hub.id.in_(wanted))
    found = {hub_id: (address, "") for hub_id, address in db.execute(hubs)}
    sites = (
        select(Site, Donor)
        .join(Donor, (Donor.org_id == Site.org_id) & (Donor.id == Site.donor_id))
        .where(Site.org_id == org_id, Site.id.in_(wanted))
    )
    for site, donor in db.execute(sites):
        phone = (
            unseal(donor.phone_sealed, org_id=org_id, place="donor|phone", row_id=donor.id) or ""
        )
        found[site.id] = (site.address or site.street, phone)
    return found
