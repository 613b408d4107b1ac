"""Who may do what: every route of the application, declared once, walked by test_access.py.

To add a route of your room, append a row to ROUTES at the end of the file, in your room's block:

    ROUTES |= {
        ("GET", "/api/v1/donors"): Access(STAFF),
        ("PATCH", "/api/v1/donors/{donor_id}"): Access(STAFF, _donor, {"json": {"name": "新名"}}),
    }

`roles`  who gets in; every other role must get 403, the anonymous public 401. PUBLIC is everybody.
`row`    for a path with ids: `(world, role) -> {"donor_id": ...}` makes a fresh row of `world`
         that `role` may reach (a volunteer's own run, say) and returns the path's values.
         It is then asked for by its own organisation, and by another one, which must get 404.
`send`   what goes along (`json`, `params`, `files`, `headers`, as the test client takes them), or
         a function `(world) -> dict` of it. Needed wherever a route wants a body or query AND has
         a row: without a valid body the stranger's answer would be 422, not 404.
`endless`  the route never ends its answer (a live stream): only its refusals are walked.
`reveals_to_other`  the row is public by design (a tracking code): another organisation's people
         may read it, so the 404 is not asked for.

An allowed request must not be answered with 401 or 403; what else it answers is its room's test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.accounts import service as accounts
from app.accounts.models import ROLES, Person
from app.core.clock import now
from app.core.fields import Point
from app.core.ids import new_id
from app.core.sheet_imports import keep_upload
from app.donors import imports
from app.donors.models import Offer
from app.runs.models import CareAlert, DayPlan, Run, Stop
from app.volunteers.models import Shift
from tests.food.lots import make_lot
from tests.tracking.story import Story
from tests.world import World

# Written out, not imported: a gate that someone widens by mistake must fail here.
PLANNERS = frozenset({"coordinator", "organisation_admin"})
STAFF = PLANNERS | {"keeper"}
CREW = STAFF | {"volunteer"}
SIGNED_IN = frozenset(ROLES)
DONOR_CONTACT = frozenset({"donor_contact"})
PUBLIC = None

Row = Callable[[World, str], Mapping[str, object]]


@dataclass(frozen=True)
class Access:
    """One route: who gets in, and how to make the row that its path names."""

    roles: frozenset[str] | None
    row: Row | None = None
    send: Mapping[str, Any] | Callable[[World], Mapping[str, Any]] = field(default_factory=dict)
    endless: bool = False
    reveals_to_other: bool = False

    def body(self, world: World) -> dict[str, Any]:
        """The arguments of the test client's request."""
        return dict(self.send(world) if callable(self.send) else self.send)


def _person(world: World, _role: str) -> dict[str, UUID]:
    made = new_id()
    with world.db() as db:
        db.add(
            Person(
                id=made,
                org_id=world.org_id,
                name="王测试",
                sign_in_name=str(made),
                roles=["volunteer"],
            )
        )
    return {"person_id": made}


def _share_link(world: World, _role: str) -> dict[str, UUID]:
    with world.db() as db:
        link, _ = accounts.share(
            db, world.subject("coordinator"), scope="run_sheet", subject_id=new_id(), days=1
        )
        db.flush()
        return {"link_id": link.id}


