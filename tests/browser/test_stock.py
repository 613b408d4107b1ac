"""The keeper's day: weigh in what was announced, throw away what leaked, hold a lot back."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from tests.browser.conftest import PageAs, no_axe_faults
from tests.runs.test_way_of_food import imbalance
from tests.world import World


def test_an_announced_gift_is_weighed_in_and_part_of_it_thrown_away(
    world: World, page_as: PageAs
) -> None:
    world.hub()
    world.offer(
        state="accepted", food="鲜牛奶", grams=36_000, best_before=world.today + timedelta(days=1)
    )
    page = page_as(world, "keeper")
    page.goto("/stock")
    expect(page.get_by_text("这里还没有货")).to_be_visible()
    no_axe_faults(page)
    page.get_by_role("button", name="入库").click()
    expect(page.get_by_text("填一下重量")).to_be_visible()
    page.get_by_label("称出来").fill("35.2")
    expect(page.get_by_text("比预告少 0.8 kg")).to_be_visible()
    page.get_by_role("button", name="入库").click()
    row = page.get_by_role("row").filter(has_text="鲜牛奶")
    expect(row).to_contain_text("35.2 kg")
    expect(row).to_contain_text("明天")
    row.get_by_role("button", name="查看").click()
    page.locator("label.choice").filter(has_text="报损").click()
    page.get_by_label("多少").fill("1.2")
    page.get_by_label("为什么").first.fill("包装漏了")
    no_axe_faults(page)
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_text("报损：包装漏了")).to_be_visible()
    expect(page.get_by_role("region", name="现在在哪里")).to_contain_text("34.0 kg")
    assert imbalance(world) == []


def test_a_counted_lot_is_put_right_and_held_back(world: World, page_as: PageAs) -> None:
    hub = str(world.hub())
    gift = {"donor_id": str(world.donor("示例农场(虚构)")), "food": "鸡蛋"}
    gift["best_before"] = str(world.today + timedelta(days=9))
    body = {"hub_id": hub, "grams": 10_000, "walk_in": gift}
    lot = world.client("keeper").post("/api/v1/receipts", json=body).json()
    page = page_as(world, "keeper", phone=True)
    page.goto(f"/stock/{lot['id']}")
    page.locator("label.choice").filter(has_text="盘点").click()
    page.get_by_label("数出来多少").fill("9.5")
    expect(page.get_by_text("比账上少 0.5 kg")).to_be_visible()
    page.get_by_label("为什么").first.fill("碎了几个")
    page.get_by_role("button", name="记下").click()
    expect(page.get_by_text("这里账上有 9.5 kg")).to_be_visible()
    page.get_by_label("为什么").nth(1).fill("等检验结果")
    page.get_by_role("button", name="先停用").click()
    expect(page.get_by_text("停用中")).to_be_visible()
    no_axe_faults(page)
    assert imbalance(world) == []
