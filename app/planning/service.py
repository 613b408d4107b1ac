"""The verbs of this room, all pure except `solve_in_child`, which starts a process."""

from app.planning.checker import check
from app.planning.driving.schedule import Scheduled, schedule
from app.planning.engines.day import order_stops, solve
from app.planning.plan import plan_from_dict, plan_to_dict
from app.planning.process.parent import SolverDied, solve_in_child
from app.planning.validation import InvalidProblem, validate

__all__ = [
    "InvalidProblem",
    "Scheduled",
    "SolverDied",
    "check",
    "order_stops",
    "plan_from_dict",
    "plan_to_dict",
    "schedule",
    "solve",
    "solve_in_child",
    "validate",
]
