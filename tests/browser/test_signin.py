"""Signing in as people do it: with a password, with a code on paper, by scanning a link."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from app.accounts import service, sign_in
from tests.browser.conftest import PageAs, no_axe_faults
from tests.world import World

PASSWORD = "一个够长的密码2026"


def _open(page_as: PageAs, world: World, *, phone: bool = False) -> Page:
    page = page_as(world, None, phone=phone)
    page.goto("/signin")
    return page


def test_a_coordinator_signs_in_with_a_password_and_lands_on_the_desk(
    world: World, page_as: PageAs
) -> None:
    with world.db() as db:
        service.set_password(
            db, world.subject("organisation_admin"), world.people["coordinator"], PASSWORD
        )
    page = _open(page_as, world)
    no_axe_faults(page)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_text("请填密码。")).to_be_visible()
    page.get_by_label("手机号或用户名").fill(f"coordinator.{world.org_id}")
    page.get_by_label("密码").fill("不是这个密码")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("名字或密码不对")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page).to_have_url(re.compile(r"/desk$"))


def test_a_scanned_link_signs_in_once_and_leaves_the_address_bar_clean(
    world: World, page_as: PageAs
) -> None:
    with world.db() as db:
        link = sign_in.hand_out_link(db, world.subject("coordinator"), world.people["volunteer"])
    page = page_as(world, None, phone=True)
    page.goto(f"/signin#{link.token}")
    expect(page).to_have_url(re.compile(r"127\.0\.0\.1:\d+/$"))
    again = page_as(world, None, phone=True)
    again.goto(f"/signin#{link.token}")
    expect(again.get_by_role("alert")).to_contain_text("这个登录码不能用了")
    assert link.token not in again.url
