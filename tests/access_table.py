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

from app.accounts import service as accounts
from app.accounts.models import ROLES, Person
from app.core.ids import new_id
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
