"""The job that works out another rest of the day; no transaction is open while it solves."""

from __future__ import annotations

from app.jobs.queue import tasks


@tasks.task(name="solve_replan", priority=10)
def solve_replan(org_id: str, replan_id: str) -> None:
    """Work out one proposal. Doing it again (after a killed worker) starts over, harmlessly."""
    del org_id, replan_id
