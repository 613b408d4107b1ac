"""A day's plan: made, changed by hand, published."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageAs, no_axe_faults
from tests.runs.road import hub_road
from tests.runs.test_way_of_food import runs_of, stocked_hub
from tests.world import World


def _neighbourhood(world: World) -> None:
    stocked_hub(world)
    for n in range(4):
        world.household(
            lng=121.44 + n / 300,
            name=f"{'赵钱孙李'[n]}测试",
            window_from_minute=0,
            window_until_minute=1440,
        )


@pytest.mark.usefixtures("worker")
def test_a_plan_is_made_watched_and_published(world: World, page_as: PageAs) -> None:
    _neighbourhood(world)
    world.volunteer("volunteer")
    page = page_as(world, "coordinator")
    page.goto("/plan")
    expect(page.get_by_text("要送 4 户")).to_be_visible()
    page.get_by_role("button", name="生成路线").click()
    expect(page.get_by_role("button", name="停止并采用")).to_be_visible()
    publish = page.get_by_role("button", name="发布 1 条")
    expect(publish).to_be_visible(timeout=20_000)
    expect(page.get_by_text("按直线估算").first).to_be_visible()
    no_axe_faults(page)
    publish.click()
    expect(page.get_by_text("已发布 1 条路线")).to_be_visible()
    (run,) = runs_of(world.client("volunteer"), world)
    assert run["state"] == "published"


@pytest.mark.usefixtures("worker")
def test_a_stop_is_moved_with_the_keyboard_alone(world: World, page_as: PageAs) -> None:
    _neighbourhood(world)
    world.volunteer("volunteer")
    page = page_as(world, "coordinator")
    page.goto("/plan")
    page.get_by_role("button", name="生成路线").click()
    expect(page.get_by_role("button", name="发布 1 条")).to_be_visible(timeout=20_000)
    before = [stop["label"] for stop in runs_of(world.client("coordinator"), world)[0]["stops"]]
    stops = page.locator("button.st")
    stops.first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    no_axe_faults(page)
    page.keyboard.press("Space")
    expect(page.get_by_text("已放下，时间重新算过。")).to_be_attached()
    expect(stops.nth(1)).to_be_focused()
    after = [stop["label"] for stop in runs_of(world.client("coordinator"), world)[0]["stops"]]
    assert [after[1], after[2]] == [before[2], before[1]]


def test_a_day_without_volunteers_says_what_to_do_first(world: World, page_as: PageAs) -> None:
    _neighbourhood(world)
    page = page_as(world, "coordinator", phone=True)
    page.goto("/plan")
    expect(page.get_by_text("这一天还没有人值班")).to_be_visible()
    expect(page.get_by_role("link", name="去排班")).to_have_attribute("href", re.compile("/desk"))
    no_axe_faults(page)


def test_a_runs_sheet_is_sent_by_a_link_that_can_be_ended(
    world: World, page_as: PageAs, server: str
) -> None:
    hub_road(world, doors=2, state="published")
    page = page_as(world, "coordinator")
    page.goto("/plan")
    page.get_by_role("button", name="发链接").click()
    page.get_by_role("button", name="生成链接").click()
    link = page.get_by_label("链接（只显示这一次）")
    expect(link).to_have_value(re.compile(f"^{server}/s/"))
    no_axe_faults(page)
    address = link.input_value()
    assert httpx.get(address).status_code == 200
    page.get_by_role("button", name="停用").click()
    expect(page.get_by_role("button", name="停用")).to_have_count(0)
    assert httpx.get(address).status_code == 404
