"""Donors and their sites: who is shown what, and every reading of a telephone is kept."""

from __future__ import annotations

from sqlalchemy import func, select

from app.accounts.models import Person
from app.audit.models import AuditEntry
from app.core.db import engine
from app.core.idempotency import IdempotencyKey
from app.core.ids import new_id
from app.donors.models import Donor
from tests.world import World

PHONE = "021-5550 0100"


def new_donor(world: World) -> str:
    body = {"name": "示例烘焙(虚构)", "kind": "面包房", "contact_name": "店长", "phone": PHONE}
    made = world.client("coordinator").post("/api/v1/donors", json=body)
    assert made.status_code == 201, made.text
    return f"/api/v1/donors/{made.json()['id']}"


def reveals(world: World) -> int:
    with world.db() as db:
        return db.scalar(select(func.count()).where(AuditEntry.action == "revealed")) or 0


def test_a_planner_reads_the_telephone_and_the_reading_is_kept(world: World) -> None:
    path = new_donor(world)
    shown = world.client("coordinator").get(path).json()
    assert (shown["phone"], reveals(world)) == (PHONE, 1)


def test_a_keeper_sees_that_there_is_a_telephone_but_not_which(world: World) -> None:
    path = new_donor(world)
    shown = world.client("keeper").get(path).json()
    assert (shown["phone"], shown["has_phone"], reveals(world)) == (None, True, 0)


def test_the_telephone_lies_sealed_in_the_database(world: World) -> None:
    new_donor(world)
    with world.db() as db:
        sealed = db.scalars(select(Donor.phone_sealed)).one()
    assert sealed is not None
    assert PHONE.encode() not in sealed
    assert engine().hide_parameters


def test_the_kept_answer_to_a_repeated_request_holds_no_telephone(world: World) -> None:
    desk, key = world.client("coordinator"), {"Idempotency-Key": str(new_id())}
    body = {"name": "示例烘焙(虚构)", "phone": PHONE}
    first, again = (desk.post("/api/v1/donors", json=body, headers=key).json() for _ in range(2))
    assert first == again
    assert again["phone"] == PHONE
    with world.db() as db:
        assert PHONE not in str(db.scalars(select(IdempotencyKey.answer)).one())


def test_a_contact_opens_their_own_donor_with_its_sites_only(world: World) -> None:
    donor_id = world.donor()
    world.site(donor_id)
    with world.db() as db:
        db.get_one(Person, world.people["donor_contact"]).donor_id = donor_id
    shop = world.client("donor_contact")
    own = shop.get(f"/api/v1/donors/{donor_id}").json()
    assert (len(own["sites"]), own["phone"]) == (1, None)
    assert shop.get(f"/api/v1/donors/{world.donor()}").status_code == 404
    assert shop.get("/api/v1/donors").status_code == 403


def test_a_donor_is_changed_and_an_old_version_is_refused(world: World) -> None:
    path, desk = new_donor(world), world.client("coordinator")
    etag = desk.get(path).headers["etag"]
    changed = desk.patch(path, json={"name": "新名(虚构)", "phone": ""}, headers={"If-Match": etag})
    assert (changed.json()["name"], changed.json()["has_phone"]) == ("新名(虚构)", False)
    assert changed.json()["contact_name"] == "店长"
    late = desk.patch(path, json={"name": "旧"}, headers={"If-Match": etag})
    assert late.status_code == 412
    ended = desk.patch(path, json={"ended": True}).json()
    assert ended["ended"]
    assert not desk.patch(path, json={"ended": False}).json()["ended"]


def test_a_site_has_a_pin_and_hours_that_can_be_moved(world: World) -> None:
    path, desk = new_donor(world), world.client("coordinator")
    hours = [{"weekday": 0, "from_minute": 1140, "until_minute": 1200}]
    body = {"name": "后门(虚构)", "point": {"lng": 121.4, "lat": 31.2}, "pickup_hours": hours}
    made = desk.post(f"{path}/sites", json=body)
    assert made.status_code == 201, made.text
    assert (made.json()["pickup_hours"], made.json()["storage_class"]) == (hours, "ambient")
    site = f"/api/v1/sites/{made.json()['id']}"
    moved = desk.patch(
        site, json={"point": {"lng": 121.5, "lat": 31.3}, "storage_class": "chilled"}
    ).json()
    assert (moved["point"], moved["storage_class"]) == ({"lng": 121.5, "lat": 31.3}, "chilled")
    assert (moved["pickup_hours"], moved["version"]) == (hours, 2)
    assert desk.get(path).json()["sites"][0]["point"] == {"lng": 121.5, "lat": 31.3}


def test_a_site_with_swapped_coordinates_or_hours_that_run_backwards_is_refused(
    world: World,
) -> None:
    path, desk = new_donor(world), world.client("coordinator")
    body = {"name": "后门(虚构)", "point": {"lng": 31.2, "lat": 121.4}}
    swapped = desk.post(f"{path}/sites", json=body)
    assert swapped.status_code == 422
    assert "写反" in swapped.json()["errors"][0]["message"]
    hours = [{"weekday": 0, "from_minute": 1200, "until_minute": 1140}]
    body = {"name": "后门(虚构)", "point": {"lng": 121.4, "lat": 31.2}, "pickup_hours": hours}
    assert desk.post(f"{path}/sites", json=body).status_code == 422


def test_donors_are_found_by_their_own_name_or_a_sites_page_by_page(world: World) -> None:
    for name in ("丙", "甲", "乙"):
        world.donor(f"{name}超市(虚构)")
    bakery = world.donor("示例烘焙(虚构)")
    site = world.site(bakery, name="静安门店(虚构)")
    world.offer(site)
    world.offer(site, state="declined")
    desk = world.client("coordinator")
    names, cursor = [], None
    while True:
        params = {"q": "超市", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = desk.get("/api/v1/donors", params=params).json()
        names += [row["name"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(names) == sorted(f"{name}超市(虚构)" for name in "甲乙丙")
    assert len(set(names)) == 3
    found = desk.get("/api/v1/donors", params={"q": "静安"}).json()["items"]
    assert [(row["id"], row["sites"], row["open_offers"]) for row in found] == [(str(bakery), 1, 1)]
    assert desk.get("/api/v1/donors", params={"q": "%"}).json()["items"] == []


def test_another_organisation_finds_no_donor_and_no_site(world: World, other_world: World) -> None:
    path, site_id = new_donor(world), world.site()
    desk = other_world.client("coordinator")
    assert desk.get("/api/v1/donors").json()["items"] == []
    assert desk.get(path).status_code == 404
    assert desk.patch(path, json={"name": "我们的"}).status_code == 404
    body = {"name": "后门", "point": {"lng": 121.4, "lat": 31.2}}
    assert desk.post(f"{path}/sites", json=body).status_code == 404
    assert desk.patch(f"/api/v1/sites/{site_id}", json={"name": "我们的"}).status_code == 404
