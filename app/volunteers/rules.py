"""Who may change what about a volunteer."""

from __future__ import annotations

PLANNERS = frozenset({"coordinator", "organisation_admin"})
# What people usually carry, (grams, boxes of about 5 kg): a hatchback, two bags and a rack, a
# trike's bed, a rack, two hands and a trolley.
USUAL_LOADS = {
    "car": (150_000, 30),
    "ebike": (40_000, 8),
    "trike": (120_000, 24),
    "bicycle": (25_000, 5),
    "foot": (20_000, 4),
}
# What a volunteer says about themselves; the rest is for those who plan.
OWN_FIELDS = frozenset(
    {
        "vehicle",
        "mode",
        "capacity_grams",
        "capacity_boxes",
        "capacity_chilled_boxes",
        "start",
        "end",
        "trips_max",
        "max_stops",
    }
)


def may_edit(roles: frozenset[str], fields: set[str], *, is_own: bool) -> bool:
    """Whether these fields may be changed by somebody with these roles."""
    if not PLANNERS.isdisjoint(roles):
        return True
    return is_own and fields <= OWN_FIELDS
