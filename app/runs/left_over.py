"""Who or what a plan leaves over, as the desk shows it; and whose pin is to be checked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.fields import Point
from app.planning.driving.off_road import nowhere
from app.planning.plan import Plan, Unserved
from app.recipients import service as recipients
from app.recipients.rules import masked
from app.runs.day import DayProblem, Errand
from app.runs.plan.present import IN_ZONE, OUT_OF_ZONE

NOBODY_LEFT = ("圈外没有空着的志愿者了。", "No volunteer is left outside the zone.")


def unserved_rows(found: DayProblem, plan: Plan) -> list[dict[str, Any]]:
    """Volunteers who could not set off, then tasks left over, each with its reason."""
    stranded = [
        _row("volunteer", UUID(id_), found.drivers[id_].name, "", reason)
        for id_, reason in found.stranded.items()
    ]
    return stranded + [
        unserved_row(found.errands[left.task_id], _by_zone(left, found)) for left in plan.unserved
    ]


def _by_zone(left: Unserved, found: DayProblem) -> Unserved:
    """Outside a drawn zone nobody may be left: that is no lack of a skill."""
    if left.code == "skill" and found.errands[left.task_id].needs & {IN_ZONE, OUT_OF_ZONE}:
        return replace(left, code="zone", zh=NOBODY_LEFT[0], en=NOBODY_LEFT[1])
    return left


def unserved_row(errand: Errand, left: Unserved) -> dict[str, Any]:
    """One task that is left over."""
    reason, person = (left.code, left.zh, left.en), errand.recipient
    if person is not None:
        name = person.name if person.kind == "community_point" else masked(person.name)
        return _row("recipient", person.id, name, person.street, reason)
    offer = errand.offer
    assert offer is not None  # noqa: S101 - an errand without a recipient collects an offer
    return _row("offer", offer.id, offer.site_name, offer.street, reason)


def _row(
    subject: str, row_id: UUID, label: str, street: str, reason: tuple[str, str, str]
) -> dict[str, Any]:
    code, zh, en = reason
    return {
        "subject": subject,
        "id": str(row_id),
        "label": label,
        "street": street,
        "code": code,
        "zh": zh,
        "en": en,
    }


def doubt_pins(db: Session, org_id: UUID, found: DayProblem) -> None:
    """Put the day's households whose pin no vehicle can drive up to on the list of places to check.

    Those that are fine are taken off it. Estimates know no roads and change nothing.
    """
    problem = found.problem
    modes = {mode for mode, matrix in problem.travel.items() if matrix.source != "estimate"}
    if not modes or len(modes) < len(problem.travel):
        return
    doubts, pins = {}, {}
    for errand in found.errands.values():
        if errand.recipient is not None:
            snap = nowhere(problem, problem.task_by_id[errand.task_id].place, modes)
            fault = (snap.fault, round(snap.metres_off)) if snap is not None else ("", 0)
            doubts[errand.recipient.id] = fault
            pins[errand.recipient.id] = Point(lng=errand.recipient.lng, lat=errand.recipient.lat)
    recipients.doubt_places(db, org_id, doubts, pins)
