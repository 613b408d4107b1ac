"""The map: reds, blues and diamonds, a donor's month, a trip of one's own, and who sees no person."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, Response, expect

from app.donors.models import Offer
from tests.browser.conftest import PageAs, no_axe_faults
from tests.tracking.story import Story, street_of
from tests.tracking.test_accounts import donor_of, speaks_for
from tests.world import World

SQUARE, CIRCLE, DIAMOND = "捐", "受", "仓"
FRAMES = """
const ask = window.requestAnimationFrame.bind(window)
window.framesAsked = 0
window.requestAnimationFrame = (draw) => { window.framesAsked += 1; return ask(draw) }
"""
AFTER_A_WHILE = "() => new Promise((done) => setTimeout(() => done(window.framesAsked), 400))"


def _marks(page: Page, glyph: str) -> Any:
    return page.locator(".leaflet-marker-pane .mark:not(.stop-mark)", has_text=glyph)


def _town(world: World) -> dict[str, UUID]:
    """A site with an accepted offer, a household, a hub, each by itself on the map."""
    site = world.site(lng=121.45, lat=31.24, name="示例面包房(虚构)")
    return {
        "site": site,
        "offer": world.offer(site, state="accepted", grams=12_000, food="面包"),
        "household": world.household(
            lng=121.47, lat=31.23, window_from_minute=0, window_until_minute=1440
        ),
        "hub": world.hub(lng=121.43, lat=31.25, name="示例街道仓(虚构)"),
    }


def test_reds_blues_and_diamonds_are_on_the_map_and_named_in_the_list(
    world: World, page_as: PageAs
) -> None:
    _town(world)
    page = page_as(world, "coordinator")
    page.goto("/")
    for glyph in (SQUARE, CIRCLE, DIAMOND):
        expect(_marks(page, glyph)).to_have_count(1)
    expect(_marks(page, SQUARE).locator("rect")).to_have_attribute("fill", "#c8102e")
    expect(_marks(page, CIRCLE).locator("circle")).to_have_attribute("fill", "#0057b8")
    assert page.locator(".leaflet-overlay-pane canvas, .leaflet-lines-pane canvas").count() <= 2
    items = page.locator(".lst .item b")
    expect(items).to_have_text(["示例面包房(虚构)", "示例街道仓(虚构)", "李**"])
    no_axe_faults(page)
    page.get_by_role("switch", name="受助").click()
    expect(_marks(page, CIRCLE)).to_have_count(0)
    expect(items).to_have_text(["示例面包房(虚构)", "示例街道仓(虚构)"])
    page.get_by_role("switch", name="受助").click()
    page.get_by_role("searchbox").fill("街道仓")
    expect(items).to_have_text(["示例街道仓(虚构)"])
    expect(_marks(page, SQUARE)).to_have_count(0)


def test_the_list_leads_with_the_keyboard_and_the_address_keeps_the_choice(
    world: World, page_as: PageAs
) -> None:
    town = _town(world)
    page = page_as(world, "coordinator")
    page.goto("/")
    page.locator(".lst .item").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    card = page.get_by_role("region", name="示例街道仓(虚构)")
    expect(card).to_be_visible()
    expect(page).to_have_url(re.compile(f"#[0-9./]+/hub:{town['hub']}$"))
    page.reload()
    expect(card).to_be_visible()
    card.get_by_role("button", name="关闭").focus()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    page.goto("about:blank")
    page.goto(f"/#16/31.10000/121.10000/donor:{town['site']}")
    expect(page.get_by_role("heading", name="示例面包房(虚构)")).to_be_visible()
    expect(page.locator(".mark.is-chosen")).to_be_in_viewport()


def test_a_volunteer_draws_a_trip_by_tapping_and_claims_it(world: World, page_as: PageAs) -> None:
    _town(world)
    world.household(lng=121.46, lat=31.235, window_from_minute=0, window_until_minute=1440)
    world.volunteer("volunteer")
    page = page_as(world, "volunteer", phone=True)
    page.goto("/")
    expect(_marks(page, SQUARE)).to_have_count(1)
    no_axe_faults(page)
    page.get_by_role("button", name="规划路线").click()
    for n, glyph in enumerate((SQUARE, CIRCLE, CIRCLE), start=1):
        _marks(page, glyph).and_(page.locator(":not(.is-picked)")).first.tap()
        expect(page.locator(".mark.is-picked")).to_have_count(n)
    expect(page.get_by_text("已选 1 处取、2 处送")).to_be_visible()
    no_axe_faults(page)
    page.get_by_role("button", name="规划路线").last.click()
    stops = page.locator(".stops .stop")
    expect(stops).to_have_count(3)
    expect(page.get_by_role("button", name="示例面包房(虚构) 往后一站")).to_be_disabled()
    with page.expect_response("**/trips/preview"):
        stops.nth(1).get_by_role("button", name="往后一站").click()
    no_axe_faults(page)
    page.get_by_role("button", name="认领这条路线").click()
    page.wait_for_url("**/run/*")
    (run,) = world.client("volunteer").get("/api/v1/my/runs").json()
    assert page.url.endswith(run["id"])
    assert run["state"] == "claimed"


def test_food_that_is_gone_meanwhile_is_refused_in_a_sentence(
    world: World, page_as: PageAs
) -> None:
    town = _town(world)
    world.volunteer("volunteer")
    page = page_as(world, "volunteer")
    page.goto("/")
    page.get_by_role("button", name="规划路线").click()
    page.locator(".lst .item", has_text="面包").click()
    with world.db() as db:
        db.get_one(Offer, town["offer"]).state = "withdrawn"
    page.locator(".detail").get_by_role("button", name="规划路线").click()
    refusal = page.locator(".detail .banner")
    expect(refusal).to_contain_text("有的食物已经被别人取走了")
    no_axe_faults(page)


def test_a_chosen_run_shows_its_numbered_stops(world: World, page_as: PageAs) -> None:
    town = _town(world)
    world.volunteer("volunteer")
    wish = {"offer_ids": [str(town["offer"])], "recipient_ids": [str(town["household"])]}
    (run,) = world.client("volunteer").post("/api/v1/trips", json=wish).json()
    page = page_as(world, "coordinator")
    page.goto("/")
    expect(page.locator(".stop-mark")).to_have_count(0)
    page.locator(".on-map").get_by_role("button").click()
    expect(page.locator(".stop-mark")).to_have_count(2)
    card = page.get_by_role("region", name="路线 1 详情")
    expect(card.locator(".stops .stop")).to_have_count(2)
    expect(card).to_contain_text("0 / 2 站")
    no_axe_faults(page)
    page.goto(f"/?run={run['id']}")
    expect(card).to_be_visible()
    expect(page).to_have_url(re.compile(f"/#[0-9./]+/run:{run['id']}$"))


def test_a_chosen_donor_shows_its_month_and_where_it_went(world: World, page_as: PageAs) -> None:
    story = Story(world)
    story.deliver(street_of(world, 14, "曹家渡街道"))
    page = page_as(world, "coordinator")
    page.add_init_script(FRAMES)
    page.goto(f"/?donor={donor_of(world, story)}")
    card = page.get_by_role("region", name="捐赠点详情")
    expect(card.locator(".kpi").first).to_have_text("50kg")
    expect(card.locator(".cells li")).to_have_text(re.compile("曹家渡街道.*约 15 户.*14 kg"))
    expect(page.locator(".mark.is-chosen")).to_have_count(1)
    no_axe_faults(page)
    # The tests' browser asks for less motion: the arcs stand still.
    seen = page.evaluate(AFTER_A_WHILE)
    assert page.evaluate(AFTER_A_WHILE) == seen


def test_food_moves_only_while_a_donor_is_chosen(world: World, page_as: PageAs) -> None:
    story = Story(world)
    story.deliver(street_of(world, 14, "曹家渡街道"))
    page = page_as(world, "coordinator", reduced_motion="no-preference")
    page.add_init_script(FRAMES)
    page.goto(f"/?donor={donor_of(world, story)}")
    card = page.get_by_role("region", name="捐赠点详情")
    expect(card.locator(".cells li")).to_have_count(1)
    seen = page.evaluate(AFTER_A_WHILE)
    assert page.evaluate(AFTER_A_WHILE) > seen
    card.get_by_role("button", name="关闭").click()
    expect(card).to_have_count(0)
    seen = page.evaluate(AFTER_A_WHILE)
    assert page.evaluate(AFTER_A_WHILE) == seen


@pytest.mark.parametrize("role", ["donor_contact", "auditor"])
def test_who_may_see_no_person_gets_areas_alone(world: World, page_as: PageAs, role: str) -> None:
    story = Story(world)
    story.deliver(street_of(world, 14, "曹家渡街道"))
    world.site(world.donor("另一家(虚构)"), name="另一家门店(虚构)", lng=121.46)
    speaks_for(world, donor_of(world, story))
    answers: list[Response] = []

    def hear(answer: Response) -> None:
        if "/api/" in answer.url:
            answers.append(answer)

    page = page_as(world, role, phone=True)
    page.on("response", hear)
    page.goto("/")
    expect(page.locator(".cell-pill")).to_have_text("约 15 户")
    expect(_marks(page, CIRCLE)).to_have_count(0)
    page.get_by_role("button", name="清单").click()
    names = page.locator(".lst .item b")
    expect(names).to_have_count(2 if role == "donor_contact" else 4)
    expect(page.get_by_role("button", name="规划路线")).to_have_count(0)
    no_axe_faults(page)
    names.filter(has_text="示例江宁店").click()
    expect(page.locator(".detail .cells li")).to_contain_text("曹家渡街道")
    said = [answer.text() for answer in answers]
    assert said
    for text in said:
        assert "**" not in text
        assert "李测试" not in text
        assert '"recipients":[{' not in text.replace(" ", "")
