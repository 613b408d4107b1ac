"""On the phone: a rest has one screen and one button, looking in on somebody carries nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from playwright.sync_api import expect

from app.core.clock import now
from app.core.fields import Point
from app.core.ids import new_id
from app.recipients.models import Recipient
from app.runs.models import Stop
from tests.browser.conftest import PageAs, no_axe_faults
from tests.runs.road import Road, hub_road
from tests.world import World


def add(road: Road, kind: str, seq: int, **fields: Any) -> UUID:
    """One more stop at the end of the run."""
    at = now() + timedelta(minutes=seq)
    with road.world.db() as db:
        stop = Stop(
            id=new_id(), org_id=road.world.org_id, run_id=road.run_id, seq=seq, kind=kind,
            geom=Point(lng=121.461, lat=31.231).to_geometry(), planned_at=at, window_from=at,
            window_until=at, service_s=1800, state_at=at, **fields,
        )  # fmt: skip
        db.add(stop)
        return stop.id


def test_a_rest_is_one_screen_and_a_visit_is_done_without_a_box(
    world: World, page_as: PageAs
) -> None:
    road = hub_road(world, doors=1)
    home = world.household(name="看望测试", visit_due_on=world.today)
    add(road, "break", 8, label="休息")
    add(road, "visit", 9, label="看**", visits=[home])
    assert road.confirm("load").status_code == 200
    assert road.confirm("deliver").status_code == 200
    page = page_as(world, "volunteer", phone=True)
    page.goto(f"/run/{road.run_id}")
    expect(page.get_by_role("heading", name="休息到")).to_be_visible()
    no_axe_faults(page)
    assert page.locator(".rc button").count() == 1
    page.get_by_role("button", name="继续").click()
    expect(page.get_by_role("heading", name="看望测试")).to_be_visible()
    expect(page.get_by_text("第 2 / 2 站")).to_be_visible()
    expect(page.get_by_role("button", name="没人在")).to_have_count(0)
    no_axe_faults(page)
    page.get_by_role("button", name="看望好了").click()
    expect(page.get_by_role("heading", name="已记下")).to_be_visible()
    expect(page.get_by_text("全部已上传")).to_be_visible()
    with world.db() as db:
        assert db.get_one(Recipient, home).visit_due_on is None