ROUTES: dict[tuple[str, str], Access] = {
    # operation
    ("GET", "/healthz"): Access(PUBLIC),
    ("GET", "/readyz"): Access(PUBLIC),
    ("GET", "/metrics"): Access(PUBLIC),
    ("GET", "/api/v1/openapi.json"): Access(PUBLIC),
    # accounts
    ("POST", "/api/v1/session"): Access(PUBLIC),
    ("POST", "/api/v1/session/link"): Access(PUBLIC),
    ("DELETE", "/api/v1/session"): Access(SIGNED_IN),
    ("GET", "/api/v1/me"): Access(SIGNED_IN),
    ("GET", "/api/v1/people"): Access(PLANNERS),
    ("POST", "/api/v1/people"): Access(PLANNERS),
    ("POST", "/api/v1/people/{person_id}/sign-in-link"): Access(PLANNERS, _person),
    ("PUT", "/api/v1/people/{person_id}/password"): Access(
        PLANNERS, _person, {"json": {"password": "correct horse"}}
    ),
    ("PUT", "/api/v1/people/{person_id}/active"): Access(
        PLANNERS, _person, {"json": {"active": False}}
    ),
    ("GET", "/api/v1/share-links"): Access(STAFF),
    ("POST", "/api/v1/share-links"): Access(STAFF),
    ("DELETE", "/api/v1/share-links/{link_id}"): Access(STAFF, _share_link),
}

# The pages hold no data; their calls ask who is there.
PAGES = ("/desk", "/plan", "/stock", "/donor", "/run", "/signin")
ROUTES |= {("GET", page): Access(PUBLIC) for page in ("/", *PAGES)}
ROUTES |= {("GET", f"{page}/{{rest:path}}"): Access(PUBLIC) for page in PAGES}
ROUTES |= {
    ("GET", file): Access(PUBLIC) for file in ("/sw.js", "/manifest.webmanifest", "/icon.svg")
}
# Served only where the pages are built.
ONLY_WHEN_BUILT = frozenset(
    ("GET", file) for file in ("/sw.js", "/manifest.webmanifest", "/icon.svg")
)

# Each room appends its block below.


# donors
def _donor(world: World, role: str) -> dict[str, object]:
    donor_id = world.donor()
    if role == "donor_contact":
        with world.db() as db:
            db.get_one(Person, world.people[role]).donor_id = donor_id
    return {"donor_id": donor_id}


def _site(world: World, _role: str) -> dict[str, object]:
    return {"site_id": world.site()}


def _offer(world: World, role: str) -> dict[str, object]:
    donor_id = _donor(world, role)["donor_id"]
    assert isinstance(donor_id, UUID)
    return {"offer_id": world.offer(world.site(donor_id)), "verb": "withdraw"}


def _donor_import(world: World, _role: str) -> dict[str, object]:
    with world.db() as db:
        data = "名称,经度,纬度\n示例店(虚构),121.45,31.24\n".encode()
        row = imports.upload(db, world.subject("coordinator"), filename="list.csv", data=data)
        return {"import_id": row.id}


IMPORT = "/api/v1/imports/donors/{import_id}"
ROUTES |= {
    ("GET", "/api/v1/donors"): Access(STAFF),
    ("POST", "/api/v1/donors"): Access(PLANNERS),
    ("GET", "/api/v1/donors/{donor_id}"): Access(STAFF | DONOR_CONTACT, _donor),
    ("PATCH", "/api/v1/donors/{donor_id}"): Access(PLANNERS, _donor, {"json": {"name": "新名"}}),
    ("POST", "/api/v1/donors/{donor_id}/sites"): Access(
        PLANNERS, _donor, {"json": {"name": "后门", "point": {"lng": 121.4, "lat": 31.2}}}
    ),
    ("PATCH", "/api/v1/sites/{site_id}"): Access(PLANNERS, _site, {"json": {"name": "新名"}}),
    ("GET", "/api/v1/offers"): Access(CREW | DONOR_CONTACT),
    ("POST", "/api/v1/offers"): Access(PLANNERS | DONOR_CONTACT),
    ("GET", "/api/v1/offers/{offer_id}"): Access(CREW | DONOR_CONTACT, _offer),
    ("POST", "/api/v1/offers/{offer_id}/{verb}"): Access(
        PLANNERS | DONOR_CONTACT, _offer, {"json": {"reason": "卖掉了"}}
    ),
    ("GET", "/api/v1/my/gifts"): Access(DONOR_CONTACT),
    ("POST", "/api/v1/imports/donors"): Access(PLANNERS),
    ("GET", IMPORT): Access(PLANNERS, _donor_import),
    ("PATCH", IMPORT): Access(PLANNERS, _donor_import, {"json": {}}),
    ("POST", f"{IMPORT}/commit"): Access(PLANNERS, _donor_import),
    ("POST", f"{IMPORT}/undo"): Access(PLANNERS, _donor_import),
    ("GET", f"{IMPORT}/returned.xlsx"): Access(PLANNERS, _donor_import),
}


