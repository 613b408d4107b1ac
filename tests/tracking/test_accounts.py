"""A donor's month, all time, and flows: the same rule for everybody."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.accounts.models import Person
from app.core.ids import new_id
from app.donors.models import Site
from tests.tracking.story import Story, street_of
from tests.world import World


def speaks_for(world: World, donor_id: UUID) -> Any:
    """The donor contact's browser, speaking for this donor."""
    with world.db() as db:
        db.get_one(Person, world.people["donor_contact"]).donor_id = donor_id
    return world.client("donor_contact")


def donor_of(world: World, story: Story) -> UUID:
    with world.db() as db:
        return db.get_one(Site, story.site_id).donor_id


def test_a_month_sums_up_what_a_donor_gave_and_where_it_is(world: World) -> None:
    story = Story(world)
    story.deliver(street_of(world, 14, "曹家渡街道"))
    story.set_out(street_of(world, 3, "江宁路街道"))
    donor_id = donor_of(world, story)
    told = world.client("coordinator").get(f"/api/v1/donors/{donor_id}/account").json()
    assert told["donor"] == {"id": str(donor_id), "name": "示例超市(虚构)"}
    assert told["month"] == {
        "grams": 50_000,
        "households_about": 15,
        "delivered": 14_000,
        "on_the_way": 3_000,
        "in_hub": 33_000,
        "loss": 0,
    }
    assert told["cells"] == [{"label": "曹家渡街道", "households_about": 15, "grams": 14_000}]


def test_small_gifts_are_pooled_once_they_are_finished(world: World) -> None:
    donor_id = world.donor()
    street = street_of(world, 12, "曹家渡街道")
    for part in (street[:6], street[6:]):
        Story(world, grams=6_000, donor_id=donor_id).deliver(part)
    told = speaks_for(world, donor_id).get(f"/api/v1/donors/{donor_id}/account").json()
    assert told["cells"] == [{"label": "曹家渡街道", "households_about": 10, "grams": 12_000}]
    totals = world.client("donor_contact").get("/api/v1/my/gifts/totals").json()
    assert (totals["gifts"], totals["grams"], totals["delivered"]) == (2, 12_000, 12_000)
    assert totals["households_about"] == 10


def test_a_donors_own_list_says_of_each_gift_how_far_it_is_and_where_its_food_lies(
    world: World,
) -> None:
    donor_id = world.donor()
    waiting = world.offer(world.site(donor_id))
    story = Story(world, donor_id=donor_id)
    story.deliver(street_of(world, 14, "曹家渡街道"))
    contact = speaks_for(world, donor_id)
    answer = contact.get("/api/v1/my/gifts").json()
    told = {row["id"]: row for row in answer["items"]}
    assert told[str(waiting)]["parcel"] == "announced"
    assert told[str(waiting)]["mass"]["collected_grams"] == 0
    (gift,) = [row for key, row in told.items() if key != str(waiting)]
    seen = contact.get(f"/api/v1/tracking/{gift['tracking_code']}").json()
    assert (gift["parcel"], gift["mass"]) == (seen["state"], seen["mass"])
    assert gift["mass"]["in_hub_grams"] == 36_000
    assert gift["hub"]
    month = contact.get(f"/api/v1/donors/{donor_id}/account").json()
    assert len(month["days"]) == world.today.day
    assert sum(month["days"]) == month["month"]["grams"] == 50_000


def test_a_contact_sees_no_other_donors_account(world: World, other_world: World) -> None:
    story = Story(world)
    contact, other = speaks_for(world, world.donor("另一家(虚构)")), donor_of(world, story)
    assert contact.get(f"/api/v1/donors/{other}/account").status_code == 404
    assert contact.get("/api/v1/map/flows", params={"donor_id": str(other)}).status_code == 404
    lot = {"lot_id": str(story.lot_id)}
    assert contact.get("/api/v1/map/flows", params=lot).status_code == 404
    stranger = other_world.client("coordinator")
    assert stranger.get(f"/api/v1/donors/{other}/account").status_code == 404
    assert stranger.get("/api/v1/map/flows", params=lot).status_code == 404
    assert stranger.get("/api/v1/map/flows", params={"donor_id": str(other)}).status_code == 404
    assert stranger.get("/api/v1/map/flows").json() == []


def test_flows_lead_from_the_donor_to_areas_of_ten_and_more(world: World) -> None:
    story = Story(world)
    story.deliver(street_of(world, 14, "曹家渡街道"))
    story.deliver(street_of(world, 4, "江宁路街道"))
    donor_id = donor_of(world, story)
    (flow,) = world.client("coordinator").get("/api/v1/map/flows").json()
    assert flow["from"] == [121.45, 31.24]
    assert flow["to"] == [121.45, 31.23]
    assert (flow["grams"], flow["cell_label"], flow["households"]) == (14_000, "曹家渡街道", 15)
    assert flow["donor_id"] == str(donor_id)
    for params in ({"donor_id": str(donor_id)}, {"lot_id": str(story.lot_id)}):
        assert world.client("volunteer").get("/api/v1/map/flows", params=params).json() == [flow]
    assert speaks_for(world, donor_id).get("/api/v1/map/flows").json() == [flow]


def test_a_contact_without_a_donor_sees_nothing(world: World) -> None:
    Story(world).deliver(street_of(world, 12, "曹家渡街道"))
    contact = world.client("donor_contact")
    assert contact.get("/api/v1/map/flows").json() == []
    assert contact.get("/api/v1/my/gifts/totals").json()["gifts"] == 0
    assert contact.get(f"/api/v1/donors/{new_id()}/account").status_code == 404


def test_a_month_is_read_in_a_fixed_number_of_queries(world: World) -> None:
    from sqlalchemy import event  # noqa: PLC0415

    from app.core.db import engine  # noqa: PLC0415
    from app.tracking import reads  # noqa: PLC0415

    donor_id = world.donor()
    street = street_of(world, 12, "曹家渡街道")

    def count() -> int:
        said: list[str] = []

        def note(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
            said.append(statement)

        event.listen(engine(), "before_cursor_execute", note)
        try:
            with world.db() as db:
                reads.month(db, world.subject("coordinator"), donor_id)
        finally:
            event.remove(engine(), "before_cursor_execute", note)
        return len(said)

    Story(world, donor_id=donor_id).deliver(street)
    first = count()
    for _ in range(3):
        Story(world, donor_id=donor_id).deliver(street)
    assert count() == first
