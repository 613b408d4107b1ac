"""Share links: whoever holds one sees one thing, until it expires or is revoked."""

from __future__ import annotations

from uuid import UUID

import pytest
from sqlalchemy import text

from app.accounts.service import follow_share
from app.core.db import transaction
from app.core.ids import new_id, new_token
from app.core.problems import NotFound
from tests.world import World


def share(world: World) -> tuple[str, str, UUID]:
    """A link made at the desk: its id, its token, and what it shows."""
    shown = new_id()
    body = {"scope": "run_sheet", "subject_id": str(shown), "days": 2}
    made = world.client("keeper").post("/api/v1/share-links", json=body)
    assert made.status_code == 201
    return made.json()["id"], made.json()["url"].rpartition("/")[2], shown


def refused(token: str, scope: str = "run_sheet") -> NotFound:
    with pytest.raises(NotFound) as refusal, transaction() as db:
        follow_share(db, token, scope=scope)
    return refusal.value


def test_the_holder_of_a_link_sees_what_was_shared(world: World) -> None:
    _, token, shown = share(world)
    with transaction() as db:
        link = follow_share(db, token, scope="run_sheet")
        assert (link.org_id, link.subject_id) == (world.org_id, shown)


def test_unknown_expired_revoked_and_of_another_kind_are_refused_alike(world: World) -> None:
    _, expired, _ = share(world)
    with world.db() as db:
        db.execute(text("UPDATE share_link SET expires_at = now()"))
    revoked_id, revoked, _ = share(world)
    assert world.client("keeper").delete(f"/api/v1/share-links/{revoked_id}").status_code == 204
    _, another_kind, _ = share(world)
    refusals = [
        refused(new_token()),
        refused(""),
        refused("\ud800"),
        refused(expired),
        refused(revoked),
        refused(another_kind, scope="another kind"),
    ]
    assert {bytes(refusal.answer("zh").body) for refusal in refusals} == {
        bytes(NotFound().answer("zh").body)
    }


def test_the_address_is_told_once(world: World) -> None:
    link_id, token, _ = share(world)
    listed = world.client("keeper").get("/api/v1/share-links")
    assert [link["id"] for link in listed.json()] == [link_id]
    assert token not in listed.text
    with world.db() as db:
        stored = "".join(db.scalars(text("SELECT t::text FROM share_link t")))
    assert token not in stored
    assert token.encode().hex() not in stored


def test_revoking_twice_keeps_the_first_moment(world: World) -> None:
    link_id, _, _ = share(world)
    keeper = world.client("keeper")
    keeper.delete(f"/api/v1/share-links/{link_id}")
    [first] = keeper.get("/api/v1/share-links").json()
    keeper.delete(f"/api/v1/share-links/{link_id}")
    assert keeper.get("/api/v1/share-links").json() == [first]
    assert first["revoked_at"] is not None


def test_another_organisation_lists_and_revokes_nothing(world: World, other_world: World) -> None:
    link_id, token, _ = share(world)
    other = other_world.client("coordinator")
    assert other.get("/api/v1/share-links").json() == []
    assert other.delete(f"/api/v1/share-links/{link_id}").status_code == 404
    with transaction() as db:
        assert follow_share(db, token, scope="run_sheet").revoked_at is None
