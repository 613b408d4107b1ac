"""An address against the divisions: what it leaves out, and where it contradicts itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.core.sheets import Sentence
from app.places.address.divisions import Division, Divisions, Level, divisions
from app.places.address.parsing import Address, parse_address

_LEVELS: tuple[Level, ...] = ("city", "district", "street", "committee")


@dataclass(frozen=True)
class Located:
    """An address with the divisions it implies, the code of the smallest one, and what is odd.

    `code` is "" when the table knows none of the names. What a person wrote is never replaced,
    only what is missing is filled in.
    """

    address: Address
    code: str = ""
    findings: tuple[Sentence, ...] = ()


def contradiction(inner: str, really_in: str, said: str) -> Sentence:
    """A street or committee that lies elsewhere than the address says."""
    return Sentence(
        "divisions contradict",
        f"{inner}在{really_in}，不在{said}。请核对。",
        f"{inner} is in {really_in}, not in {said}. Please check.",
    )


def _candidates(table: Divisions, level: Level, name: str, above: list[Division]) -> list[Division]:
    """The divisions of that name, those inside one of `above` first choice."""
    every = table.named(level, name)
    inside = [one for one in every if any(one.code.startswith(up.code) for up in above)]
    return inside or every


def _is_inside(one: Division, outer: list[Division], table: Divisions) -> bool:
    """A municipality's city and its province are the same thing."""
    for up in outer:
        city = table.above(one, "city")
        if one.code.startswith(up.code) or (city is not None and city.code == up.code):
            return True
    return False


def locate(address: Address, home: str = "") -> Located:
    """Fill in what the names imply and say where they contradict each other.

    `home` is the code of the division the organisation works in ("31"); it decides between
    namesakes (普陀区 of Shanghai and of Zhoushan) and between the same committee's name in
    several streets. Names the table does not know are left alone.
    """
    table = divisions()
    above = table.named("province", home) if not home else [Division(home, "")]
    found: dict[Level, list[Division]] = {}
    findings: list[Sentence] = []
    said: list[Division] = []
    for level in _LEVELS:
        name = getattr(address, level)
        options = _candidates(table, level, name, above) if name else []
        if level == "city" and name and not options:
            options = table.named("province", name)
        if not options:
            continue
        if said and not any(_is_inside(one, said, table) for one in options):
            if len(options) == 1:
                findings.append(_sentence(table, options[0], said[0]))
            continue
        found[level], above, said = options, options, options
    return _filled(address, found, tuple(findings), table)


def _sentence(table: Divisions, inner: Division, said: Division) -> Sentence:
    """Names the real parent on the level that the address gets wrong."""
    level = said.level if said.level != "province" else "city"
    real = table.above(inner, level)
    return contradiction(inner.name, real.name if real else "", said.name)


def _filled(
    address: Address,
    found: dict[Level, list[Division]],
    findings: tuple[Sentence, ...],
    table: Divisions,
) -> Located:
    """What the smallest division that is certain implies."""
    certain = [options[0] for options in found.values() if len(options) == 1]
    if not certain:
        return Located(address, "", findings)
    smallest = certain[-1]
    missing: dict[str, str] = {}
    for level in ("city", "district", "street"):
        above = table.above(smallest, level)
        if above is not None and not getattr(address, level) and len(above.code) <= 9:
            missing[level] = above.name
    return Located(replace(address, **missing), smallest.code, findings)


def street_of(typed: str, home: str = "") -> str:
    """The street or town an address lies in, as far as it says or implies it; else ""."""
    return locate(parse_address(typed), home).address.street


def city_of(street: str) -> str:
    """The city of a street or town by its name; "" when the table does not know it, or several do."""
    return locate(parse_address(street)).address.city
