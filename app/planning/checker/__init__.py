"""The independent checker: works every plan out again and names each rule it breaks.

It shares nothing with the solver or the scheduler: it reads the stops as written and compares
them with the problem. A plan that it refuses is never stored nor shown.
"""

from app.planning.checker.whole import check

__all__ = ["check"]
