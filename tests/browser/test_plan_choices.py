"""Two plans compared, and stops circled and given to others."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageAs, no_axe_faults
from tests.browser.plans import SOLVED_MS, doors, drafts, open_plan, planned
from tests.runs.test_way_of_food import plan_today
from tests.world import World


def test_two_plans_are_compared_and_the_first_one_is_used_again(
    world: World, page_as: PageAs
) -> None:
    planned(world, boxes=4)
    first = [doors(run) for run in drafts(world)]
    world.household(lng=121.455, name="周测试", window_from_minute=0, window_until_minute=1440)
    assert plan_today(world)["state"] == "done"
    page = page_as(world, "coordinator")
    open_plan(page)
    page.get_by_role("button", name="比较方案").click()
    table = page.get_by_role("table")
    expect(table.get_by_role("row", name="送到")).to_contain_text("多 1 户")
    expect(page.locator(".compare-people summary").first).to_be_visible()
    page.locator(".compare-people summary").first.click()
    no_axe_faults(page)
    page.get_by_role("button", name="用回这个方案").click()
    expect(page.get_by_text("已用回这个方案。")).to_be_visible()
    assert sorted(map(len, first)) == sorted(len(doors(run)) for run in drafts(world))


def _ring(page: Page) -> None:
    box = page.locator(".plan-map .lasso").bounding_box()
    assert box is not None
    x, y, wide, high = box["x"], box["y"], box["width"], box["height"]
    page.mouse.move(x + 4, y + 4)
    page.mouse.down()
    corners = ((wide - 4, 4), (wide - 4, high - 4), (80, high - 4), (4, 4))
    for dx, dy in corners:
        page.mouse.move(x + dx, y + dy, steps=4)
    page.mouse.up()


@pytest.mark.usefixtures("worker")
def test_circled_stops_are_given_to_a_chosen_volunteer(world: World, page_as: PageAs) -> None:
    runs = planned(world, boxes=8)
    other = "陈测试" if runs[0]["volunteer"] != "陈测试" else "顾测试"
    page = page_as(world, "coordinator")
    open_plan(page)
    page.get_by_role("button", name="圈选").click()
    expect(page.get_by_role("button", name="分给他们")).to_be_disabled()
    _ring(page)
    expect(page.get_by_role("heading", name="圈中 4 站 · 4 户")).to_be_visible()
    page.get_by_role("checkbox", name=other).check(force=True)
    no_axe_faults(page)
    page.get_by_role("button", name="分给他们").click()
    expect(page.locator(".col-who", has_text=other)).to_be_visible(timeout=SOLVED_MS)
    (run,) = drafts(world)
    assert run["volunteer"] == other
    assert len(doors(run)) == 4


def test_stops_are_chosen_by_keyboard_in_the_list(world: World, page_as: PageAs) -> None:
    planned(world, boxes=8)
    page = page_as(world, "coordinator", phone=True)
    open_plan(page)
    page.get_by_role("button", name="圈选").click()
    stops = page.locator("button.st")
    stops.first.focus()
    page.keyboard.press("Space")
    expect(stops.first).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("heading", name="圈中 1 站 · 1 户")).to_be_visible()
    no_axe_faults(page)
    page.get_by_role("button", name="取消").click()
    expect(page.get_by_role("button", name="分给他们")).to_have_count(0)
