"""What can go wrong on the way, what may happen to a proposal, and how sure a time is."""

from __future__ import annotations

from app.core.moves import Moves

CAUSES = (
    "volunteer_out",
    "nothing_to_collect",
    "not_home",
    "lot_recalled",
    "running_late",
    "again",
)
REPLAN_STATES = ("solving", "proposed", "accepted", "refused", "failed", "outdated")
OPEN_REPLANS = ("solving", "proposed")
REPLAN_MOVES = Moves(
    "proposal",
    {
        "propose": (("solving",), "proposed"),
        "fail": (("solving",), "failed"),
        "accept": (("proposed",), "accepted"),
        "refuse": (("solving", "proposed"), "refused"),
        # Somebody went on driving, or asked anew.
        "outdate": (("solving", "proposed"), "outdated"),
    },
)
# Runs that people know of; a draft is solved again by the plan of the day.
GOING = ("published", "claimed", "under_way")

SECONDS = 2.0
"""How long the solver thinks unless told otherwise: the answer is to be there within five."""

ANSWER_S = 2.0
"""Once there is a plan at all, the answer comes so long after the solver's seconds, however busy
the machine is."""

STABILITY_S = 15 * 60
"""What it costs, in seconds, to give a stop to somebody else than the one who has it."""

STEADY_S = 10 * 60
"""An order that people know is kept when the best one saves less than this."""

RETRY_AFTER_S = 45 * 60
"""Nobody was at home: the second try comes no sooner than this."""

LATE_MAX_S = 60 * 60
"""A door that is late already may stay this late; nobody is dropped for a slipped time alone."""

TOLD_FROM_S = 5 * 60
"""Times that move by less are not worth telling anybody."""

TRIPS_MAX = 2
"""A run under way may go back to its hub once more."""