# volunteers
def _volunteer(world: World, role: str) -> dict[str, object]:
    return {"volunteer_id": world.volunteer("volunteer" if role == "volunteer" else None)}


def _shift(world: World, role: str) -> dict[str, object]:
    volunteer_id = world.volunteer("volunteer" if role == "volunteer" else None)
    with world.db() as db:
        return {"shift_id": db.scalars(select(Shift.id).filter_by(volunteer_id=volunteer_id)).one()}


PLANNERS_AND_VOLUNTEERS = PLANNERS | {"volunteer"}
ROUTES |= {
    ("GET", "/api/v1/volunteers"): Access(STAFF),
    ("POST", "/api/v1/volunteers"): Access(PLANNERS),
    ("GET", "/api/v1/volunteers/{volunteer_id}"): Access(CREW, _volunteer),
    ("PATCH", "/api/v1/volunteers/{volunteer_id}"): Access(
        PLANNERS_AND_VOLUNTEERS, _volunteer, {"json": {"mode": "car"}}
    ),
    ("GET", "/api/v1/shifts"): Access(CREW),
    ("POST", "/api/v1/shifts"): Access(PLANNERS_AND_VOLUNTEERS),
    ("DELETE", "/api/v1/shifts/{shift_id}"): Access(PLANNERS_AND_VOLUNTEERS, _shift),
}


# food
def _hub(world: World, _role: str) -> dict[str, object]:
    return {"hub_id": world.hub()}


def _lot(world: World, _role: str) -> dict[str, object]:
    return {"lot_id": make_lot(world, 1_000)[0], "verb": "hold"}


ROUTES |= {
    ("GET", "/api/v1/hubs"): Access(CREW),
    ("POST", "/api/v1/hubs"): Access(PLANNERS),
    ("PATCH", "/api/v1/hubs/{hub_id}"): Access(PLANNERS, _hub, {"json": {"name": "新名"}}),
    ("GET", "/api/v1/stock"): Access(STAFF),
    ("GET", "/api/v1/stock/expected"): Access(STAFF),
    ("POST", "/api/v1/receipts"): Access(STAFF),
    ("POST", "/api/v1/movements"): Access(STAFF),
    ("GET", "/api/v1/lots/{lot_id}"): Access(STAFF, _lot),
    ("POST", "/api/v1/lots/{lot_id}/{verb}"): Access(STAFF, _lot, {"json": {"reason": "测试"}}),
}


# tracking
def _code(world: World, _role: str) -> dict[str, object]:
    offer_id = world.offer()
    with world.db() as db:
        return {"code": db.get_one(Offer, offer_id).tracking_code}


ROUTES |= {
    ("GET", "/t"): Access(PUBLIC),
    ("GET", "/t/{code}"): Access(PUBLIC, _code, reveals_to_other=True),
    ("GET", "/t/{code}/qr.svg"): Access(PUBLIC, _code, reveals_to_other=True),
    ("GET", "/api/v1/tracking/{code}"): Access(PUBLIC, _code, reveals_to_other=True),
    ("GET", "/api/v1/donors/{donor_id}/account"): Access(PLANNERS | DONOR_CONTACT, _donor),
    ("GET", "/api/v1/my/gifts/totals"): Access(DONOR_CONTACT),
    ("GET", "/api/v1/map/flows"): Access(SIGNED_IN),
}


# recipients
def _household(world: World, _role: str) -> dict[str, object]:
    return {"recipient_id": world.household()}


