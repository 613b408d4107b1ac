"""What a finished plan tells of itself."""

from __future__ import annotations

from app.planning.plan import Plan
from app.runs.day import DayProblem
from app.runs.left_over import unserved_rows
from app.runs.models import DayPlan
from app.runs.plan.progress import best, point
from app.runs.plan.results import result_of


def write_down(row: DayPlan, found: DayProblem, plan: Plan, at_s: float) -> None:
    """Its last figures, `at_s` seconds after the beginning, what is left over, its result."""
    row.progress = [*row.progress, point(found, plan, at_s)]
    row.best = best(found, plan)
    row.unserved = unserved_rows(found, plan)
    row.result, row.has_result = result_of(found, plan), True
