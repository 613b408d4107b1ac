"""The donors' side of the past month: food is fetched, weighed in, written off when its time is up."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from app.demo.loading import code, food_columns, foods_at, gift_grams
from app.demo.month import HOUR_S, Month, Part, boxes_of
from app.donors.models import Offer, Site
from app.food.models import Hub, Lot
from app.food.rules import LOT_CODE_LENGTH, lot_code
from app.matching.rules import Supply
from app.volunteers.models import Volunteer

SITES_A_ROUND = (5, 6, 6, 7)
# With less than this in the hubs a round has one more site, with more than that one fewer.
STOCK_GRAMS = (650_000, 900_000)
LOSS_SHARE, LOSS_DAYS = 0.02, 10
BEGINS_S, ENDS_S, STOP_S, EVENING_S = 9 * HOUR_S, 12 * HOUR_S, 1300, 20 * HOUR_S


def collect(
    month: Month, day: date, sites: list[Site], hubs: list[Hub], vans: list[Volunteer]
) -> None:
    """Two vans go round some sites each, and unload at the hubs that hold least."""
    held = {hub.id: 0 for hub in hubs}
    for part in month.stock:
        held[part.hub.id] += part.grams
    total = sum(held.values())
    more = (total < STOCK_GRAMS[0]) - (total > STOCK_GRAMS[1])
    emptiest = sorted(hubs, key=lambda hub: (held[hub.id], hub.name))[:2]
    chosen = month.dice.sample(sites, 2 * (max(SITES_A_ROUND) + 1))
    for hub, driver in zip(emptiest, month.dice.sample(vans, 2), strict=True):
        count = month.dice.choice(SITES_A_ROUND) + more
        _round(month, day, [chosen.pop() for _ in range(count)], hub, driver)


def _round(month: Month, day: date, sites: list[Site], hub: Hub, driver: Volunteer) -> None:
    """One van's morning."""
    home, hub_holder = month.places[hub.id], month.hub_holders[hub.id]
    line = [home, *(month.places[site.id] for site in sites), home]
    run = month.run(day, "collection", driver, hub, line, (BEGINS_S, ENDS_S))
    aboard = month.holder("run", run)
    parts = []
    for seq, site in enumerate(sites, start=1):
        at = month.at(day, BEGINS_S + seq * STOP_S)
        offer, part = _gift(month, day, site, hub, BEGINS_S + seq * STOP_S)
        stop = month.stop(
            run, seq, "collect", site.name, month.places[site.id], at,
            street=site.street, site=site.id,
        )  # fmt: skip
        month.item(stop, part.grams, offer=offer)
        month.move(part.lot, month.source, aboard, part.grams, at, "collected", stop)
        parts.append(part)
    at = month.at(day, ENDS_S)
    stop = month.stop(run, len(sites) + 1, "unload", hub.name, home, at, hub=hub.id)
    for part in parts:
        month.move(part.lot, aboard, hub_holder, part.grams, at, "unloaded", stop)
        if (part.supply.best_before - day).days < LOSS_DAYS:
            lost = int(part.grams * LOSS_SHARE)
            month.move(part.lot, hub_holder, month.waste, lost, at + timedelta(hours=1), "waste")
            part.grams -= lost
    month.stock += parts


def _gift(month: Month, day: date, site: Site, hub: Hub, second: float) -> tuple[UUID, Part]:
    """An offer as it was announced, and the lot it became."""
    food = month.dice.choice(foods_at(site))
    at, grams, facts = month.at(day, second), gift_grams(month.dice, food), food_columns(food, day)
    offer = month.add(
        Offer,
        site_id=site.id,
        grams=grams,
        boxes=boxes_of(grams),
        ready_from=at - timedelta(hours=1),
        ready_until=at + timedelta(hours=4),
        tracking_code=code(month.dice),
        state="collected",
        state_at=at,
        **facts,
    )
    lot = month.add(
        Lot,
        code=lot_code(day, code(month.dice)[:LOT_CODE_LENGTH]),
        offer_id=offer,
        donor_id=site.donor_id,
        collected_at=at,
        state="released",
        state_at=at,
        **facts,
    )
    supply = Supply(
        id=str(lot),
        source=str(hub.id),
        food=facts["food"],
        grams=grams,
        best_before=facts["best_before"],
        place=month.places[hub.id],
        storage_class=facts["storage_class"],
        allergens=frozenset(facts["allergens"]),
        unfit_for=frozenset(facts["unfit_for"]),
    )
    return offer, Part(lot, hub, grams, supply)


def write_off(month: Month, day: date) -> None:
    """In the evening, what will be past its date tomorrow goes to waste."""
    at, kept = month.at(day, EVENING_S), []
    for part in month.stock:
        if part.supply.best_before <= day and part.grams:
            month.move(
                part.lot, month.hub_holders[part.hub.id], month.waste, part.grams, at, "waste"
            )
        elif part.grams:
            kept.append(part)
    month.stock = kept
