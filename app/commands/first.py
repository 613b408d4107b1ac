"""What a start needs first; quick to import, since every `foodmap up` waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.cluster import Step

DEMO_SLUG = "demo"


class CommandRefused(Exception):
    """The command cannot be carried out."""


def first_steps(roads: Path | None = None) -> Sequence[Step]:
    """What `up` does on the way: the demo and its plan, once; sign-in links, each time.

    Roads come first where an extract was named, so that the demo is planned along its streets.
    """
    from app.cluster import Step  # noqa: PLC0415 - it loads half the rooms

    build = () if roads is None else (Step(f"Roads of {roads.name}", lambda: build_roads(roads)),)
    return (
        *build,
        Step("Demo organisation", load_demo),
        Step("Sign-in links", sign_in_links),
        Step("Today's runs", plan_demo, when_serving=True),
    )


def build_roads(file: Path) -> None:
    """Build this extract unless it is the live one."""
    from rich.console import Console  # noqa: PLC0415 - only where roads are asked for

    from app.commands import roads  # noqa: PLC0415 - settings are read only now

    screen = Console(stderr=True)
    answer = roads.build(file, roads.parse_modes(""), screen)
    screen.print(roads.sentence(answer), markup=False, highlight=False, soft_wrap=True)


def load_demo(day: date | None = None) -> None:
    """Load the demo organisation unless it is there, ready for `day` (default: the coming one)."""
    from app.demo import service as demo  # noqa: PLC0415 - settings are read only now

    demo.load(day)


def sign_in_links() -> list[dict[str, Any]]:
    """One fresh sign-in link and password per role of the demo organisation."""
    from app.demo import service as demo  # noqa: PLC0415 - settings are read only now

    return demo.accounts()


def plan_demo() -> None:
    """Plan the demo's day, once, through the worker."""
    from app.demo import service as demo  # noqa: PLC0415 - settings are read only now

    demo.plan_first_day()
