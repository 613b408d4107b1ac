"""One row of one's own organisation, and edits that do not overwrite each other."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from app.core.find import edit, etag, find, show_etag
from app.core.ids import new_id
from app.core.problems import NotFound, OutOfDate
from app.donors.models import Donor
from tests.world import World


def asking(if_match: str | None) -> Request:
    headers = [(b"if-match", if_match.encode())] if if_match is not None else []
    return Request({"type": "http", "headers": headers})


def test_anothers_row_and_no_row_are_the_same_refusal(world: World, other_world: World) -> None:
    donor = world.donor()
    with other_world.db() as db:
        for row_id in (donor, new_id()):
            with pytest.raises(NotFound):
                find(db, Donor, other_world.org_id, row_id)
        with pytest.raises(NotFound):
            find(db, Donor, world.org_id, donor)  # the database's own lock


def test_a_locked_row_can_still_be_pointed_at(world: World) -> None:
    """FOR NO KEY UPDATE: a plain FOR UPDATE would make the foreign-key check below wait."""
    donor = world.donor()
    with world.db() as db:
        find(db, Donor, world.org_id, donor, lock=True)
        with world.db() as other:
            other.execute(text("SET LOCAL lock_timeout = 500"))
            refers = text("SELECT 1 FROM donor WHERE org_id = :org AND id = :id FOR KEY SHARE")
            assert other.scalar(refers, {"org": world.org_id, "id": donor}) == 1


@pytest.mark.parametrize("if_match", [None, "*", '"1"'])
def test_an_edit_of_the_present_version_counts(world: World, if_match: str | None) -> None:
    donor = world.donor()
    with world.db() as db:
        row = find(db, Donor, world.org_id, donor, lock=True)
        edit(row, asking(if_match))
        answer = Response()
        show_etag(answer, row)
    assert answer.headers["etag"] == etag(row) == '"2"'


@pytest.mark.parametrize("if_match", ['"2"', "1", "", 'W/"1"'])
def test_an_edit_of_another_version_is_out_of_date(world: World, if_match: str) -> None:
    donor = world.donor()
    with world.db() as db:
        row = find(db, Donor, world.org_id, donor)
        with pytest.raises(OutOfDate):
            edit(row, asking(if_match))
        assert row.version == 1
