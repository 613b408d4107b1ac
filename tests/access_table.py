"""Who may do what: every route of the application, declared once, walked by test_access.py.

To add a route of your room, append a row to ROUTES at the end of the file, in your room's block:

    ROUTES |= {
        ("GET", "/api/v1/donors"): Access(STAFF),
        ("PATCH", "/api/v1/donors/{donor_id}"): Access(STAFF, rows.donor, {"json": {"name": "新名"}}),
    }

`roles`  who gets in; every other role must get 403, the anonymous public 401. PUBLIC is everybody.
`row`    for a path with ids: `(world, role) -> {"donor_id": ...}` makes a fresh row of `world` (tests/access_rows.py)
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

from app.accounts.models import ROLES
from app.core.ids import new_id
from tests import access_rows as rows
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


ROUTES: dict[tuple[str, str], Access] = {
    # operation
    ("GET", "/healthz"): Access(PUBLIC),
    ("GET", "/favicon.ico"): Access(PUBLIC),
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
    ("POST", "/api/v1/people/{person_id}/sign-in-link"): Access(PLANNERS, rows.person),
    ("PUT", "/api/v1/people/{person_id}/password"): Access(
        PLANNERS, rows.person, {"json": {"password": "correct horse"}}
    ),
    ("PUT", "/api/v1/people/{person_id}/active"): Access(
        PLANNERS, rows.person, {"json": {"active": False}}
    ),
    ("GET", "/api/v1/share-links"): Access(STAFF),
    ("POST", "/api/v1/share-links"): Access(STAFF),
    ("DELETE", "/api/v1/share-links/{link_id}"): Access(STAFF, rows.share_link),
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


IMPORT = "/api/v1/imports/donors/{import_id}"
ROUTES |= {
    ("GET", "/api/v1/donors"): Access(STAFF),
    ("POST", "/api/v1/donors"): Access(PLANNERS),
    ("GET", "/api/v1/donors/{donor_id}"): Access(STAFF | DONOR_CONTACT, rows.donor),
    ("PATCH", "/api/v1/donors/{donor_id}"): Access(
        PLANNERS, rows.donor, {"json": {"name": "新名"}}
    ),
    ("POST", "/api/v1/donors/{donor_id}/sites"): Access(
        PLANNERS, rows.donor, {"json": {"name": "后门", "point": {"lng": 121.4, "lat": 31.2}}}
    ),
    ("PATCH", "/api/v1/sites/{site_id}"): Access(PLANNERS, rows.site, {"json": {"name": "新名"}}),
    ("GET", "/api/v1/offers"): Access(CREW | DONOR_CONTACT),
    ("POST", "/api/v1/offers"): Access(PLANNERS | DONOR_CONTACT),
    ("GET", "/api/v1/offers/{offer_id}"): Access(CREW | DONOR_CONTACT, rows.offer),
    ("POST", "/api/v1/offers/{offer_id}/{verb}"): Access(
        PLANNERS | DONOR_CONTACT, rows.offer, {"json": {"reason": "卖掉了"}}
    ),
    ("GET", "/api/v1/my/gifts"): Access(DONOR_CONTACT),
    ("GET", "/api/v1/imports/donors"): Access(PLANNERS),
    ("POST", "/api/v1/imports/donors"): Access(PLANNERS),
    ("GET", IMPORT): Access(PLANNERS, rows.donor_import),
    ("PATCH", IMPORT): Access(PLANNERS, rows.donor_import, {"json": {}}),
    ("POST", f"{IMPORT}/commit"): Access(PLANNERS, rows.donor_import),
    ("POST", f"{IMPORT}/undo"): Access(PLANNERS, rows.donor_import),
    ("GET", f"{IMPORT}/returned.xlsx"): Access(PLANNERS, rows.donor_import),
}


# volunteers


PLANNERS_AND_VOLUNTEERS = PLANNERS | {"volunteer"}
ROUTES |= {
    ("GET", "/api/v1/volunteers"): Access(STAFF),
    ("POST", "/api/v1/volunteers"): Access(PLANNERS),
    ("GET", "/api/v1/volunteers/{volunteer_id}"): Access(CREW, rows.volunteer),
    ("PATCH", "/api/v1/volunteers/{volunteer_id}"): Access(
        PLANNERS_AND_VOLUNTEERS, rows.volunteer, {"json": {"mode": "car"}}
    ),
    ("GET", "/api/v1/shifts"): Access(CREW),
    ("POST", "/api/v1/shifts"): Access(PLANNERS_AND_VOLUNTEERS),
    ("DELETE", "/api/v1/shifts/{shift_id}"): Access(PLANNERS_AND_VOLUNTEERS, rows.shift),
}


# food


ROUTES |= {
    ("GET", "/api/v1/hubs"): Access(CREW),
    ("POST", "/api/v1/hubs"): Access(PLANNERS),
    ("PATCH", "/api/v1/hubs/{hub_id}"): Access(PLANNERS, rows.hub, {"json": {"name": "新名"}}),
    ("GET", "/api/v1/stock"): Access(STAFF),
    ("GET", "/api/v1/stock/expected"): Access(STAFF),
    ("POST", "/api/v1/receipts"): Access(STAFF),
    ("POST", "/api/v1/movements"): Access(STAFF),
    ("GET", "/api/v1/lots/{lot_id}"): Access(STAFF, rows.lot),
    ("POST", "/api/v1/lots/{lot_id}/{verb}"): Access(STAFF, rows.lot, {"json": {"reason": "测试"}}),
}


# tracking


ROUTES |= {
    ("GET", "/t"): Access(PUBLIC),
    ("GET", "/t/{code}"): Access(PUBLIC, rows.code, reveals_to_other=True),
    ("GET", "/t/{code}/qr.svg"): Access(PUBLIC, rows.code, reveals_to_other=True),
    ("GET", "/api/v1/tracking/{code}"): Access(PUBLIC, rows.code, reveals_to_other=True),
    ("GET", "/api/v1/donors/{donor_id}/account"): Access(PLANNERS | DONOR_CONTACT, rows.donor),
    ("GET", "/api/v1/my/gifts/totals"): Access(DONOR_CONTACT),
    ("GET", "/api/v1/map/flows"): Access(SIGNED_IN),
}


# recipients


FORM = {"json": {"name": "李测试"}}
PLACE = {"json": {"point": {"lng": 121.4, "lat": 31.2}}}
REGISTER_IMPORT = "/api/v1/imports/register/{import_id}"
ROUTES |= {
    ("GET", "/api/v1/recipients"): Access(PLANNERS),
    ("POST", "/api/v1/recipients"): Access(PLANNERS),
    ("GET", "/api/v1/recipients/counts"): Access(PLANNERS),
    ("GET", "/api/v1/recipients/{recipient_id}"): Access(PLANNERS, rows.household),
    ("GET", "/api/v1/recipients/{recipient_id}/history"): Access(PLANNERS, rows.household),
    ("PUT", "/api/v1/recipients/{recipient_id}"): Access(PLANNERS, rows.household, FORM),
    ("PUT", "/api/v1/recipients/{recipient_id}/place"): Access(PLANNERS, rows.household, PLACE),
    ("POST", "/api/v1/recipients/{recipient_id}/moves"): Access(
        PLANNERS, rows.household, {"json": {"verb": "approve"}}
    ),
    ("GET", "/api/v1/imports/register"): Access(PLANNERS),
    ("POST", "/api/v1/imports/register"): Access(PLANNERS),
    ("GET", REGISTER_IMPORT): Access(PLANNERS, rows.register_import),
    ("PATCH", REGISTER_IMPORT): Access(PLANNERS, rows.register_import, {"json": {}}),
    ("POST", REGISTER_IMPORT + "/commit"): Access(PLANNERS, rows.register_import),
    ("POST", REGISTER_IMPORT + "/undo"): Access(PLANNERS, rows.register_import),
    ("GET", REGISTER_IMPORT + "/returned.xlsx"): Access(PLANNERS, rows.register_import),
}


# matching, plans and runs


RUN, STOP = "/api/v1/runs/{run_id}", "/api/v1/stops/{stop_id}"
ROUTES |= {
    ("GET", "/api/v1/desk"): Access(PLANNERS),
    ("GET", "/api/v1/allocations"): Access(STAFF, send=rows.today),
    ("POST", "/api/v1/allocations"): Access(PLANNERS),
    ("GET", "/api/v1/plans"): Access(STAFF, send=rows.today),
    ("POST", "/api/v1/plans"): Access(PLANNERS),
    ("POST", "/api/v1/plans/publish"): Access(PLANNERS),
    ("POST", "/api/v1/plans/zone"): Access(PLANNERS),
    ("GET", "/api/v1/plans/compare"): Access(PLANNERS),
    ("GET", "/api/v1/plans/{plan_id}"): Access(STAFF, rows.plan),
    ("POST", "/api/v1/plans/{plan_id}/stop"): Access(PLANNERS, rows.plan, {"json": {}}),
    ("POST", "/api/v1/plans/{plan_id}/restore"): Access(PLANNERS, rows.plan),
    ("GET", "/api/v1/replans"): Access(PLANNERS, send=rows.today),
    ("POST", "/api/v1/replans"): Access(PLANNERS),
    ("GET", "/api/v1/replans/lots"): Access(PLANNERS, send=rows.today),
    ("GET", "/api/v1/replans/{replan_id}"): Access(PLANNERS, rows.replan),
    ("POST", "/api/v1/replans/{replan_id}/decision"): Access(
        PLANNERS, rows.replan, {"json": {"accept": False}}
    ),
    ("GET", "/api/v1/runs"): Access(CREW, send=rows.today),
    ("GET", "/api/v1/my/runs"): Access(CREW),
    ("POST", "/api/v1/trips"): Access(CREW),
    ("POST", "/api/v1/trips/preview"): Access(CREW),
    ("POST", RUN + "/moves"): Access(PLANNERS, rows.a_run, {"json": {"verb": "unpublish"}}),
    ("PUT", RUN + "/order"): Access(PLANNERS, rows.a_run, {"json": {"stop_ids": [str(new_id())]}}),
    ("PUT", RUN + "/lock"): Access(PLANNERS, rows.a_run, {"json": {"locked": True}}),
    ("PUT", STOP + "/lock"): Access(PLANNERS, rows.a_run, {"json": {"locked": True}}),
    ("POST", STOP + "/preview"): Access(PLANNERS, rows.a_run, {"json": {"run_id": str(new_id())}}),
    ("POST", RUN + "/claim"): Access(CREW, rows.a_run),
    ("POST", RUN + "/release"): Access(CREW, rows.a_run),
    ("GET", RUN + "/drive"): Access(CREW, rows.a_run),
    ("POST", RUN + "/begin"): Access(CREW, rows.a_run),
    ("POST", RUN + "/complete"): Access(CREW, rows.a_run),
    ("POST", RUN + "/give-back"): Access(CREW, rows.a_run, {"json": {"hub_id": str(new_id())}}),
    ("POST", STOP + "/move"): Access(PLANNERS, rows.a_run, {"json": {"run_id": str(new_id())}}),
    ("POST", STOP + "/arrive"): Access(CREW, rows.a_run, {"json": {}}),
    ("POST", STOP + "/confirm"): Access(CREW, rows.a_run, {"json": {}}),
    ("POST", STOP + "/take-back"): Access(CREW, rows.a_run),
    ("GET", STOP + "/photo"): Access(CREW, rows.a_run),
    ("POST", STOP + "/photo"): Access(
        CREW, rows.a_run, {"files": {"photo": ("a.jpg", b"no photo")}}
    ),
    ("GET", "/api/v1/care-alerts"): Access(PLANNERS),
    ("POST", "/api/v1/care-alerts/{alert_id}/follow-up"): Access(
        PLANNERS, rows.care_alert, {"json": {"follow_up": "电话联系上了"}}
    ),
}


# map
BBOX = {"params": {"bbox": "121.3,31.1,121.6,31.4"}}
ROUTES |= {
    ("GET", "/api/v1/map/features"): Access(SIGNED_IN, send=BBOX),
    ("GET", "/api/v1/map/runs"): Access(SIGNED_IN),
    ("GET", "/api/v1/map/ground"): Access(SIGNED_IN),
    # streets of an extract that everybody may download: no person's, no organisation's
    ("GET", "/tiles/{digest}/{z}/{x}/{y}.mvt"): Access(PUBLIC),
}


ROUTES |= {
    ("GET", "/api/v1/runs/{run_id}/sheet.html"): Access(CREW, rows.sheet),
    ("GET", "/s/{token}"): Access(PUBLIC, rows.run_share, reveals_to_other=True),
}

# places
# ------
ROUTES |= {
    ("GET", "/api/v1/places/search"): Access(STAFF, send={"params": {"q": "长寿路100号"}}),
    ("POST", "/api/v1/places/ask"): Access(PLANNERS, send={"json": {"q": "长寿路100号"}}),
}
