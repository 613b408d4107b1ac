"""Offers: announced by those who may, answered with a reason, expired by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app.accounts.models import Person
from app.audit.models import AuditEntry
from app.core import events
from app.core.clock import day_bounds, now
from app.core.ids import new_id
from app.core.problems import Refused
from app.donors import service
from app.donors.models import Offer
from app.donors.tasks import expire_offers
from tests.world import ZONE, World


def announcement(world: World, site_id: UUID, **fields: Any) -> dict[str, Any]:
    at = now()
    body = {
        "site_id": str(site_id),
        "food": "面包、酸奶",
        "grams": 36_000,
        "boxes": 6,
        "storage_class": "chilled",
        "allergens": ["milk", "gluten"],
        "ready_from": (at + timedelta(hours=1)).isoformat(),
        "ready_until": (at + timedelta(hours=5)).isoformat(),
        "best_before": (world.today + timedelta(days=3)).isoformat(),
    }
    return body | fields


def speak_for(world: World, donor_id: UUID) -> None:
    """The donor's contact speaks for this donor."""
    with world.db() as db:
        db.get_one(Person, world.people["donor_contact"]).donor_id = donor_id


def test_a_donor_announces_food_and_follows_it(world: World) -> None:
    donor_id = world.donor()
    site_id = world.site(donor_id)
    speak_for(world, donor_id)
    shop = world.client("donor_contact")
    made = shop.post("/api/v1/offers", json=announcement(world, site_id))
    assert made.status_code == 201, made.text
    offer = made.json()
    assert (offer["state"], offer["allowed"]) == ("announced", ["withdraw"])
    assert len(offer["tracking_code"]) == 12
    gifts = shop.get("/api/v1/my/gifts").json()["items"]
    assert [(gift["tracking_code"], gift["state"]) for gift in gifts] == [
        (offer["tracking_code"], "announced")
    ]
    taken = world.client("coordinator").post(f"/api/v1/offers/{offer['id']}/accept", json={})
    assert (taken.json()["state"], taken.json()["version"]) == ("accepted", 2)
    assert shop.get("/api/v1/my/gifts").json()["items"][0]["state"] == "accepted"


def test_a_donor_neither_sees_nor_touches_the_offers_of_another(world: World) -> None:
    speak_for(world, world.donor("自己(虚构)"))
    other_site = world.site()
    offer_id = world.offer(other_site)
    shop = world.client("donor_contact")
    assert shop.get("/api/v1/offers").json()["items"] == []
    assert shop.get("/api/v1/my/gifts").json()["items"] == []
    assert shop.get(f"/api/v1/offers/{offer_id}").status_code == 404
    assert shop.post(f"/api/v1/offers/{offer_id}/withdraw", json={}).status_code == 404
    assert shop.post("/api/v1/offers", json=announcement(world, other_site)).status_code == 404


def test_a_contact_who_speaks_for_no_donor_has_no_gifts(world: World) -> None:
    world.offer()
    shop = world.client("donor_contact")
    assert shop.get("/api/v1/my/gifts").json()["items"] == []
    assert shop.get("/api/v1/offers").json()["items"] == []


def test_a_donor_does_not_accept_their_own_offer(world: World) -> None:
    donor_id = world.donor()
    speak_for(world, donor_id)
    offer_id = world.offer(world.site(donor_id))
    shop = world.client("donor_contact")
    assert shop.post(f"/api/v1/offers/{offer_id}/accept", json={}).status_code == 403
    gone = shop.post(f"/api/v1/offers/{offer_id}/withdraw", json={"reason": "卖掉了"})
    assert gone.json()["state"] == "withdrawn"


def test_an_announcement_sent_twice_is_one_offer(world: World) -> None:
    desk, body = world.client("coordinator"), announcement(world, world.site())
    key = {"Idempotency-Key": str(new_id())}
    answers = [desk.post("/api/v1/offers", json=body, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(desk.get("/api/v1/offers").json()["items"]) == 1


def test_a_decline_says_why(world: World) -> None:
    offer_id, desk = world.offer(), world.client("coordinator")
    silent = desk.post(f"/api/v1/offers/{offer_id}/decline", json={})
    assert (silent.status_code, silent.json()["errors"][0]["field"]) == (422, "reason")
    told = desk.post(f"/api/v1/offers/{offer_id}/decline", json={"reason": "今天没有冷藏车"})
    assert (told.json()["state"], told.json()["refusal"]) == ("declined", "今天没有冷藏车")
    after = desk.post(f"/api/v1/offers/{offer_id}/accept", json={})
    assert (after.status_code, after.json()["allowed"]) == (409, [])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ready_until": timedelta(hours=-2)}, "ready_until"),
        ({"ready_from": timedelta(hours=9)}, "ready_until"),
        ({"best_before": timedelta(days=-1)}, "best_before"),
    ],
)
def test_a_window_or_date_that_cannot_be_is_named(
    world: World, change: dict[str, timedelta], field: str
) -> None:
    body = announcement(world, world.site())
    for name, shift in change.items():
        when = world.today + shift if name == "best_before" else now() + shift
        body[name] = when.isoformat()
    answer = world.client("coordinator").post("/api/v1/offers", json=body)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert world.client("coordinator").get("/api/v1/offers").json()["items"] == []


