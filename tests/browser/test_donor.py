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
    expect(page.get_by_text("发布好了。")).to_be_visible()
    (offer,) = giving.client("coordinator").get("/api/v1/offers").json()["items"]
    assert (offer["food"], offer["grams"], offer["storage_class"]) == (
        "原味酸奶",
        12_500,
        "chilled",
    )
    assert offer["allergens"] == ["milk"]
    gift = page.get_by_role("listitem").filter(has_text="原味酸奶")
    expect(gift).to_contain_text("已发布，等答复")
    page.get_by_text("二维码").click()
    picture = gift.get_by_role("img", name=offer["tracking_code"])
    expect(picture).to_be_visible()
    assert picture.evaluate("(i) => i.decode().then(() => i.naturalWidth > 0)")
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
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_text("已撤回：面包糕点")).to_be_visible()
    (offer,) = giving.client("coordinator").get("/api/v1/offers").json()["items"]
    assert offer["state"] == "withdrawn"
