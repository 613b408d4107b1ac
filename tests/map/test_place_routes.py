"""Searching a place from a form, and what is known of the places that wait for their pin."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.audit.models import AuditEntry
from app.donors.models import Site
from app.places.geocoding.book import forget_place, known_places
from app.recipients.models import Recipient
from app.settings import settings
from tests.world import World

POINT = {"lng": 121.4511, "lat": 31.2399}
FORM: dict[str, Any] = {"name": "虚构人", "address": "常德路189弄1号202室", "point": POINT}


def items(client: TestClient, q: str, **more: str) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/places/search", params={"q": q} | more)
    assert answer.status_code == 200, answer.text
    assert answer.json()["online"] is None
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def registered(client: TestClient, **fields: Any) -> str:
    answer = client.post("/api/v1/recipients", json=FORM | fields)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def row(world: World, recipient_id: str) -> Recipient:
    with world.db() as db:
        found = db.scalars(select(Recipient).filter_by(id=UUID(recipient_id))).one()
        db.expunge(found)
    return found


def test_a_neighbour_in_the_same_house_is_found_by_the_keeper_too(world: World) -> None:
    registered(world.client("coordinator"))
    (one,) = items(world.client("keeper"), "常德路 189 弄 1-501", near="121.4,31.2")
    assert one["point"] == POINT
    assert one | {"point": 0} == {
        "point": 0, "label": "常德路189弄1号", "confidence": 0.98, "source": "address_book", "precision": "house"
    }  # fmt: skip


def test_another_organisation_finds_nothing(world: World, other_world: World) -> None:
    registered(world.client("coordinator"))
    assert items(other_world.client("coordinator"), FORM["address"]) == []


@pytest.mark.parametrize(
    "params",
    [
        {}, {"q": ""}, {"q": "x" * 10_000}, {"q": "路" * 201}, {"q": "路\x00"}, {"q": "路", "near": "31.2"}, {"q": "路", "near": "31.2,121.4"},
        {"q": "路", "near": "nan,nan"}, {"q": "路", "near": "0,0"}, {"q": "路", "near": "1e9,2"}, {"q": "路", "near": "121.4;31.2"},
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_a_sentence(world: World, params: Any) -> None:
    answer = world.client("coordinator").get("/api/v1/places/search", params=params)
    assert answer.status_code == 422
    assert answer.json()["title"]


@pytest.mark.parametrize("q", ["%", "_%_", "😀", "\u202e", "'; DROP TABLE site; --", "\\", " "])
def test_odd_words_find_nothing_and_break_nothing(world: World, q: str) -> None:
    assert items(world.client("coordinator"), q) == []


def test_without_a_service_asking_is_only_searching(world: World) -> None:
    client = world.client("coordinator")
    registered(client)
    answer = client.post("/api/v1/places/ask", json={"q": FORM["address"]})
    assert answer.json()["online"] is None
    assert [one["source"] for one in answer.json()["items"]] == ["address_book"]
    assert client.post("/api/v1/places/ask", json={"q": "x\x00"}).status_code == 422


def test_asking_for_a_strangers_household_is_not_found(world: World, other_world: World) -> None:
    household = str(other_world.household())
    body = {"q": "样例路1号", "recipient_id": household}
    assert world.client("coordinator").post("/api/v1/places/ask", json=body).status_code == 404


def test_a_service_that_was_told_about_a_household_is_in_its_record(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing listens where the service should be: the attempt is on record all the same."""
    settings.cache_clear()
    monkeypatch.setenv("GEOCODER", "nominatim")
    monkeypatch.setenv("GEOCODER_URL", "http://127.0.0.1:9/search")
    try:
        household = str(world.household(lng=None, lat=None))
        body = {"q": "样例路1号", "near": POINT, "recipient_id": household}
        answer = world.client("coordinator").post("/api/v1/places/ask", json=body)
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert answer.json() == {"items": [], "online": "nominatim"}
    with world.db() as db:
        (entry,) = db.scalars(select(AuditEntry).where(AuditEntry.action == "told_geocoder"))
        assert (entry.subject_kind, str(entry.subject_id)) == ("recipient", household)


# --- what a confirmed pin leaves behind ---------------------------------------------


