"""The search box above a pin, with the keyboard and on a phone; everybody here is invented."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from sqlalchemy import select

from app.core.fields import Point
from app.places.datums import Datum
from app.places.geocoding.book import remember_place
from app.recipients.models import Recipient
from tests.browser.conftest import PageAs, no_axe_faults
from tests.world import World

HERE = Point(lng=121.4512, lat=31.2391)
WORDS = "按地址或名称找"


def known_house(world: World) -> None:
    with world.db() as db:
        remember_place(
            db, world.org_id, "样例路12号", HERE, by=None, source="person", datum=Datum.WGS84
        )


def stands_on(world: World) -> set[tuple[str, str]]:
    with world.db() as db:
        rows = db.execute(select(Recipient.place_state, Recipient.place_source))
        return {(state, source) for state, source in rows}


def test_a_waiting_place_is_confirmed_with_the_keyboard_alone(
    world: World, page_as: PageAs
) -> None:
    known_house(world)
    world.household(name="陈未定", lng=None, address="样例路 12 号 502 室")
    page = page_as(world, "coordinator")
    page.goto("/desk/places")
    box = page.get_by_role("combobox", name=WORDS)
    expect(box).to_have_value("样例路 12 号 502 室")
    option = page.get_by_role("option", name=re.compile("样例路12号"))
    expect(option).to_contain_text("同一地址以前确认过 · 很有把握")
    no_axe_faults(page, leaving_out=(".leaflet-container",))
    box.focus()
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    no_axe_faults(page, leaving_out=(".leaflet-container",))
    page.keyboard.press("Enter")
    expect(option).to_be_hidden()
    expect(page.get_by_role("status").filter(has_text="图钉放在样例路12号")).to_be_visible()
    page.get_by_role("button", name="位置对了").click()
    expect(page.get_by_text("位置都确认好了")).to_be_visible()
    assert stands_on(world) == {("confirmed", "address_book")}


def test_a_pin_dragged_afterwards_stands_on_the_person(world: World, page_as: PageAs) -> None:
    known_house(world)
    world.household(name="陈未定", lng=None, address="样例路12号")
    page = page_as(world, "coordinator", phone=True)
    page.goto("/desk/places")
    page.get_by_role("option").first.click()
    page.locator("#pin").focus()
    page.keyboard.press("ArrowUp")
    page.get_by_role("button", name="位置对了").click()
    expect(page.get_by_text("位置都确认好了")).to_be_visible()
    assert stands_on(world) == {("confirmed", "person")}


def test_enter_in_the_search_box_saves_no_form_and_escape_closes_the_list(
    world: World, page_as: PageAs
) -> None:
    known_house(world)
    page = page_as(world, "coordinator")
    page.goto("/desk/new")
    page.get_by_label("住址", exact=True).or_(page.locator("#address")).first.fill(
        "样例路12号301室"
    )
    box = page.get_by_role("combobox", name=WORDS)
    expect(box).to_have_value("样例路12号301室")
    box.press("Enter")
    expect(page.get_by_role("option")).to_have_count(1)
    box.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    box.fill("没有这个地方")
    expect(page.get_by_text("没有找到。请在地图上点一下门口。")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/desk/new$"))
    # Nobody can be asked unless the operator named a service.
    expect(page.get_by_text("会把门牌地址")).to_have_count(0)
