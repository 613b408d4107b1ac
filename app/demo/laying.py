"""The demo's people and places, moved into another town; who they are stays the same."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from app.demo.cast import Cast, Place
from app.demo.loading import point
from app.demo.town import Lots, Spot, Town, address, joined, middles
from app.donors.models import Site
from app.matching.rules import metres_between
from app.recipients.models import Recipient

EXAMPLE = "示例"


def lay_out(cast: Cast, town: Town, dice: Random) -> None:
    """Give everybody a place in the town; what `cast.places` says of before is not looked at.

    Hubs stand in the middles of the town's parts where most people live, community points in the
    middles of smaller ones; everybody else lives where the dice says, at a spot of their own.
    """
    lots = Lots(town, dice)
    centres = middles(town.spots, len(cast.hubs))
    for hub, centre in zip(cast.hubs, centres, strict=True):
        spot = lots.take_near(centre)
        hub.name = f"{_here(spot, town, EXAMPLE)}{hub.name.partition(EXAMPLE)[2]}"
        hub.address, hub.geom = _address(spot, town, dice), point(spot.place)
    points = [row for row in cast.recipients if row.kind == "community_point"]
    for row, centre in zip(points, _between(centres, town, len(points)), strict=True):
        spot = lots.take_near(centre)
        row.name = f"{_here(spot, town, EXAMPLE)}{row.name.partition(EXAMPLE)[2]}"
        _settle(row, spot, town, dice)
    # Walkers set out from a hub's own neighbourhood; the others live anywhere.
    for number, volunteer in enumerate(cast.volunteers):
        walks = volunteer.mode == "foot"
        spot = lots.take_near(centres[number % len(centres)]) if walks else lots.take()
        volunteer.start_geom = point(spot.place)
    names: set[str] = set()
    for site in cast.sites:
        _move_site(site, lots.take(), town, dice, names)
    for row in cast.recipients:
        if row.kind == "household":
            _settle(row, lots.take(), town, dice)


def _between(hubs: Sequence[Place], town: Town, count: int) -> list[Place]:
    """Middles of smaller parts of the town, those that are farthest from any hub."""
    smaller = middles(town.spots, len(hubs) + count)
    return sorted(smaller, key=lambda place: -min(metres_between(place, hub) for hub in hubs))[
        :count
    ]


def _here(spot: Spot, town: Town, more: str) -> str:
    """The street's or the part's name, before Chinese words."""
    return joined(spot.street or town.part_of(spot.place).name, more)


def _address(spot: Spot, town: Town, dice: Random, room: str = "") -> str:
    return address(spot, dice, room) or joined(town.part_of(spot.place).name, EXAMPLE)


def _move_site(site: Site, spot: Spot, town: Town, dice: Random, names: set[str]) -> None:
    """A store is called after its street; a second one there is numbered."""
    donor = site.name.partition("(")[0]
    shop = f"{donor}({_here(spot, town, '店')})"
    number = 2
    while shop in names:
        shop, number = f"{donor}({_here(spot, town, f'{number}店')})", number + 1
    names.add(shop)
    site.name, site.address = shop, _address(spot, town, dice)
    site.street, site.geom = town.part_of(spot.place).name, point(spot.place)


def _settle(row: Recipient, spot: Spot, town: Town, dice: Random) -> None:
    """Move a recipient; a pin that waits to be set keeps waiting."""
    room = f"{row.floor}0{dice.randrange(1, 5)}室" if row.kind == "household" else ""
    row.street = town.part_of(spot.place).name
    row.address = _address(spot, town, dice, room)
    if row.geom is not None:
        row.geom = point(spot.place)
