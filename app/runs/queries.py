"""Reads on plans and runs: what a screen needs, in one go."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.core.fields import Point
from app.runs.models import DayPlan, Run, Stop, StopItem
from app.runs.rules import AT_A_DOOR, RUN_MOVES, TAKEN_RUNS, in_square
from app.runs.schemas import RunOut, StopOut
from app.runs.service import own_profiles
from app.volunteers.models import Volunteer

PLANNERS = ("coordinator", "organisation_admin", "keeper")
# What changes the load: +1 taken aboard, −1 handed over; unloading empties the vehicle.
SIGN = {"collect": 1, "load": 1, "take_over": 1, "deliver": -1}


def plans(db: Session, org_id: UUID, day: date) -> list[DayPlan]:
    """The day's plannings, newest first."""
    query = (
        select(DayPlan)
        .where(DayPlan.org_id == org_id, DayPlan.day == day)
        .order_by(DayPlan.id.desc())
        .limit(20)
    )
    return list(db.scalars(query))


def runs(
    db: Session, subject: Subject, day: date | None, ids: Sequence[UUID] | None = None
) -> list[RunOut]:
    """Runs of a day (or by id), with stops, in a fixed number of queries.

    Volunteers see no drafts, and of runs that they have not claimed no door: a street, the
    middle of a square of about 500 m, how many households.
    """
    query = (
        select(Run, func.coalesce(Volunteer.name, ""), func.ST_AsGeoJSON(Run.geometry, 6))
        .outerjoin(Volunteer, (Volunteer.org_id == Run.org_id) & (Volunteer.id == Run.volunteer_id))
        .where(Run.org_id == subject.org_id, Run.state != "cancelled")
        .order_by(Run.day, Run.number)
    )
    if day is not None:
        query = query.where(Run.day == day)
    if ids is not None:
        query = query.where(Run.id.in_(ids))
    sees_all = subject.has(*PLANNERS)
    if not sees_all:
        query = query.where(Run.state != "draft")
    own = own_profiles(db, subject)
    found = db.execute(query).all()
    stops = _stops(db, subject.org_id, [row[0].id for row in found])
    return [
        _run(run, name, line, stops[run.id], yours=run.volunteer_id in own)
        if sees_all or (run.volunteer_id in own and run.state in TAKEN_RUNS)
        else _without_doors(run, name, stops[run.id], yours=run.volunteer_id in own)
        for run, name, line in found
    ]


def _without_doors(run: Run, volunteer: str, stops: list[StopOut], *, yours: bool) -> RunOut:
    """The stored line passes every door and begins where the volunteer lives: not for others."""
    shown = [without_door(stop) if stop.kind in AT_A_DOOR else stop for stop in stops]
    line = [[stop.point.lng, stop.point.lat] for stop in shown]
    return _run(run, volunteer, json.dumps({"coordinates": line}), shown, yours=yours)


def without_door(stop: StopOut) -> StopOut:
    """A stop at a door as people see it whose door it is not."""
    lng, lat = in_square(stop.point.lng, stop.point.lat)
    hidden = {"label": f"{stop.households} 户", "point": Point(lng=lng, lat=lat)}
    return stop.model_copy(update=hidden)


def _run(
    run: Run, volunteer: str, line: str | None, stops: list[StopOut], *, yours: bool
) -> RunOut:
    plain = (
        "id",
        "day",
        "number",
        "shape",
        "mode",
        "vehicle",
        "state",
        "locked",
        "volunteer_id",
        "capacity_grams",
        "capacity_boxes",
        "begins_at",
        "ends_at",
        "distance_m",
        "duration_s",
        "version",
    )
    return RunOut(
        **{name: getattr(run, name) for name in plain},
        volunteer=volunteer,
        yours=yours,
        source=run.travel_source,
        geometry=json.loads(line)["coordinates"] if line else [],
        stops=stops,
        max_load_grams=max((stop.load_after_grams for stop in stops), default=0),
        allowed=RUN_MOVES.allowed(run.state),
    )


def _stops(db: Session, org_id: UUID, run_ids: Sequence[UUID]) -> dict[UUID, list[StopOut]]:
    """Each run's stops in order, with what they carry and the load after them."""
    items = (
        select(
            StopItem.stop_id,
            func.count(func.distinct(StopItem.recipient_id)).label("households"),
            func.coalesce(func.sum(func.coalesce(StopItem.moved_grams, StopItem.grams)), 0).label(
                "grams"
            ),
            func.coalesce(func.sum(StopItem.boxes), 0).label("boxes"),
        )
        .where(StopItem.org_id == org_id)
        .group_by(StopItem.stop_id)
        .subquery()
    )
    query = (
        select(
            Stop,
            func.ST_X(Stop.geom),
            func.ST_Y(Stop.geom),
            items.c.households,
            items.c.grams,
            items.c.boxes,
        )
        .outerjoin(items, items.c.stop_id == Stop.id)
        .where(Stop.org_id == org_id, Stop.run_id.in_(run_ids))
        .order_by(Stop.run_id, Stop.seq)
    )
    found: dict[UUID, list[StopOut]] = defaultdict(list)
    load: dict[UUID, int] = defaultdict(int)
    for stop, lng, lat, households, grams, boxes in db.execute(query):
        change = SIGN.get(stop.kind, 0) * int(grams or 0)
        load[stop.run_id] = 0 if stop.kind == "unload" else max(0, load[stop.run_id] + change)
        found[stop.run_id].append(
            StopOut(
                **_plain(stop),
                point=Point(lng=lng, lat=lat),
                households=int(households or 0) or len(stop.visits),
                grams=int(grams or 0),
                boxes=int(boxes or 0),
                load_after_grams=load[stop.run_id],
            )
        )
    return found


def _plain(stop: Stop) -> dict[str, Any]:
    names = (
        "id",
        "seq",
        "kind",
        "label",
        "street",
        "planned_at",
        "window_from",
        "window_until",
        "service_s",
        "state",
        "locked",
    )
    return {name: getattr(stop, name) for name in names}


def my_runs(db: Session, subject: Subject, day: date) -> list[UUID]:
    """Ids of the runs of `day` that the signed-in volunteer has claimed."""
    query = (
        select(Run.id)
        .join(Volunteer, (Volunteer.org_id == Run.org_id) & (Volunteer.id == Run.volunteer_id))
        .where(
            Run.org_id == subject.org_id,
            Run.day == day,
            Run.state.in_(("claimed", "under_way", "completed")),
            Volunteer.person_id == subject.person_id,
        )
        .order_by(Run.number)
    )
    return list(db.scalars(query))
