"""Ways in: password, one-time code, and the doors that stay shut."""

from __future__ import annotations

from tests.world import World


def test_a_signed_in_person_learns_who_they_are(world: World) -> None:
    answer = world.client("coordinator").get("/api/v1/me")
    assert answer.status_code == 200
    assert answer.json()["person"]["roles"] == ["coordinator"]


def test_a_one_time_code_works_once(world: World) -> None:
    desk = world.client("coordinator")
    handed = desk.post(f"/api/v1/people/{world.people['volunteer']}/sign-in-link").json()
    phone = world.client(None)
    assert (
        phone.post("/api/v1/session/link", json={"code": handed["code"].lower()}).status_code == 200
    )
    assert phone.get("/api/v1/me").json()["person"]["roles"] == ["volunteer"]
    again = world.client(None).post("/api/v1/session/link", json={"code": handed["code"]})
    assert again.status_code == 404
    assert again.headers["content-type"] == "application/problem+json"
