"""Addresses made comparable: two spellings of one door give the same key."""

from __future__ import annotations

import re

from app.places.address.parsing import Address
from app.places.address.signs import arabic_within


def _folded(name: str) -> str:
    """A name without spaces, in one spelling of its numerals and its case."""
    return arabic_within(re.sub(r"[\s|]+", "", name).casefold())


def _house(address: Address) -> tuple[str, ...]:
    """Road, lane, lane off the lane, compound, number, building; 88弄3号楼 is 88弄3号."""
    number = address.number or address.building
    building = address.building if address.number else ""
    rest = "" if address.compound or address.road else address.rest
    names = address.road, address.lane, address.sublane, address.compound or rest
    return tuple(_folded(part) for part in (*names, number, building))


def house_key(address: Address) -> str:
    """The house without storey and room, as the address book keeps it; "" when none is named.

    The compound's name beside a road with its lane or number says nothing new and is left out;
    a numbered village does: 打浦路三村12号 is not 打浦路12号.
    """
    road, lane, sublane, compound, number, building = _house(address)
    if not (number or lane) or not (road or compound):
        return ""
    if road and (lane or not compound.endswith("村")):
        compound = ""
    return f"{road}|{lane}|{sublane}|{compound}|{number}|{building}"


def door_key(address: Address) -> tuple[str, ...]:
    """The very door, for telling households apart; every part "" when there is no address."""
    return (*_house(address), address.unit, address.room.casefold())
