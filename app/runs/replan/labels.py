"""How a stop of a new list is called, and which old one it goes on from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from app.recipients.rules import masked
from app.runs.replan.chores import Chore, Rest
from app.runs.replan.facts import StopNow
from app.runs.replan.lists import NewStop


def grams_at(chores: Sequence[Chore]) -> int:
    """What is taken or handed over at a stop."""
    return sum(chore.load.grams for chore in chores)


def old_stop(stop: NewStop, chores: Sequence[Chore]) -> StopNow | None:
    """The stop of the old lists that this one goes on from: the same door or site."""
    for chore in chores:
        for old in (chore.stop, chore.site):
            if old is not None and old.kind == stop.kind and not chore.retry:
                return old
    return None


def label_of(
    rest: Rest, stop: NewStop, chores: Sequence[Chore], names: Mapping[UUID, str]
) -> tuple[str, str]:
    """A stop's name and street as lists may show them: households masked."""
    if stop.kind in ("load", "unload"):
        hub = rest.now.hubs.get(stop.hub_id) if stop.hub_id else None
        return (hub.name if hub else ""), ""
    if stop.kind == "take_over":
        giver = stop.from_run_id
        return masked(names.get(giver, "")) if giver else "", ""
    old = old_stop(stop, chores)
    if stop.kind == "collect" and chores:
        offer = chores[0].offer
        return (offer.site_name, offer.street) if offer else ("", "")
    people = {chore.person.id: chore.person for chore in chores if chore.person is not None}
    street = next((p.street for p in people.values()), old.street if old else "")
    if len(people) == 1:
        person = next(iter(people.values()))
        return (masked(person.name) if person.kind == "household" else person.name), street
    return (f"{len(people)} 户" if people else old.label if old else ""), street
