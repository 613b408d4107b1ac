"""A donor offers surplus food in a minute, and follows it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.accounts.models import Person
from tests.browser.conftest import PageAs, no_axe_faults
from tests.world import World


@pytest.fixture
def giving(world: World) -> World:
    """A contact of a donor with one site."""
    donor_id = world.donor("永福示例超市(虚构)")
    world.site(donor_id, name="江宁示例店(虚构)")
    with world.db() as db:
        db.get_one(Person, world.people["donor_contact"]).donor_id = donor_id
    return world


def test_surplus_is_offered_with_little_typing_and_can_be_followed(
    giving: World, page_as: PageAs
) -> None:
    page = page_as(giving, "donor_contact", phone=True)
    page.goto("/donor")
    no_axe_faults(page)
    page.get_by_role("button", name="发布预告").click()
    expect(page.get_by_role("alert").first).to_contain_text("填一下大约多少公斤")
    no_axe_faults(page)
    page.locator("label.choice").filter(has_text="奶和豆品").click()
    expect(page.get_by_role("radio", name="冷藏")).to_be_checked()
    page.get_by_label("具体是什么").fill("原味酸奶")
    page.get_by_label("大约多少").fill("12,5")
    page.locator("label.choice").filter(has_text="明天上午").click()
    page.get_by_role("button", name="发布预告").click()
    done = page.get_by_role("heading", name="发布好了")
    expect(done).to_be_focused()
    expect(done).to_be_in_viewport()
    expect(page.get_by_role("button", name="发布预告")).to_have_count(0)
    (offer,) = giving.client("coordinator").get("/api/v1/offers").json()["items"]
    assert (offer["food"], offer["grams"], offer["storage_class"]) == (
        "原味酸奶",
        12_500,
        "chilled",
    )
    assert offer["allergens"] == ["milk"]
    expect(page.locator(".sent")).to_contain_text(offer["tracking_code"])
    gift = page.get_by_role("listitem").filter(has_text="原味酸奶")
    expect(gift).to_contain_text("已发布，等答复")
    no_axe_faults(page)
    gift.get_by_role("link").click()
    expect(page).to_have_url(f"{page.url.partition('/t/')[0]}/t/{offer['tracking_code']}")


def test_an_offer_is_withdrawn_by_whoever_made_it(giving: World, page_as: PageAs) -> None:
    page = page_as(giving, "donor_contact")
    page.goto("/donor")
    expect(page.get_by_text("还没有捐赠")).to_be_visible()
    page.get_by_label("大约多少").fill("36")
    page.locator("label.choice").filter(has_text="明天上午").click()
    page.get_by_role("button", name="发布预告").click()
    page.locator(".sent").get_by_role("button", name="撤回").click()
    expect(page.get_by_text("已撤回：面包糕点")).to_be_visible()
    (offer,) = giving.client("coordinator").get("/api/v1/offers").json()["items"]
    assert offer["state"] == "withdrawn"
    expect(page.get_by_label("大约多少")).to_have_value("36")


def test_an_answer_lost_on_the_way_does_not_publish_the_offer_twice(
    giving: World, page_as: PageAs
) -> None:
    page = page_as(giving, "donor_contact", phone=True)
    page.goto("/donor")
    page.get_by_label("大约多少").fill("36")
    page.locator("label.choice").filter(has_text="明天上午").click()
    page.route("**/api/v1/offers", lambda route: (route.fetch(), route.abort())[1])
    page.get_by_role("button", name="发布预告").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_in_viewport()
    page.unroute("**/api/v1/offers")
    page.get_by_role("button", name="发布预告").click()
    expect(page.get_by_role("heading", name="发布好了")).to_be_visible()
    offers = giving.client("coordinator").get("/api/v1/offers").json()["items"]
    assert len(offers) == 1


def test_gifts_are_listed_by_month_with_older_ones_on_request(
    giving: World, page_as: PageAs
) -> None:
    with giving.db() as db:
        donor_id = db.get_one(Person, giving.people["donor_contact"]).donor_id
    site_id = giving.site(donor_id)
    for number in range(12):
        giving.offer(site_id, food=f"面包 {number}")
    page = page_as(giving, "donor_contact", phone=True)
    page.goto("/donor")
    expect(page.get_by_role("heading", name=f"{giving.today.month} 月", exact=True)).to_have_count(
        2
    )
    rows = page.locator(".gifts li")
    expect(rows).to_have_count(10)
    page.get_by_role("button", name="看更早的").click()
    expect(rows).to_have_count(12)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