def _register_import(world: World, _role: str) -> dict[str, object]:
    with world.db() as db:
        row = keep_upload(
            db,
            world.org_id,
            world.people["coordinator"],
            kind="register",
            filename="登记.csv",
            data="姓名,电话,地址\n李测试,17000000001,示例路1号\n".encode(),
        )
        return {"import_id": row.id}


FORM = {"json": {"name": "李测试"}}
PLACE = {"json": {"point": {"lng": 121.4, "lat": 31.2}}}
REGISTER_IMPORT = "/api/v1/imports/register/{import_id}"
ROUTES |= {
    ("GET", "/api/v1/recipients"): Access(PLANNERS),
    ("POST", "/api/v1/recipients"): Access(PLANNERS),
    ("GET", "/api/v1/recipients/counts"): Access(PLANNERS),
    ("GET", "/api/v1/recipients/{recipient_id}"): Access(PLANNERS, _household),
    ("PUT", "/api/v1/recipients/{recipient_id}"): Access(PLANNERS, _household, FORM),
    ("PUT", "/api/v1/recipients/{recipient_id}/place"): Access(PLANNERS, _household, PLACE),
    ("POST", "/api/v1/recipients/{recipient_id}/moves"): Access(
        PLANNERS, _household, {"json": {"verb": "approve"}}
    ),
    ("POST", "/api/v1/imports/register"): Access(PLANNERS),
    ("GET", REGISTER_IMPORT): Access(PLANNERS, _register_import),
    ("PATCH", REGISTER_IMPORT): Access(PLANNERS, _register_import, {"json": {}}),
    ("POST", REGISTER_IMPORT + "/commit"): Access(PLANNERS, _register_import),
    ("POST", REGISTER_IMPORT + "/undo"): Access(PLANNERS, _register_import),
    ("GET", REGISTER_IMPORT + "/returned.xlsx"): Access(PLANNERS, _register_import),
}


# matching, plans and runs
def _plan(world: World, _role: str) -> dict[str, object]:
    at = now()
    row = DayPlan(id=new_id(), org_id=world.org_id, day=world.today, state_at=at, seconds=1, seed=1)
    with world.db() as db:
        db.add(row)
    return {"plan_id": row.id}


def _run(world: World, role: str) -> dict[str, object]:
    """A published run of the role's own volunteer, with one stop at a hub."""
    at = now()
    hub, volunteer = world.hub(), world.volunteer(role, on_duty=False)
    place = Point(lng=121.44, lat=31.25).to_geometry()
    with world.db() as db:
        number = (db.scalar(select(func.max(Run.number)).filter_by(org_id=world.org_id)) or 0) + 1
        shared = {"org_id": world.org_id, "hub_id": hub, "state_at": at}
        run = Run(
            id=new_id(),
            day=world.today,
            number=number,
            volunteer_id=volunteer,
            shape="distribution",
            mode="foot",
            capacity_grams=1000,
            capacity_boxes=1,
            begins_at=at,
            ends_at=at,
            distance_m=1,
            duration_s=1,
            state="published",
            **shared,
        )
        db.add(run)
        db.flush()
        stop = Stop(
            id=new_id(),
            run_id=run.id,
            seq=1,
            kind="load",
            label="示例仓(虚构)",
            geom=place,
            planned_at=at,
            window_from=at,
            window_until=at,
            service_s=1,
            **shared,
        )
        db.add(stop)
        return {"run_id": run.id, "stop_id": stop.id, "position": 0}


def _care_alert(world: World, role: str) -> dict[str, object]:
    with world.db() as db:
        stop_id = _run(world, role)["stop_id"]
        alert = CareAlert(
            id=new_id(),
            org_id=world.org_id,
            recipient_id=world.household(),
            stop_id=stop_id,
            reason="not_home",
        )
        db.add(alert)
        return {"alert_id": alert.id}


