"""A household's past on the desk: what came, what was agreed, what went wrong."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.audit.models import AuditEntry
from app.core.ids import new_id
from app.recipients.models import Consent
from app.runs.models import Run
from tests.runs.road import PORTION, hub_road
from tests.world import World


def test_a_household_shows_what_came_who_brought_it_and_what_failed(world: World) -> None:
    road = hub_road(world, doors=2)
    road.confirm("load")
    road.confirm("deliver", 0)
    road.confirm("deliver", 1, outcome="refused", note="说够吃了")
    with world.db() as db:
        volunteer = db.get_one(Run, road.run_id).volunteer_id
    desk = world.client("coordinator")
    told = desk.get(f"/api/v1/recipients/{road.doors[0]}/history").json()
    (visit,) = told["visits"]
    assert (visit["on"], visit["grams"]) == (str(world.today), PORTION)
    assert (visit["outcome"], bool(visit["by"])) == ("handed_over", volunteer is not None)
    assert told["follow_ups"] == []
    refused = desk.get(f"/api/v1/recipients/{road.doors[1]}/history").json()
    (visit,), (alert,) = refused["visits"], refused["follow_ups"]
    assert (visit["outcome"], visit["grams"], visit["note"]) == ("refused", 0, "说够吃了")
    assert (alert["reason"], alert["followed_up_at"]) == ("refused", None)
    path = f"/api/v1/care-alerts/{alert['id']}/follow-up"
    desk.post(path, json={"follow_up": "打了电话，下周再送"})
    again = desk.get(f"/api/v1/recipients/{road.doors[1]}/history").json()["follow_ups"][0]
    assert again["follow_up"] == "打了电话，下周再送"
    assert again["followed_up_by"]


def test_a_failure_that_was_a_slip_of_the_finger_is_not_in_the_past(world: World) -> None:
    road = hub_road(world, doors=1)
    road.confirm("deliver", 0, outcome="not_home")
    assert road.take_back("deliver", 0).status_code == 200
    told = world.client("coordinator").get(f"/api/v1/recipients/{road.doors[0]}/history").json()
    assert (told["visits"], told["follow_ups"]) == ([], [])


def test_consents_stand_in_the_file_with_their_date_the_withdrawn_ones_too(world: World) -> None:
    home = world.household()
    given = world.today - timedelta(days=30)
    with world.db() as db:
        db.add(
            Consent(
                id=new_id(),
                org_id=world.org_id,
                recipient_id=home,
                purpose="photo",
                wording_version="2026-11",
                given_on=given,
                given_by="proxy",
                withdrawn_on=world.today,
            )
        )
    told = world.client("coordinator").get(f"/api/v1/recipients/{home}/history").json()
    assert told["consents"] == [
        {
            "purpose": "photo",
            "wording_version": "2026-11",
            "given_on": str(given),
            "given_by": "proxy",
            "withdrawn_on": str(world.today),
        }
    ]


def test_reading_a_households_past_is_logged_like_opening_its_file(world: World) -> None:
    home = world.household()
    world.client("coordinator").get(f"/api/v1/recipients/{home}/history")
    with world.db() as db:
        query = select(AuditEntry.action).where(AuditEntry.subject_id == home)
        assert list(db.scalars(query)) == ["revealed"]
