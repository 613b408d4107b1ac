"""Which doors are served after the volunteers' breaks, as a plan has it.

PyVRP knows no breaks. Once there is a plan with breaks in it, the time of a break can lie on the
arcs between doors before and doors after it, which makes PyVRP's times right for every plan that
is alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from app.planning.driving.stops import Bundle
from app.planning.engines.doors import BoolArray
from app.planning.plan import Route


def after_rest(bundles: Sequence[Bundle], routes: Iterable[Route]) -> BoolArray | None:
    """Per bundle whether it comes after a break; None when the plan has no breaks.

    In a run without a break, and for what is left over, the hour decides.
    """
    after: dict[str, bool] = {}
    begun: list[int] = []
    without: list[Route] = []
    for route in routes:
        kinds = [stop.kind for stop in route.stops]
        if "break" not in kinds:
            without.append(route)
            continue
        first = kinds.index("break")
        begun.append(route.stops[first].start_s)
        after |= {id_: n > first for n, stop in enumerate(route.stops) for id_ in stop.task_ids}
    if not begun:
        return None
    noon_s = int(np.median(begun))
    for route in without:
        after |= {id_: stop.start_s >= noon_s for stop in route.stops for id_ in stop.task_ids}
    rows = [after.get(item.first.id, item.windows[0].start_s >= noon_s) for item in bundles]
    return np.array(rows, dtype=bool)
