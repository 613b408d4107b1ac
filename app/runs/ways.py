"""The way to each stop along the streets, kept with the run so that a phone has it offline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.fields import Point, line_geometry
from app.planning.problem import one_source
from app.roads.service import travel_times
from app.roads.travel import Leg, Mode, Route, Source, TravelTimes
from app.roads.travel import Point as Place
from app.runs.models import Run, Stop

DECIMALS = 6  # of a degree: ten centimetres, and half the size on the phone


@dataclass(frozen=True)
class Course:
    """Where a run goes and how: from its start through its stops to its end, as (lng, lat)."""

    mode: Mode
    start: Place
    stops: tuple[Place, ...]
    end: Place | None


Way = Route
"""A course along the streets, one leg to each of its stops, and one home."""


def ask_way(course: Course, roads: TravelTimes) -> Way:
    """The way that a course takes. Asks a road engine, if there is one."""
    through = [course.start, *course.stops, *([course.end] if course.end else [])]
    return roads.route(through, course.mode)


def lay(run: Run, stops: Sequence[Stop], course: Course, way: Way, timed: Source) -> None:
    """Draw the run along the streets and write the way to each stop.

    `stops` are those of the course, in its order; `timed` is where the run's times are from. A way
    that comes from elsewhere (an engine fell silent in between) makes the run "mixed".
    """
    for stop, leg in zip(stops, way.legs, strict=False):  # the last leg leads home
        stop.way = _way(leg, way.source)
    run.geometry = line_geometry(way.geometry)
    run.start_geom = _point(course.start)
    run.end_geom = _point(course.end) if course.end else None
    run.travel_source = one_source([timed, way.source])


def _point(place: Place) -> Any:
    return Point(lng=place[0], lat=place[1]).to_geometry()


def _way(leg: Leg, source: Source) -> dict[str, Any]:
    steps = [
        {
            "zh": step.zh,
            "en": step.en,
            "seconds": step.seconds,
            "metres": step.metres,
            "at": [round(step.at[0], DECIMALS), round(step.at[1], DECIMALS)],
        }
        for step in leg.steps
    ]
    return {"metres": leg.metres, "seconds": leg.seconds, "source": source, "steps": steps}


def lay_again(db: Session, run: Run, ends: tuple[Place | None, Place | None] | None = None) -> None:
    """Draw a stored run anew: a stop fell away, or somebody else drives it between their own `ends`.

    Without a start it begins at its first stop, without an end it ends at its last.

    What it says of its length and its hours stays as it was planned and published.
    """
    places = select(Stop, func.ST_X(Stop.geom), func.ST_Y(Stop.geom)).where(
        Stop.org_id == run.org_id, Stop.run_id == run.id
    )
    rows = [(stop, (lng, lat)) for stop, lng, lat in db.execute(places.order_by(Stop.seq))]
    for stop, _ in rows:
        stop.way = {}
    called = [(stop, place) for stop, place in rows if stop.state != "skipped"]
    if not called:
        return
    start, end = ends or (_place(db, run, "start_geom"), _place(db, run, "end_geom"))
    places_called = tuple(place for _, place in called)
    course = Course(Mode(run.mode), start or called[0][1], places_called, end)
    timed: Source = run.travel_source  # type: ignore[assignment]  # the table allows only these
    way = ask_way(course, travel_times(db))
    lay(run, [stop for stop, _ in called], course, way, timed)


def _place(db: Session, run: Run, column: str) -> Place | None:
    geom = getattr(Run, column)
    query = select(func.ST_X(geom), func.ST_Y(geom)).where(
        Run.org_id == run.org_id, Run.id == run.id
    )
    lng, lat = db.execute(query).one()
    return (lng, lat) if lng is not None else None