def test_a_closed_site_announces_nothing(world: World) -> None:
    site_id = world.site(ended_at=now())
    answer = world.client("coordinator").post("/api/v1/offers", json=announcement(world, site_id))
    assert answer.status_code == 409


def test_offers_are_listed_by_state_and_day_newest_first_page_by_page(world: World) -> None:
    start, _ = day_bounds(world.today, ZONE)
    hours = {"ready_from": start + timedelta(hours=8), "ready_until": start + timedelta(hours=9)}
    next_week = {name: at + timedelta(days=7) for name, at in hours.items()}
    today = [world.offer(state=state, **hours) for state in ("announced", "accepted", "announced")]
    world.offer(**next_week)
    desk = world.client("coordinator")
    on_day = {"day": world.today.isoformat(), "limit": 2}
    first = desk.get("/api/v1/offers", params=on_day).json()
    rest = desk.get("/api/v1/offers", params=on_day | {"cursor": first["next"]}).json()
    seen = [row["id"] for row in first["items"] + rest["items"]]
    assert seen == [str(offer_id) for offer_id in reversed(today)]
    accepted = desk.get("/api/v1/offers", params=on_day | {"state": "accepted"}).json()["items"]
    assert [row["id"] for row in accepted] == [str(today[1])]
    assert desk.get("/api/v1/offers", params={"state": "eaten"}).status_code == 422


def test_announced_offers_expire_when_nobody_answered_in_time(
    world: World, other_world: World
) -> None:
    at: datetime = now()
    past = {"ready_from": at - timedelta(hours=3), "ready_until": at - timedelta(minutes=1)}
    late, taken, open_still = (
        world.offer(**past),
        world.offer(**past, state="accepted"),
        world.offer(),
    )
    elsewhere = other_world.offer(**past)
    expire_offers(0)
    with world.db() as db:
        states = {row.id: row.state for row in db.scalars(select(Offer))}
        assert states == {late: "expired", taken: "accepted", open_still: "announced"}
        entry = db.scalars(select(AuditEntry).where(AuditEntry.subject_id == late)).one()
        assert (entry.action, entry.actor_id) == ("offer_expire", None)
    with other_world.db() as db:
        assert db.get_one(Offer, elsewhere).state == "expired"


def test_an_offer_past_its_window_is_not_accepted_any_more(world: World) -> None:
    at = now()
    past = {"ready_from": at - timedelta(hours=3), "ready_until": at - timedelta(minutes=1)}
    offer_id = world.offer(**past)
    answer = world.client("coordinator").post(f"/api/v1/offers/{offer_id}/accept", json={})
    assert answer.status_code == 409


def test_a_missed_offer_may_be_reopened_by_the_coordinator(world: World) -> None:
    offer_id = world.offer(state="accepted")
    with world.db() as db:
        service.miss(db, world.subject("volunteer"), db.get_one(Offer, offer_id))
    desk = world.client("coordinator")
    missed = desk.get(f"/api/v1/offers/{offer_id}").json()
    assert (missed["state"], missed["allowed"]) == ("missed", ["reopen"])
    assert desk.post(f"/api/v1/offers/{offer_id}/reopen", json={}).json()["state"] == "accepted"


def test_an_offer_is_collected_once_and_higher_rooms_hear_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[service.OfferMoved] = []
    monkeypatch.setitem(
        events._listeners, service.OfferMoved, [lambda _db, event: heard.append(event)]
    )
    offer_id = world.offer(state="accepted")
    with world.db() as db:
        offer, volunteer = db.get_one(Offer, offer_id), world.subject("volunteer")
        service.collect(db, volunteer, offer)
        with pytest.raises(Refused):
            service.collect(db, volunteer, offer)
        assert (offer.state, offer.state_by_id) == ("collected", volunteer.person_id)
    assert [(event.offer_id, event.verb) for event in heard] == [(offer_id, "collect")]


def test_another_organisation_finds_no_offer(world: World, other_world: World) -> None:
    offer_id = world.offer()
    desk = other_world.client("coordinator")
    assert desk.get("/api/v1/offers").json()["items"] == []
    assert desk.get(f"/api/v1/offers/{offer_id}").status_code == 404
    assert desk.post(f"/api/v1/offers/{offer_id}/accept", json={}).status_code == 404
    theirs = announcement(other_world, world.site())
    assert desk.post("/api/v1/offers", json=theirs).status_code == 404
