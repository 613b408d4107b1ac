"""A day that goes wrong: what happened is said, old and new are looked at, then it is decided."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PageAs, no_axe_faults
from tests.browser.plans import open_plan
from tests.runs.replan.street import Street
from tests.world import World

ANSWER_MS = 40_000


def _two_runs(world: World) -> Street:
    street = Street(world)
    street.hub_run([121.45, 121.46], name="陈测试")
    street.hub_run([121.455, 121.465], name="李测试")
    return street


def _tell(page: Page, cause: str, *, column: int = 0) -> None:
    page.locator(".col").nth(column).get_by_role("button", name="出了状况").click()
    page.get_by_role("radio", name=cause).check(force=True)


def _answer(page: Page) -> Locator:
    page.get_by_role("button", name="看看怎么调").click()
    expect(page.get_by_role("button", name="采用", exact=True)).to_be_visible(timeout=ANSWER_MS)
    return page.locator(".replan")


@pytest.mark.usefixtures("worker")
def test_a_volunteer_cannot_come_and_the_others_take_over(world: World, page_as: PageAs) -> None:
    street = _two_runs(world)
    page = page_as(world, "coordinator")
    open_plan(page)
    _tell(page, "志愿者来不了")
    no_axe_faults(page)
    answer = _answer(page)
    expect(answer.get_by_role("heading", name="陈**来不了")).to_be_focused()
    expect(answer).to_contain_text("2 站不变 · 2 站换人")
    expect(
        answer.get_by_text(re.compile("原来是陈\\*\\*的，现在由李\\*\\*来做")).first
    ).to_be_visible()
    expect(answer.get_by_text("这条路线不跑了。")).to_be_visible()
    no_axe_faults(page)
    page.get_by_role("button", name="采用", exact=True).click()
    expect(page.get_by_text("已采用，大家的路线都更新了。")).to_be_visible()
    expect(page.locator(".replan")).to_have_count(0)
    expect(page.locator(".col")).to_have_count(1)
    assert street.promised() == ["planned"] * 4


@pytest.mark.usefixtures("worker")
def test_a_proposal_that_is_not_taken_changes_nothing(world: World, page_as: PageAs) -> None:
    street = Street(world)
    run, _ = street.rescue_run(121.45, [121.46])
    before = street.kinds(run)
    page = page_as(world, "coordinator", phone=True)
    open_plan(page)
    _tell(page, "捐赠点没有货")
    expect(page.get_by_label("哪一站")).to_contain_text("示例门店(虚构)")
    answer = _answer(page)
    no_axe_faults(page)
    page.reload()  # what waits for a decision is found again
    expect(answer).to_be_visible()
    page.get_by_role("button", name="照原来的走").click()
    expect(page.get_by_text("没有改动，照原来的走。")).to_be_visible()
    assert street.kinds(run) == before


@pytest.mark.usefixtures("worker")
def test_a_proposal_that_the_day_has_overtaken_says_so_and_is_asked_again(
    world: World, page_as: PageAs
) -> None:
    street = _two_runs(world)
    page = page_as(world, "coordinator")
    open_plan(page)
    _tell(page, "志愿者来不了")
    _answer(page)
    day = {"day": str(world.today)}
    runs = street.desk.get("/api/v1/runs", params=day).json()
    street.drive(next(run["id"] for run in runs if run["volunteer"] == "李测试"), 1)
    page.get_by_role("button", name="采用", exact=True).click()
    expect(page.locator(".replan .banner")).to_contain_text("这个安排过时了。")
    no_axe_faults(page)
    page.get_by_role("button", name="再算一次").click()
    expect(page.get_by_role("button", name="采用", exact=True)).to_be_visible(timeout=ANSWER_MS)


def test_the_maps_run_card_leads_to_the_question(world: World, page_as: PageAs) -> None:
    _two_runs(world)
    page = page_as(world, "coordinator")
    page.goto("/")
    page.locator(".on-map .rchip").first.click()
    page.get_by_role("link", name="出了状况").click()
    expect(page.get_by_role("dialog", name="出了状况")).to_be_visible()
    expect(page.get_by_role("button", name="看看怎么调")).to_be_disabled()


def test_a_day_that_is_over_has_the_whole_page(world: World, page_as: PageAs) -> None:
    street = Street(world)
    run = street.hub_run([121.45], name="陈测试")
    street.drive(run, 2)
    assert street.desk.post(f"/api/v1/runs/{run}/complete").status_code == 200
    page = page_as(world, "coordinator")
    open_plan(page)
    whole, runs = (page.locator(name).bounding_box() for name in (".plan-cols", ".plan-main"))
    assert whole
    assert runs
    assert runs["width"] == whole["width"]
