"""A stop in the hand: what its new place brings is seen before it is put down; what is locked stays."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageAs, no_axe_faults
from tests.browser.plans import doors, drafts, open_plan, planned, wait_until_solved
from tests.world import World

DIFFERENCE = re.compile("多|少|差不多")


def _first(page: Page, column: int = 0) -> None:
    page.locator(".col").nth(column).locator("button.st").first.focus()


def test_a_held_stop_shows_its_new_times_before_it_is_put_down(
    world: World, page_as: PageAs
) -> None:
    before = [doors(run) for run in planned(world)]
    page = page_as(world, "coordinator")
    open_plan(page)
    _first(page)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".brings")).to_contain_text(DIFFERENCE)
    expect(page.locator("time.new").first).to_be_visible()
    no_axe_faults(page)
    assert [doors(run) for run in drafts(world)] == before
    page.keyboard.press("Space")
    expect(page.get_by_text("已放下，时间重新算过。").first).to_be_attached()
    assert doors(drafts(world)[0]) == before[0][::-1]


def test_a_move_is_taken_back(world: World, page_as: PageAs) -> None:
    before = [doors(run) for run in planned(world)]
    page = page_as(world, "coordinator")
    open_plan(page)
    _first(page)
    for key in ("Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    page.locator(".view-bar").get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已撤销，放回原来的地方。")).to_be_attached()
    assert [doors(run) for run in drafts(world)] == before
    expect(page.locator(".view-bar").get_by_role("button", name="撤销")).to_have_count(0)


def test_a_stop_that_does_not_fit_is_refused_in_words_and_goes_back(
    world: World, page_as: PageAs
) -> None:
    before = [doors(run) for run in planned(world)]
    page = page_as(world, "coordinator")
    open_plan(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    _first(page)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    broken = page.locator(".st-broken").first
    expect(broken).to_be_visible()
    sentence = broken.inner_text()
    no_axe_faults(page)
    page.keyboard.press("Space")
    expect(page.locator(".plan-refusal")).to_contain_text(sentence)
    expect(page.locator(".held-box")).to_have_count(0)
    assert not [url for url in asked if url.endswith("/move")]
    assert [doors(run) for run in drafts(world)] == before


def test_a_stop_is_dragged_with_the_mouse_to_another_run(world: World, page_as: PageAs) -> None:
    runs = planned(world, boxes=3)
    if len(runs) == 1:
        pytest.fail("three boxes each: both volunteers are needed")
    page = page_as(world, "coordinator")
    open_plan(page)
    giver, taker = sorted((0, 1), key=lambda i: -len(doors(runs[i])))
    columns = page.locator(".col")
    stop = columns.nth(giver).locator("button.st").first
    stop.drag_to(columns.nth(taker).locator("button.st").first)
    expect(page.get_by_text("已放下，时间重新算过。").first).to_be_attached()
    after = drafts(world)
    assert len(doors(after[taker])) == len(doors(runs[taker])) + 1


def test_a_stop_is_moved_by_touch(world: World, page_as: PageAs) -> None:
    before = doors(planned(world)[0])
    page = page_as(world, "coordinator", phone=True)
    open_plan(page)
    stops = page.locator(".col").first.locator("button.st")
    stops.first.tap()
    stops.nth(1).tap()
    expect(page.locator(".brings")).to_contain_text(DIFFERENCE)
    page.get_by_role("button", name="放在这里").tap()
    expect(page.get_by_text("已放下，时间重新算过。").first).to_be_attached()
    assert doors(drafts(world)[0]) == before[::-1]


@pytest.mark.usefixtures("worker")
def test_what_is_locked_stays_when_the_rest_is_solved_again(world: World, page_as: PageAs) -> None:
    runs = planned(world)
    page = page_as(world, "coordinator")
    open_plan(page)
    label = doors(runs[0])[0]
    columns = page.locator(".col")
    lock = columns.first.get_by_role("button", name=f"锁住 {label}").first
    lock.press("Enter")
    expect(lock).to_have_attribute("aria-pressed", "true")
    whole = columns.nth(1).get_by_role("button", name="锁住路线 2")
    whole.click()
    expect(whole).to_have_attribute("aria-pressed", "true")
    no_axe_faults(page)
    page.get_by_role("button", name="再算其余").click()
    page.get_by_role("button", name="停止并采用").click(timeout=20_000)
    wait_until_solved(page)
    after = drafts(world)
    kept = next(run for run in after if run["locked"])
    assert doors(kept) == doors(runs[1])
    bound = next(run for run in after if run["volunteer"] == runs[0]["volunteer"])
    assert label in doors(bound)


def test_without_signal_a_held_stop_says_so_and_stays_in_the_hand(
    world: World, page_as: PageAs
) -> None:
    before = [doors(run) for run in planned(world)]
    page = page_as(world, "coordinator")
    open_plan(page)
    page.context.set_offline(True)
    _first(page)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".brings")).to_contain_text("没有连上")
    expect(page.locator(".offline-line")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".held-box")).to_have_count(0)
    page.context.set_offline(False)
    assert [doors(run) for run in drafts(world)] == before
