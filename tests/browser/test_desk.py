"""The coordinator's desk as it is worked at: everybody in it is invented."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from openpyxl import Workbook
from playwright.sync_api import Page, expect

from app.core.clock import now
from app.recipients.models import Recipient
from app.volunteers.models import Volunteer
from tests.browser.conftest import PageAs, no_axe_faults
from tests.runs.road import hub_road
from tests.world import World


def _desk(world: World, page_as: PageAs, path: str = "/desk", *, phone: bool = False) -> Page:
    page = page_as(world, "coordinator", phone=phone)
    page.goto(path)
    return page


def _choose(page: Page, group: str, answer: str) -> None:
    page.get_by_role("group", name=group).get_by_text(answer, exact=True).click()


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_first_page_counts_what_is_to_do_and_the_register_can_be_searched(
    world: World, page_as: PageAs, *, phone: bool
) -> None:
    world.offer()
    world.household(name="王长等", street="曹杨新村街道", has_lift=False, floor=5)
    world.household(name="陈未定", street="长寿路街道", lng=None)
    world.household(name="赵待审", approved_at=None)
    page = _desk(world, page_as, phone=phone)
    expect(page.get_by_role("heading", level=1)).to_contain_text("今天有 3 件事")
    expect(page.get_by_role("link", name="陈**")).to_be_visible()
    expect(page.get_by_text("陈未定")).to_have_count(0)
    no_axe_faults(page)
    page.get_by_role("button", name=re.compile("^没电梯")).click()
    expect(page.get_by_role("link", name=re.compile(r"\*\*$"))).to_have_count(1)
    page.get_by_role("button", name=re.compile("^全部")).click()
    page.get_by_role("searchbox").fill("赵待审")
    expect(page.get_by_role("link", name="赵**")).to_be_visible()
    expect(page.get_by_role("link", name="王**")).to_have_count(0)
    page.get_by_role("searchbox").fill("没有这个人")
    expect(page.get_by_text("没有符合的")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_household_is_registered_with_its_faults_named_then_paused_and_resumed(
    world: World, page_as: PageAs
) -> None:
    page = _desk(world, page_as, "/desk/new")
    page.get_by_label("电话").fill("1700000")
    page.get_by_role("button", name="保存登记").click()
    summary = page.get_by_role("alert", name="有 3 处要改")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="请填姓名或名称。").click()
    expect(page.get_by_label("姓名")).to_be_focused()
    no_axe_faults(page, leaving_out=(".leaflet-container",))
    page.get_by_label("姓名").fill("李测试")
    page.get_by_label("电话").fill("17000000001")
    page.reload()
    expect(page.get_by_label("姓名")).to_have_value("李测试")
    _choose(page, "对什么过敏（可不填）", "花生")
    page.get_by_role("textbox", name="地址").fill("示例路 88 弄 5 号 302 室")
    _choose(page, "谁同意登记这些内容", "本人同意")
    page.get_by_role("button", name="保存登记").click()
    expect(page.get_by_role("heading", name=re.compile("^李测试"))).to_be_visible()
    expect(page.get_by_text("170****0001")).to_be_visible()
    page.get_by_role("button", name="显示 电话").click()
    expect(page.get_by_role("link", name="17000000001")).to_be_visible()
    page.get_by_role("button", name="暂停").click()
    page.get_by_label("原因").fill("住院")
    page.locator("form").get_by_role("button", name="暂停").click()
    expect(page.get_by_text("住院")).to_be_visible()
    no_axe_faults(page)
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_role("button", name="恢复")).to_have_count(0)
    page.goto("/desk/new")
    expect(page.get_by_label("姓名")).to_have_value("")


def test_the_same_person_is_refused_until_it_is_said_to_be_another(
    world: World, page_as: PageAs
) -> None:
    desk = world.client("coordinator")
    body = {"name": "李测试", "phone": "17000000001", "birth_year": 1943}
    assert desk.post("/api/v1/recipients", json=body).status_code == 201
    page = _desk(world, page_as, "/desk/new")
    page.get_by_label("姓名").fill("李测试")
    page.get_by_label("电话").fill("17000000001")
    page.get_by_label("出生年份").fill("1943")
    _choose(page, "谁同意登记这些内容", "家人或居委代为同意")
    page.get_by_role("button", name="保存登记").click()
    expect(page.get_by_role("link", name="打开已有的档案")).to_be_visible()
    page.get_by_text("确实是另一个人", exact=True).click()
    page.get_by_role("button", name="保存登记").click()
    expect(page).to_have_url(re.compile(r"/desk/recipients/[0-9a-f-]{36}$"))


def test_one_place_after_the_other_is_confirmed_on_the_map(world: World, page_as: PageAs) -> None:
    for name in ("陈未定", "蒋未定"):
        world.household(name=name, lng=None)
    page = _desk(world, page_as, "/desk/places")
    expect(page.get_by_role("button", name="位置对了，下一户")).to_be_disabled()
    first = page.locator("#place-title").inner_text()
    page.locator("#pin").click(position={"x": 200, "y": 120})
    no_axe_faults(page, leaving_out=(".leaflet-container",))
    page.get_by_role("button", name="位置对了，下一户").click()
    expect(page.locator("#place-title")).not_to_have_text(first)
    page.locator("#pin").focus()
    page.keyboard.press("ArrowUp")
    page.get_by_role("button", name="位置对了").click()
    expect(page.get_by_text("位置都确认好了")).to_be_visible()
    counts = world.client("coordinator").get("/api/v1/recipients/counts").json()
    assert counts["to_confirm"] == 0


def test_one_offer_is_accepted_and_another_declined_with_the_reason(
    world: World, page_as: PageAs
) -> None:
    site = world.site()
    world.offer(site, food="面包")
    world.offer(site, food="牛奶", ready_until=now() + timedelta(hours=3))
    page = _desk(world, page_as, "/desk/offers", phone=True)
    no_axe_faults(page)
    page.get_by_role("button", name="接受 面包").click()
    expect(page.get_by_text("已接受：面包")).to_be_visible()
    page.get_by_role("button", name="谢绝 牛奶").click()
    page.get_by_role("button", name="谢绝", exact=True).click()
    expect(page.get_by_text("请写一下原因。")).to_be_visible()
    page.get_by_label("为什么谢绝").fill("今天没有车")
    page.get_by_role("button", name="谢绝", exact=True).click()
    expect(page.get_by_text("没有等处理的预告")).to_be_visible()
    states = {
        o["food"]: o["state"]
        for o in world.client("coordinator").get("/api/v1/offers").json()["items"]
    }
    assert states == {"面包": "accepted", "牛奶": "declined"}


def test_a_new_volunteer_gets_a_slip_whose_code_signs_in_on_their_phone(
    world: World, page_as: PageAs
) -> None:
    page = _desk(world, page_as, "/desk/people")
    page.get_by_role("button", name="加一个人").click()
    page.get_by_label("姓名").fill("顾新来")
    page.get_by_label("手机号或用户名").fill(f"gu.{world.org_id.hex[:12]}")
    page.locator("form").get_by_role("button", name="加一个人").click()
    slip = page.get_by_role("dialog", name="顾新来 的登录纸条")
    code = slip.locator(".slip-code").inner_text()
    expect(slip.get_by_role("img", name="登录用的二维码")).to_be_visible()
    no_axe_faults(page)
    phone = page_as(world, None, phone=True)
    phone.goto("/signin")
    phone.get_by_role("button", name="用登录码或链接登录").click()
    phone.get_by_label("登录码").fill(code.lower())
    phone.get_by_role("button", name="登录", exact=True).click()
    expect(phone).to_have_url(re.compile(r"127\.0\.0\.1:\d+/(\?.*)?$"))


def test_a_shift_is_added_and_taken_back(world: World, page_as: PageAs) -> None:
    world.volunteer(on_duty=False, name="丁测试")
    page = _desk(world, page_as, "/desk/volunteers")
    expect(page.get_by_text("这一天还没有人在岗")).to_be_visible()
    no_axe_faults(page)
    page.get_by_role("combobox", name="志愿者").select_option(label="丁测试 · 电动车")
    page.get_by_role("button", name="加班次").click()
    expect(page.get_by_role("heading", name="谁在岗 1 人在岗")).to_be_visible()
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_text("这一天还没有人在岗")).to_be_visible()


def test_a_shift_with_a_lunch_break_fits_its_hours_or_is_told_why(
    world: World, page_as: PageAs
) -> None:
    world.volunteer(on_duty=False, name="丁测试")
    page = _desk(world, page_as, "/desk/volunteers")
    page.get_by_role("combobox", name="志愿者").select_option(label="丁测试 · 电动车")
    page.get_by_text("排一次午休").click()
    page.get_by_label("最晚几点开始歇").fill("12:00")
    no_axe_faults(page)
    page.get_by_role("button", name="加班次").click()
    expect(page.get_by_text("午休要在班次结束前歇完")).to_be_visible()
    page.get_by_label("最晚几点", exact=True).fill("17:00")
    page.get_by_role("button", name="加班次").click()
    expect(page.get_by_text("午休 10:00–12:00 开始，30 分钟")).to_be_visible()


def test_a_volunteer_says_how_often_and_how_far_they_go(world: World, page_as: PageAs) -> None:
    volunteer = world.volunteer(on_duty=False, name="丁测试")
    page = _desk(world, page_as, f"/desk/volunteers/{volunteer}")
    page.get_by_label("一天最多跑几趟").fill("6")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("趟数写 1 到 5。")
    page.get_by_label("一天最多跑几趟").fill("3")
    page.get_by_label("最多送几站").fill("12")
    page.get_by_text("会说本地话").click()
    no_axe_faults(page)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="所有志愿者")).to_be_visible()
    with world.db() as db:
        kept = db.get_one(Volunteer, volunteer)
        assert (kept.trips_max, kept.max_stops, kept.skills) == (3, 12, ["dialect"])


def test_a_household_gets_its_days_and_its_second_window(world: World, page_as: PageAs) -> None:
    home = world.household()
    page = _desk(world, page_as, f"/desk/recipients/{home}/edit")
    page.get_by_label("哪天一定要送").fill(str(world.today))
    page.get_by_label("哪天要去看望").fill(str(world.today))
    page.get_by_label("第二段：最早几点").fill("19:00")
    page.get_by_label("第二段：最晚几点").fill("21:00")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("第二段要在第一段之后")
    page.get_by_label("第二段：最早几点").fill("20:30")
    no_axe_faults(page)
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("08:00–20:00、20:30–21:00")).to_be_visible()
    expect(page.get_by_text("一定要送", exact=False).first).to_be_visible()
    with world.db() as db:
        kept = db.get_one(Recipient, home)
        assert (kept.must_serve_on, kept.visit_due_on) == (world.today, world.today)


def test_a_donor_is_added_with_a_site_where_the_pin_is_put(world: World, page_as: PageAs) -> None:
    page = _desk(world, page_as, "/desk/donors/new")
    page.get_by_label("捐赠方名称").fill("示例面包房(虚构)")
    page.get_by_role("button", name="保存，下一步放捐赠点").click()
    expect(page.get_by_label("门店或地点名称")).to_have_value("示例面包房(虚构)")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("alert", name="有 1 处要改")).to_be_visible()
    page.locator("#pin").click(position={"x": 200, "y": 120})
    page.get_by_role("button", name="加一段时间").click()
    no_axe_faults(page, leaving_out=(".leaflet-container",))
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("常温 · 周一至周五 19:00–20:00")).to_be_visible()
    no_axe_faults(page)


def _register() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "登记"
    sheet.append(["姓名", "电话", "出生年份", "住址", "经度", "纬度", "人口"])
    sheet.append(["李测一", "17000000001", 1940, "长寿路示例弄1号101室", 121.4782, 31.2284, 1])
    sheet.append(["王测二", "17000000002", 1938, "长寿路示例弄1号102室", None, None, 2])
    sheet.append(["", "17000000003", 1951, "长寿路示例弄3号", None, None, 1])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_paper_register_is_imported_a_cell_mended_and_all_taken_back(
    world: World, page_as: PageAs
) -> None:
    page = _desk(world, page_as, "/desk/import")
    page.get_by_role("button", name="上传").click()
    expect(page.get_by_text("请先选一个文件。")).to_be_visible()
    no_axe_faults(page)
    page.set_input_files("#file", {"name": "登记册.xlsx", "mimeType": "", "buffer": _register()})
    page.get_by_role("button", name="上传").click()
    page.get_by_role("button", name="对好了，去检查").click()
    expect(page.get_by_role("alert", name="有 1 处要改")).to_be_visible()
    no_axe_faults(page)
    page.get_by_text("手机定位 / GPS（WGS-84）").click()
    page.get_by_role("button", name="对好了，去检查").click()
    expect(page.get_by_role("button", name="导入 2 行")).to_be_visible()
    no_axe_faults(page)
    page.get_by_role("textbox", name="第 4 行 姓名").fill("钱测三")
    page.get_by_role("textbox", name="第 4 行 姓名").press("Enter")
    page.get_by_role("button", name="导入 3 行").click()
    expect(page.get_by_text("登记册多了 3 户。")).to_be_visible()
    no_axe_faults(page)
    page.get_by_role("button", name="整批撤回").click()
    expect(page.get_by_role("heading", name="已经撤回")).to_be_visible()
    assert world.client("coordinator").get("/api/v1/recipients").json()["items"] == []


def test_a_hub_is_added_with_its_pin_and_changed_later(world: World, page_as: PageAs) -> None:
    page = page_as(world, "coordinator", phone=True)
    page.goto("/stock")
    page.get_by_role("link", name="添加仓库").click()
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert").first).to_contain_text("请填仓库名称。")
    page.get_by_label("名称").fill("示例中转点")
    page.locator("#pin").click(position={"x": 120, "y": 120})
    page.locator("label.choice").filter(has_text="冷藏").click()
    page.get_by_label("几点关").fill("7:30")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert").first).to_contain_text("关门要晚于开门。")
    no_axe_faults(page, leaving_out=(".leaflet-container",))
    page.get_by_label("几点关").fill("20:30")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_text("08:00–20:30")).to_be_visible()
    no_axe_faults(page)
    page.get_by_role("link", name="修改 示例中转点").click()
    page.get_by_label("名称").fill("示例主仓")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("heading", name="示例主仓")).to_be_visible()
    (hub,) = world.client("coordinator").get("/api/v1/hubs").json()
    assert (hub["name"], hub["storage_classes"], hub["closes_minute"]) == (
        "示例主仓",
        ["ambient", "chilled"],
        1230,
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_a_households_file_shows_what_came_what_failed_and_what_was_agreed(
    world: World, page_as: PageAs, *, phone: bool
) -> None:
    road = hub_road(world, doors=1)
    road.confirm("deliver", 0, outcome="refused", note="说够吃了")
    page = page_as(world, "coordinator", phone=phone)
    page.goto(f"/desk/recipients/{road.doors[0]}")
    expect(page.get_by_role("heading", name="送过什么")).to_be_visible()
    expect(page.get_by_text("说够吃了").first).to_be_visible()
    expect(page.get_by_text("还没有同意书。")).to_be_visible()
    no_axe_faults(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("main").get_by_role("link", name="跟进").click()
    expect(page.get_by_role("heading", name="要跟进的")).to_be_visible()
    page.get_by_role("button", name="跟进").click()
    page.get_by_label("怎么跟进的").fill("打了电话，下周再送")
    page.get_by_role("button", name="跟进好了").click()
    expect(page.get_by_text("没有要跟进的")).to_be_visible()
