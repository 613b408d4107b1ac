"""Today's runs as lines on the map: doors only for those whose doors they are."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.access import CREW, STAFF, Subject
from app.map.rules import blurred
from app.map.schemas import MapRun, MapStop
from app.runs import queries
from app.runs.schemas import RunOut, StopOut
from app.volunteers.models import Volunteer

OVER = ("done", "failed", "skipped")
AT_A_DOOR = ("deliver", "visit")
SOMEWHERE = "送达点"


def runs(db: Session, subject: Subject, day: date) -> list[MapRun]:
    """The day's runs for the map.

    Planners and keepers see all of them exactly. A volunteer sees the published ones, and
    doors only on a run of today that they have claimed; elsewhere a door is the middle of a
    square of about 500 m and the line follows those. Nobody else sees runs.
    """
    if not subject.has(*CREW):
        return []
    staff = subject.has(*STAFF)
    own = set() if staff else _own_profiles(db, subject)
    return [
        _shown(run, exact=staff or _is_theirs_today(run, own, subject.today))
        for run in queries.runs(db, subject, day)
    ]


def _own_profiles(db: Session, subject: Subject) -> set[UUID]:
    query = select(Volunteer.id).where(
        Volunteer.org_id == subject.org_id, Volunteer.person_id == subject.person_id
    )
    return set(db.scalars(query))


def _is_theirs_today(run: RunOut, own: set[UUID], today: date) -> bool:
    return run.volunteer_id in own and run.day == today and run.state in ("claimed", "under_way")


def _shown(run: RunOut, *, exact: bool) -> MapRun:
    stops = [_stop(stop, exact=exact) for stop in run.stops]
    plain = (
        "id", "number", "shape", "mode", "state", "volunteer", "vehicle", "distance_m",
        "duration_s", "source", "capacity_grams", "max_load_grams", "allowed",
    )  # fmt: skip
    return MapRun(
        **{name: getattr(run, name) for name in plain},
        stops_done=sum(stop.state in OVER for stop in stops if stop.kind != "break"),
        stops_total=sum(stop.kind != "break" for stop in stops),
        exact=exact,
        # The stored line passes every door, and begins where the volunteer lives.
        geometry=run.geometry if exact else [[stop.lng, stop.lat] for stop in stops],
        stops=stops,
    )


def _stop(stop: StopOut, *, exact: bool) -> MapStop:
    hidden = stop.kind in AT_A_DOOR and not exact
    lng, lat = stop.point.lng, stop.point.lat
    if hidden:
        lng, lat = blurred(lng, lat)
    plain = (
        "id",
        "seq",
        "kind",
        "planned_at",
        "state",
        "households",
        "grams",
        "boxes",
        "load_after_grams",
    )
    return MapStop(
        **{name: getattr(stop, name) for name in plain},
        label=(stop.street or SOMEWHERE) if hidden else stop.label,
        lng=lng,
        lat=lat,
    )