def test_who_and_what_a_pin_stands_on_is_kept(world: World) -> None:
    client = world.client("coordinator")
    made = registered(client, point=None)
    assert row(world, made).place_source == ""
    pin = {"point": POINT, "source": "gazetteer", "confidence": 0.65}
    file = client.put(f"/api/v1/recipients/{made}/place", json=pin).json()
    assert (file["place_source"], file["place_confidence"]) == ("gazetteer", pytest.approx(0.65))
    kept = row(world, made)
    assert kept.place_confirmed_by_id == world.people["coordinator"]
    for wrong in ({"source": "sheet"}, {"source": "x"}, {"confidence": 1.5}, {"confidence": "NaN"}):
        refused = client.put(f"/api/v1/recipients/{made}/place", json=pin | wrong)
        assert refused.status_code == 422


def test_a_form_saved_again_leaves_the_pin_as_it_was_confirmed(world: World) -> None:
    client = world.client("coordinator")
    made = registered(client, place_source="address_book", place_confidence=0.9)
    admin = world.client("organisation_admin")
    etag = {"If-Match": admin.get(f"/api/v1/recipients/{made}").headers["etag"]}
    saved = admin.put(f"/api/v1/recipients/{made}", json=FORM | {"size": 3}, headers=etag)
    assert saved.status_code == 200
    kept = row(world, made)
    assert (kept.size, kept.place_source) == (3, "address_book")
    assert kept.place_confirmed_by_id == world.people["coordinator"]
    etag = {"If-Match": saved.headers["etag"]}
    moved = FORM | {"point": {"lng": 121.46, "lat": 31.24}}
    assert admin.put(f"/api/v1/recipients/{made}", json=moved, headers=etag).status_code == 200
    kept = row(world, made)
    assert (kept.place_source, kept.place_confidence) == ("person", None)
    assert kept.place_confirmed_by_id == world.people["organisation_admin"]
    (one,) = items(client, FORM["address"])
    assert one["point"] == {"lng": 121.46, "lat": 31.24}


def test_the_street_is_guessed_from_the_address_only_when_it_is_missing(world: World) -> None:
    client = world.client("coordinator")
    address = "石泉新村第二居委会 常德路189弄1号"
    guessed = registered(client, address=address)
    assert row(world, guessed).street == "石泉路街道"
    typed = registered(client, name="虚构人二", address=address, street="样例镇")
    assert row(world, typed).street == "样例镇"


def test_a_pin_in_gcj02_is_remembered_in_wgs84(world: World) -> None:
    gcj = {"lng": 121.47822406, "lat": 31.22847374}
    registered(world.client("coordinator"), point=gcj, point_datum="gcj02")
    (one,) = items(world.client("coordinator"), FORM["address"])
    assert one["point"]["lng"] == pytest.approx(121.473701, abs=1e-7)
    assert one["point"]["lat"] == pytest.approx(31.230416, abs=1e-7)


def test_a_donors_site_teaches_the_book_too(world: World) -> None:
    client = world.client("coordinator")
    site = {
        "name": "示例店(虚构)",
        "address": "样例路12号",
        "point": POINT,
        "place_source": "gazetteer",
    }
    made = client.post(f"/api/v1/donors/{world.donor()}/sites", json=site)
    assert made.status_code == 201, made.text
    assert [one["point"] for one in items(client, "样例路12号三楼")] == [POINT]

    def kept() -> tuple[str, UUID | None]:
        with world.db() as db:
            found = db.get_one(Site, UUID(made.json()["id"]))
            return found.place_source, found.place_confirmed_by_id

    assert kept() == ("gazetteer", world.people["coordinator"])
    path, etag = f"/api/v1/sites/{made.json()['id']}", {"If-Match": f'"{made.json()["version"]}"'}
    again = world.client("organisation_admin").patch(
        path, json={"point": POINT, "name": "新名(虚构)"}, headers=etag
    )
    assert kept() == ("gazetteer", world.people["coordinator"])
    elsewhere = {"point": {"lng": 121.5, "lat": 31.2}}
    client.patch(path, json=elsewhere, headers={"If-Match": again.headers["etag"]})
    assert kept() == ("person", world.people["coordinator"])
    assert [one["point"] for one in items(client, "样例路12号")] == [elsewhere["point"]]


def test_a_forgotten_house_is_suggested_no_more(world: World) -> None:
    registered(world.client("coordinator"))
    with world.db() as db:
        assert forget_place(db, world.org_id, FORM["address"]) == 1
        assert known_places(db, world.org_id, FORM["address"]) == []
