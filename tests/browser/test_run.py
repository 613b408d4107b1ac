"""Driving a run on the phone, with and without signal."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text

from tests.browser.conftest import PageAs, no_axe_faults
from tests.runs.test_way_of_food import imbalance, plan_today, runs_of, stocked_hub
from tests.world import World

DOORS = 4


@pytest.fixture
def published(world: World) -> tuple[World, dict[str, Any]]:
    """Four households behind four doors, one volunteer, one published run."""
    stocked_hub(world)
    for n in range(DOORS):
        world.household(
            lng=121.44 + n / 200,
            name=f"李第{n + 1}户",
            address=f"示例路{n + 1}号101室",
            window_from_minute=0,
            window_until_minute=1440,
        )
    world.volunteer("volunteer")
    plan_today(world)
    world.client("coordinator").post("/api/v1/plans/publish", json={"day": str(world.today)})
    (run,) = runs_of(world.client("volunteer"), world)
    return world, run


def _start(page: Page) -> None:
    page.goto("/run")
    page.get_by_role("button", name="认领这条路线").click()
    page.get_by_role("button", name="出发").click()
    page.get_by_role("button", name="已装好").click()
    page.get_by_role("button", name="去第 1 站").click()
    expect(page.get_by_text("第 1 / 4 站")).to_be_visible()
    expect(page.get_by_text("全部已上传")).to_be_visible()


def _hand_over(page: Page, number: int) -> None:
    expect(page.get_by_text(f"第 {number} / 4 站")).to_be_visible()
    page.get_by_role("button", name="已送达").click()
    expect(page.get_by_role("heading", name="已记下")).to_be_visible()
    page.locator(".nxt").click()


def _grams_by_stop(world: World, run: dict[str, Any]) -> dict[str, int]:
    query = text(
        "SELECT stop_id::text, sum(grams) FROM movement"
        " WHERE stop_id = ANY(CAST(:stops AS uuid[])) GROUP BY 1"
    )
    with world.db() as db:
        rows = db.execute(query, {"stops": [stop["id"] for stop in run["stops"]]}).all()
    return {stop_id: int(grams) for stop_id, grams in rows}


def test_a_run_is_claimed_driven_and_closed_with_what_was_left_handed_back(
    published: tuple[World, dict[str, Any]], page_as: PageAs
) -> None:
    world, _run = published
    page = page_as(world, "volunteer", phone=True)
    page.goto("/run")
    no_axe_faults(page)
    _start(page)
    no_axe_faults(page)
    expect(page.get_by_role("link", name="高德地图")).to_have_count(0)
    page.get_by_role("button", name="导航").click()
    way = page.get_by_role("link", name="高德地图").get_attribute("href") or ""
    assert way.startswith("https://uri.amap.com/navigation?")
    page.get_by_role("button", name="回到这一站").click()
    _hand_over(page, 1)
    page.get_by_role("button", name="没人在").click()
    no_axe_faults(page)
    page.get_by_text("没送成，带回去").click()
    page.get_by_role("button", name="记下").click()
    page.locator(".nxt").click()
    _hand_over(page, 3)
    _hand_over(page, 4)
    expect(page.get_by_role("heading", name="跑完了，辛苦了！")).to_be_visible()
    expect(page.get_by_text("车上还剩")).to_be_visible()
    no_axe_faults(page)
    page.get_by_role("button", name="交回并收班").click()
    expect(page.get_by_text("已收班。")).to_be_visible()
    assert imbalance(world) == []


def test_what_was_confirmed_without_signal_survives_a_reload_and_arrives_once(
    published: tuple[World, dict[str, Any]], page_as: PageAs
) -> None:
    world, run = published
    page = page_as(world, "volunteer", phone=True)
    sent: list[str] = []
    _start(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    expect(page.get_by_text("第 1 / 4 站")).to_be_visible()
    page.on(
        "request", lambda request: sent.append(request.url) if "/confirm" in request.url else None
    )
    page.context.set_offline(True)
    _hand_over(page, 1)
    _hand_over(page, 2)
    expect(page.get_by_text("2 条等信号")).to_be_visible()
    page.reload()
    expect(page.get_by_text("第 3 / 4 站")).to_be_visible()
    expect(page.get_by_text("2 条等信号")).to_be_visible()
    no_axe_faults(page)
    moved = _grams_by_stop(world, run)
    assert len(moved) == 1
    page.context.set_offline(False)
    expect(page.get_by_text("全部已上传")).to_be_visible()
    page.reload()
    expect(page.get_by_text("第 3 / 4 站")).to_be_visible()
    load, first, second, *_ = run["stops"]
    expected = {stop["id"]: stop["grams"] for stop in (load, first, second)}
    assert _grams_by_stop(world, run) == expected
    assert len(sent) == len(set(sent)) == 2


def test_a_slip_of_the_thumb_is_taken_back(
    published: tuple[World, dict[str, Any]], page_as: PageAs
) -> None:
    world, run = published
    page = page_as(world, "volunteer", phone=True)
    _start(page)
    page.get_by_role("button", name="已送达").click()
    expect(page.get_by_text("已上传", exact=True)).to_be_visible()
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_role("button", name="已送达")).to_be_visible()
    expect(page.get_by_text("全部已上传")).to_be_visible()
    drive = world.client("volunteer").get(f"/api/v1/runs/{run['id']}/drive").json()
    assert drive["stops"][1]["state"] == "arrived"


def test_a_refused_confirmation_stays_and_asks_for_a_person(
    published: tuple[World, dict[str, Any]], page_as: PageAs
) -> None:
    world, run = published
    page = page_as(world, "volunteer", phone=True)
    _start(page)
    page.context.set_offline(True)
    _hand_over(page, 1)
    stop = run["stops"][1]["id"]
    elsewhere = world.client("coordinator").post(f"/api/v1/stops/{stop}/confirm", json={})
    assert elsewhere.status_code == 200
    page.context.set_offline(False)
    asks = page.get_by_role("alert").filter(has_text="要找人处理")
    expect(asks).to_be_visible()
    page.reload()
    expect(asks).to_be_visible()
    page.get_by_role("button", name="我已经告诉协调员").click()
    expect(asks).to_have_count(0)
