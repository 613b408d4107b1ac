"""A month behind the demo: food collected, brought to hubs, handed over; the ledger is exact."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.core.clock import at_second
from app.core.fields import line_geometry
from app.core.ids import new_id
from app.demo import city
from app.demo.loading import code, point
from app.donors.models import Offer, Site
from app.food import service as food
from app.food.models import Holder, Hub, Lot, Movement
from app.recipients.models import Recipient
from app.runs.models import Run, Stop, StopItem
from app.volunteers.models import Volunteer

DAYS = 30
OFFERS_A_DAY = 9
LOSS_SHARE = 0.02
HOUR_S = 3600
# Enough stays in the hubs for the day that lies ahead.
STOCK_DAYS = 6


@dataclass
class Month:
    """Rows gathered before they are stored in bulk, and what the hubs hold meanwhile."""

    org_id: UUID
    zone: str
    dice: Random
    source: UUID
    waste: UUID
    rows: dict[type, list[dict[str, Any]]] = field(default_factory=dict)
    stock: list[tuple[UUID, UUID, int, str]] = field(default_factory=list)  # lot, hub, grams, food
    places: dict[UUID, tuple[float, float]] = field(default_factory=dict)
    numbers: dict[date, int] = field(default_factory=dict)
    best_before: dict[UUID, date] = field(default_factory=dict)

    def add(self, table: type, **columns: Any) -> UUID:
        """Gather one row; its id."""
        made = new_id()
        self.rows.setdefault(table, []).append({"id": made, "org_id": self.org_id} | columns)
        return made

    def move(
        self,
        lot: UUID,
        giver: UUID,
        taker: UUID,
        grams: int,
        at: datetime,
        reason: str,
        stop: UUID | None,
    ) -> None:
        """Gather one movement."""
        self.add(
            Movement,
            lot_id=lot,
            from_holder_id=giver,
            to_holder_id=taker,
            grams=grams,
            at=at,
            reason=reason,
            stop_id=stop,
        )

    def holder(self, kind: str, subject: UUID) -> UUID:
        """Gather a holder for a run of the past."""
        return self.add(Holder, kind=kind, subject_id=subject)


def write(
    db: Session, org_id: UUID, zone: str, dice: Random, today: date, sites: list[Site], hubs: list[Hub],
    recipients: list[Recipient], volunteers: list[Volunteer], places: dict[UUID, tuple[float, float]],
) -> None:  # fmt: skip
    """A month of collections and distributions up to yesterday."""
    source, waste = (food.holder(db, org_id, kind).id for kind in ("source", "waste"))
    month = Month(org_id, zone, dice, source, waste, places=places)
    hub_holders = {hub.id: food.holder(db, org_id, "hub", hub.id).id for hub in hubs}
    holders = {row.id: month.holder("recipient", row.id) for row in recipients}
    for back in range(DAYS, 0, -1):
        day = today - timedelta(days=back)
        _collect(month, day, sites, hubs, hub_holders, volunteers)
        fed = [
            row
            for row in recipients
            if row.last_food_on and (day - row.last_food_on).days % row.need_every_days == 0
        ]
        fed = [row for row in fed if row.last_food_on and day <= row.last_food_on]
        _distribute(
            month, day, fed, hubs, hub_holders, holders, volunteers, keep=back <= STOCK_DAYS
        )
        _throw_away(month, day, hub_holders)
    for table in (Offer, Lot, Holder, Run, Stop, StopItem, Movement):
        if month.rows.get(table):
            db.execute(insert(table), month.rows[table])


def _run(
    month: Month,
    day: date,
    shape: str,
    volunteer: Volunteer,
    hub: Hub,
    line: list[tuple[float, float]],
    hours: tuple[float, float],
) -> UUID:
    number = month.numbers[day] = month.numbers.get(day, 0) + 1
    begins, ends = (at_second(day, hour * HOUR_S, month.zone) for hour in hours)
    distance = sum(_metres(a, b) for a, b in pairwise(line))
    return month.add(
        Run,
        day=day,
        number=number,
        volunteer_id=volunteer.id,
        hub_id=hub.id,
        shape=shape,
        mode=volunteer.mode,
        vehicle=volunteer.vehicle,
        capacity_grams=volunteer.capacity_grams,
        capacity_boxes=volunteer.capacity_boxes,
        capacity_chilled_boxes=volunteer.capacity_chilled_boxes,
        begins_at=begins,
        ends_at=ends,
        distance_m=int(distance * 1.5),
        duration_s=int((ends - begins).total_seconds()),
        travel_source="estimate",
        geometry=line_geometry(line),
        state="completed",
        state_at=ends,
    )


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(((a[0] - b[0]) ** 2 * 0.73 + (a[1] - b[1]) ** 2) ** 0.5 * 111_320)


def _stop(
    month: Month,
    run: UUID,
    seq: int,
    kind: str,
    label: str,
    street: str,
    place: tuple[float, float],
    at: datetime,
    **refs: Any,
) -> UUID:
    return month.add(
        Stop,
        run_id=run,
        seq=seq,
        kind=kind,
        label=label,
        street=street,
        geom=point(place),
        planned_at=at,
        window_from=at - timedelta(hours=3),
        window_until=at + timedelta(hours=3),
        service_s=240,
        state="done",
        state_at=at,
        **({"site_id": None, "hub_id": None} | refs),
    )


def _collect(
    month: Month,
    day: date,
    sites: list[Site],
    hubs: list[Hub],
    hub_holders: dict[UUID, UUID],
    volunteers: list[Volunteer],
) -> None:
    """One van a day goes round some sites and unloads at the first hub."""
    dice, hub = month.dice, hubs[month.dice.choices(range(len(hubs)), (6, 3, 3))[0]]
    chosen = dice.sample(sites, OFFERS_A_DAY)
    home = month.places[hub.id]
    run = _run(
        month,
        day,
        "collection",
        volunteers[dice.randrange(7)],
        hub,
        [home, *(month.places[s.id] for s in chosen), home],
        (9, 12),
    )
    aboard = month.holder("run", run)
    taken: list[tuple[UUID, int, str]] = []
    for seq, site in enumerate(chosen, start=1):
        at = at_second(day, 9 * HOUR_S + seq * 1500, month.zone)
        foods = next(foods for name, _, _, foods in city.DONORS if site.name.startswith(name))
        what = dice.choice(foods)
        storage, keeps, allergens, unfit = city.FOODS[what]
        # What spoils quickly is long eaten; what is left in the hubs keeps.
        grams = dice.randrange(12, 60) * 1000
        offer = month.add(
            Offer,
            site_id=site.id,
            food=what,
            grams=grams,
            boxes=grams // 10_000,
            storage_class=storage,
            allergens=list(allergens),
            unfit_for=list(unfit),
            ready_from=at - timedelta(hours=1),
            ready_until=at + timedelta(hours=4),
            best_before=day + timedelta(days=keeps),
            tracking_code=code(dice),
            state="collected",
            state_at=at,
        )
        lot = month.add(
            Lot,
            code=f"L{day:%y%m%d}-{code(dice)[:4]}",
            offer_id=offer,
            donor_id=site.donor_id,
            food=what,
            storage_class=storage,
            allergens=list(allergens),
            unfit_for=list(unfit),
            best_before=day + timedelta(days=keeps),
            collected_at=at,
            state="released",
            state_at=at,
        )
        month.best_before[lot] = day + timedelta(days=keeps)
        stop = _stop(
            month,
            run,
            seq,
            "collect",
            site.name,
            site.street,
            month.places[site.id],
            at,
            site_id=site.id,
        )
        month.add(
            StopItem,
            stop_id=stop,
            recipient_id=None,
            lot_id=None,
            offer_id=offer,
            allocation_id=None,
            grams=grams,
            boxes=grams // 10_000,
            outcome="handed_over",
            moved_grams=grams,
        )
        month.move(lot, month.source, aboard, grams, at, "collected", stop)
        taken.append((lot, grams, what))
    at = at_second(day, 12 * HOUR_S, month.zone)
    stop = _stop(month, run, len(chosen) + 1, "unload", hub.name, "", home, at, hub_id=hub.id)
    for lot, grams, what in taken:
        month.move(lot, aboard, hub_holders[hub.id], grams, at, "unloaded", stop)
        lost = int(grams * LOSS_SHARE) if city.FOODS[what][1] < 10 else 0
        if lost:
            month.move(
                lot, hub_holders[hub.id], month.waste, lost, at + timedelta(hours=1), "waste", None
            )
        month.stock.append((lot, hub.id, grams - lost, what))


def _distribute(
    month: Month, day: date, fed: list[Recipient], hubs: list[Hub], hub_holders: dict[UUID, UUID],
    holders: dict[UUID, UUID], volunteers: list[Volunteer], *, keep: bool,
) -> None:  # fmt: skip
    """Runs of up to sixteen doors from each hub, with what it holds."""
    for hub in hubs:
        mine = [row for row in fed if row.geom is not None and _nearest(month, row, hubs) == hub.id]
        for first in range(0, len(mine), 16):
            doors = mine[first : first + 16]
            supply = [
                part
                for part in month.stock
                if part[1] == hub.id and not (keep and city.FOODS[part[3]][1] > 60)
            ]
            if supply:
                _hand_out(
                    month,
                    day,
                    doors,
                    hub,
                    hub_holders[hub.id],
                    holders,
                    month.dice.choice(volunteers),
                    supply,
                )


def _throw_away(month: Month, day: date, hub_holders: dict[UUID, UUID]) -> None:
    """In the evening, what will be past its date tomorrow is written off."""
    at = at_second(day, 18 * HOUR_S, month.zone)
    for lot, hub, grams, _ in month.stock:
        if month.best_before[lot] <= day:
            month.move(lot, hub_holders[hub], month.waste, grams, at, "waste", None)
    month.stock = [part for part in month.stock if month.best_before[part[0]] > day]


def _nearest(month: Month, row: Recipient, hubs: list[Hub]) -> UUID:
    here = month.places[row.id]
    return min(hubs, key=lambda hub: _metres(here, month.places[hub.id])).id


def _hand_out(
    month: Month, day: date, doors: list[Recipient], hub: Hub, hub_holder: UUID, holders: dict[UUID, UUID],
    volunteer: Volunteer, supply: list[tuple[UUID, UUID, int, str]],
) -> None:  # fmt: skip
    left = {lot: grams for lot, _, grams, _ in supply}
    shares: list[tuple[Recipient, UUID, int]] = []
    for row in doors:
        lot = next((lot for lot, grams in left.items() if grams >= row.need_grams), None)
        if lot is not None:
            left[lot] -= row.need_grams
            shares.append((row, lot, row.need_grams))
    if not shares:
        return
    month.stock = [
        (lot, where, left.get(lot, grams), what)
        for lot, where, grams, what in month.stock
        if left.get(lot, grams) > 0
    ]
    home = month.places[hub.id]
    run = _run(
        month,
        day,
        "distribution",
        volunteer,
        hub,
        [home, *(month.places[row.id] for row, _, _ in shares)],
        (13, 17),
    )
    aboard = month.holder("run", run)
    at = at_second(day, 13 * HOUR_S, month.zone)
    load = _stop(month, run, 1, "load", hub.name, "", home, at, hub_id=hub.id)
    for lot in dict.fromkeys(lot for _, lot, _ in shares):
        grams = sum(part for _, which, part in shares if which == lot)
        month.add(
            StopItem,
            stop_id=load,
            recipient_id=None,
            lot_id=lot,
            offer_id=None,
            allocation_id=None,
            grams=grams,
            boxes=1,
            outcome="handed_over",
            moved_grams=grams,
        )
        month.move(lot, hub_holder, aboard, grams, at, "loaded", load)
    for seq, (row, lot, grams) in enumerate(shares, start=2):
        at = at_second(day, 13 * HOUR_S + seq * 840, month.zone)
        label = row.name[:1] + "**" if row.kind == "household" else row.name
        stop = _stop(month, run, seq, "deliver", label, row.street, month.places[row.id], at)
        month.add(
            StopItem,
            stop_id=stop,
            recipient_id=row.id,
            lot_id=lot,
            offer_id=None,
            allocation_id=None,
            grams=grams,
            boxes=1,
            outcome="handed_over",
            moved_grams=grams,
        )
        month.move(lot, aboard, holders[row.id], grams, at, "handed_over", stop)
