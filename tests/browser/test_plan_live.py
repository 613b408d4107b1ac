"""A plan improves before one's eyes, and lies on the map beside its columns."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PageAs, no_axe_faults
from tests.browser.plans import doors, drafts, four_doors, open_plan, planned, wait_until_solved
from tests.world import World


@pytest.mark.usefixtures("worker")
def test_a_plan_is_watched_while_it_improves_and_stopped_early(
    world: World, page_as: PageAs
) -> None:
    four_doors(world, boxes=2)
    page = page_as(world, "coordinator")
    page.goto("/plan")
    page.get_by_role("button", name="生成路线").click()
    expect(page.get_by_text(re.compile(r"第 \d+ 秒，最多 \d+ 秒"))).to_be_visible(timeout=20_000)
    best = page.get_by_role("list", name="目前最好的路线").get_by_role("button")
    expect(best).to_have_count(2, timeout=20_000)
    expect(best.first).to_contain_text(re.compile(r"\d+ 站 · \d\d:\d\d–\d\d:\d\d"))
    expect(page.locator(".curve").get_by_text("0 秒")).to_be_visible()
    expect(page.locator(".plan-map canvas").first).to_be_attached()
    best.first.click()
    expect(best.first).to_have_attribute("aria-pressed", "true")
    no_axe_faults(page)
    page.get_by_role("button", name="停止并采用").click()
    wait_until_solved(page)
    assert sorted(len(doors(run)) for run in drafts(world)) == [2, 2]


@pytest.mark.usefixtures("worker")
def test_a_plan_that_is_not_wanted_leaves_the_runs_as_they_were(
    world: World, page_as: PageAs
) -> None:
    before = [doors(run) for run in planned(world)]
    page = page_as(world, "coordinator")
    open_plan(page)
    page.get_by_role("button", name="接着改进").click()
    page.get_by_role("button", name="不要了").click()
    expect(page.get_by_role("heading", name="已放弃")).to_be_visible(timeout=20_000)
    assert [doors(run) for run in drafts(world)] == before


def test_a_run_chosen_in_its_column_is_chosen_on_the_map_and_the_other_way_round(
    world: World, page_as: PageAs
) -> None:
    planned(world)
    page = page_as(world, "coordinator")
    open_plan(page)
    marks = page.locator(".plan-map .stop-mark")
    expect(marks).to_have_count(6)
    who = page.locator(".col-who")
    who.nth(1).click()
    expect(who.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(marks).to_have_count(3)
    no_axe_faults(page)
    who.nth(1).click()
    expect(marks).to_have_count(6)
    marks.last.dispatch_event("click")
    expect(page.locator(".col-who[aria-pressed=true]")).to_have_count(1)
    page.get_by_role("button", name="收起地图").click()
    expect(page.locator(".plan-map")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("button", name="打开地图")).to_be_visible()


def test_on_a_phone_list_and_map_are_two_tabs(world: World, page_as: PageAs) -> None:
    planned(world)
    page = page_as(world, "coordinator", phone=True)
    open_plan(page)
    expect(page.locator(".plan-map")).to_have_count(0)
    page.get_by_role("button", name="地图", exact=True).click()
    expect(page.locator(".plan-map .stop-mark")).to_have_count(6)
    expect(page.locator(".col")).to_have_count(0)
    no_axe_faults(page)


def test_each_stop_tells_its_time_and_what_is_left_on_board(world: World, page_as: PageAs) -> None:
    run = planned(world)[0]
    page = page_as(world, "coordinator")
    open_plan(page)
    rows = page.locator(".col").first.locator("ol > li")
    expect(rows.first).to_contain_text(f"车上 {run['stops'][0]['load_after_grams'] / 1000:g} kg")
    expect(rows.nth(2)).to_contain_text("车上 0 kg")
    address = page.get_by_role("link", name="打印路线单").first.get_attribute("href")
    sheet = page.request.get(str(address)).text()
    assert sheet.index(doors(run)[0][0]) < sheet.index(doors(run)[1][0])