def _today(world: World) -> dict[str, object]:
    return {"params": {"day": str(world.today)}}


RUN, STOP = "/api/v1/runs/{run_id}", "/api/v1/stops/{stop_id}"
ROUTES |= {
    ("GET", "/api/v1/desk"): Access(PLANNERS),
    ("GET", "/api/v1/allocations"): Access(STAFF, send=_today),
    ("POST", "/api/v1/allocations"): Access(PLANNERS),
    ("GET", "/api/v1/plans"): Access(STAFF, send=_today),
    ("POST", "/api/v1/plans"): Access(PLANNERS),
    ("POST", "/api/v1/plans/publish"): Access(PLANNERS),
    ("GET", "/api/v1/plans/{plan_id}"): Access(STAFF, _plan),
    ("POST", "/api/v1/plans/{plan_id}/stop"): Access(PLANNERS, _plan, {"json": {}}),
    ("GET", "/api/v1/runs"): Access(CREW, send=_today),
    ("GET", "/api/v1/my/runs"): Access(CREW),
    ("POST", "/api/v1/trips"): Access(CREW),
    ("POST", "/api/v1/trips/preview"): Access(CREW),
    ("POST", RUN + "/moves"): Access(PLANNERS, _run, {"json": {"verb": "unpublish"}}),
    ("PUT", RUN + "/order"): Access(PLANNERS, _run, {"json": {"stop_ids": [str(new_id())]}}),
    ("POST", RUN + "/claim"): Access(CREW, _run),
    ("POST", RUN + "/release"): Access(CREW, _run),
    ("GET", RUN + "/drive"): Access(CREW, _run),
    ("POST", RUN + "/begin"): Access(CREW, _run),
    ("POST", RUN + "/complete"): Access(CREW, _run),
    ("POST", RUN + "/give-back"): Access(CREW, _run, {"json": {"hub_id": str(new_id())}}),
    ("POST", STOP + "/move"): Access(PLANNERS, _run, {"json": {"run_id": str(new_id())}}),
    ("POST", STOP + "/arrive"): Access(CREW, _run, {"json": {}}),
    ("POST", STOP + "/confirm"): Access(CREW, _run, {"json": {}}),
    ("POST", STOP + "/take-back"): Access(CREW, _run),
    ("GET", STOP + "/photo"): Access(CREW, _run),
    ("POST", STOP + "/photo"): Access(CREW, _run, {"files": {"photo": ("a.jpg", b"no photo")}}),
    ("GET", "/api/v1/care-alerts"): Access(PLANNERS),
    ("POST", "/api/v1/care-alerts/{alert_id}/follow-up"): Access(
        PLANNERS, _care_alert, {"json": {"follow_up": "电话联系上了"}}
    ),
}


# map
BBOX = {"params": {"bbox": "121.3,31.1,121.6,31.4"}}
ROUTES |= {
    ("GET", "/api/v1/map/features"): Access(SIGNED_IN, send=BBOX),
    ("GET", "/api/v1/map/runs"): Access(SIGNED_IN),
    ("GET", "/api/v1/map/ground"): Access(SIGNED_IN),
}


def _sheet(world: World, role: str) -> dict[str, object]:
    volunteer = world.volunteer(role if role == "volunteer" else None)
    run_id = Story(world).set_out([], volunteer_id=volunteer, state="claimed")
    return {"run_id": run_id}


def _run_share(world: World, role: str) -> dict[str, object]:
    with world.db() as db:
        _, token = accounts.share(
            db,
            world.subject("coordinator"),
            scope="run_sheet",
            subject_id=UUID(str(_sheet(world, role)["run_id"])),
            days=1,
        )
    return {"token": token}


ROUTES |= {
    ("GET", "/api/v1/runs/{run_id}/sheet.html"): Access(CREW, _sheet),
    ("GET", "/s/{token}"): Access(PUBLIC, _run_share, reveals_to_other=True),
}
