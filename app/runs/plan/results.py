"""A finished plan as it is kept: enough to compare two plans and to put one back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.planning import service as planning
from app.planning.plan import Plan
from app.runs.day import DayProblem, Errand
from app.runs.stop_rows import door_label


def result_of(found: DayProblem, plan: Plan) -> dict[str, Any]:
    """The plan as plain JSON, with the labels that the drafts show and no more."""
    driven = {route.vehicle_id for route in plan.routes}
    served = {id_ for route in plan.routes for stop in route.stops for id_ in stop.task_ids}
    called = {stop.place for route in plan.routes for stop in route.stops}
    return {
        "plan": planning.plan_to_dict(plan),
        # Of the stops alone: nobody needs to see again where volunteers live.
        "places": {str(place): list(found.places[place]) for place in sorted(called)},
        "drivers": {id_: found.drivers[id_].name for id_ in sorted(driven)},
        "tasks": {id_: _label(found.errands[id_]) for id_ in sorted(served)},
    }


def _label(errand: Errand) -> dict[str, str]:
    if errand.recipient is not None:
        return {"label": door_label([errand]), "street": errand.recipient.street}
    offer = errand.offer
    assert offer is not None  # noqa: S101 - an errand without a recipient collects an offer
    return {"label": offer.site_name, "street": offer.street}


@dataclass(frozen=True)
class KeptResult:
    """What `result_of` wrote, read back."""

    plan: Plan
    places: dict[int, tuple[float, float]]
    drivers: dict[str, str]
    tasks: dict[str, dict[str, str]]


def kept_result(raw: dict[str, Any]) -> KeptResult:
    """The kept plan. Raises KeyError for anything else."""
    return KeptResult(
        planning.plan_from_dict(raw["plan"]),
        {int(number): (lng, lat) for number, (lng, lat) in raw["places"].items()},
        raw["drivers"],
        raw["tasks"],
    )
