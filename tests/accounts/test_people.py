"""Who may appoint whom."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.accounts.models import ROLES
from app.accounts.rules import may_grant
from app.audit.models import AuditEntry
from app.core.ids import new_id
from tests.world import World

some_roles = st.frozensets(st.sampled_from(ROLES), min_size=1)


def a_person(**fields: Any) -> dict[str, Any]:
    return {"name": "陈测试", "sign_in_name": f"chen.{new_id()}", "roles": ["volunteer"]} | fields


@given(granter=some_roles, roles=some_roles)
def test_nobody_grants_more_than_they_may(granter: frozenset[str], roles: frozenset[str]) -> None:
    allowed = may_grant(granter, roles)
    assert not (allowed and "platform_admin" in roles)
    if "organisation_admin" in roles and "organisation_admin" not in granter:
        assert not allowed


def test_a_coordinator_adds_a_volunteer_and_the_deed_is_written_down(world: World) -> None:
    made = world.client("coordinator").post("/api/v1/people", json=a_person())
    assert made.status_code == 201
    with world.db() as db:
        deed = db.scalars(select(AuditEntry).where(AuditEntry.action == "added_person")).one()
    assert str(deed.subject_id) == made.json()["id"]
    assert deed.actor_id == world.people["coordinator"]
    assert "陈测试" not in str(deed.detail)


def test_a_coordinator_appoints_no_administrator_but_an_administrator_does(world: World) -> None:
    admin = a_person(roles=["organisation_admin"])
    assert world.client("coordinator").post("/api/v1/people", json=admin).status_code == 403
    assert world.client("organisation_admin").post("/api/v1/people", json=admin).status_code == 201


def test_nobody_here_makes_platform_administrators(world: World) -> None:
    body = a_person(roles=["platform_admin"])
    assert world.client("organisation_admin").post("/api/v1/people", json=body).status_code == 422


@pytest.mark.parametrize("above", ["organisation_admin", "platform_admin"])
def test_a_coordinator_gets_no_way_into_a_higher_account(world: World, above: str) -> None:
    desk, person = world.client("coordinator"), f"/api/v1/people/{world.people[above]}"
    assert desk.post(f"{person}/sign-in-link").status_code == 403
    assert desk.put(f"{person}/password", json={"password": "mine now!"}).status_code == 403
    assert desk.put(f"{person}/active", json={"active": False}).status_code == 403


def test_a_taken_sign_in_name_is_refused_in_any_case_and_organisation(
    world: World, other_world: World
) -> None:
    body = a_person()
    assert world.client("coordinator").post("/api/v1/people", json=body).status_code == 201
    body["sign_in_name"] = body["sign_in_name"].upper()
    answer = other_world.client("coordinator").post("/api/v1/people", json=body)
    assert answer.status_code == 409
    assert "登录名" in answer.json()["title"]


@pytest.mark.parametrize("name", ["a", "x" * 61, "with blank", "a\u0000b", "-;--'", ""])
def test_a_sign_in_name_that_is_none_is_refused(world: World, name: str) -> None:
    body = a_person(sign_in_name=name)
    assert world.client("coordinator").post("/api/v1/people", json=body).status_code == 422


def test_people_of_another_organisation_are_not_listed(world: World, other_world: World) -> None:
    mine = {person["id"] for person in world.client("coordinator").get("/api/v1/people").json()}
    assert mine == {str(person_id) for person_id in world.people.values()}
    assert mine.isdisjoint(str(person_id) for person_id in other_world.people.values())
