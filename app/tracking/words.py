"""The tracking page's words, zh and en, and how a gift's events read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.core.clock import today_in
from app.tracking.timeline import Event

WORDS: dict[str, tuple[str, str]] = {
    "product": ("食物援助地图", "Food Aid Map"),
    "code": ("追踪号", "Tracking code"),
    "title": ("追踪", "Tracking"),
    "demo": ("虚构示例", "Invented example"),
    "look": ("查看", "Look"),
    "look_again": ("再查一次", "Look again"),
    "ask": ("输入追踪号，看看这份食物到哪儿了", "Type a tracking code to see where the food is"),
    "where": (
        "追踪号印在标签上，共 12 位。容易看错的有 0 和 O、1 和 I，写哪个都行。",
        "It is printed on the label, 12 signs. 0 and O, 1 and I look alike; either will do.",
    ),
    "unknown": ("没找到这个追踪号", "We can't find this tracking code"),
    "unknown_help": ("请对照标签再输一次。还是不行，请问给您追踪号的人。",
                     "Please check the label and type it again, or ask whoever gave it to you."),
    "went": ("都去哪儿了", "in all: where it went"),
    "on_its_way": ("一路经过", "On its way"),
    "total": ("合计", "Total"),
    "to_hub": ("取回途中", "On its way to the hub"),
    "in_hub": ("在仓库", "In the hub"),
    "on_the_way": ("路上和刚送到的", "On the way or just handed over"),
    "delivered": ("送到手里", "Delivered"),
    "loss": ("损耗", "Loss"),
    "announced_mass": ("预告", "Announced"),
    "privacy": ("只说到街道，满 10 户才说；不显示任何人的姓名、门牌和照片。",
                "Places are told as streets with ten or more households; no names, doors or faces."),
    "tell": ("告诉大家", "Tell others"),
    "scan": ("微信扫一扫，看同一页。", "Scan to see this page."),
    "qr": ("二维码", "QR code"),
    "share": ("分享", "Share"),
    "copy_link": ("复制链接", "Copy the link"),
    "copied": ("复制好了", "Copied"),
    "where_to": ("从哪里送到了哪些街道", "Where it was given, and where it went"),
    "some_households": ("约 {n} 户", "about {n} households"),
    "lang": ("语言", "Language"),
    "step_1": ("已取走", "Collected"),
    "step_2": ("到仓库", "At the hub"),
    "step_3": ("在路上", "On the way"),
    "step_4": ("全送到", "Delivered"),
    "state_announced": ("已预告，等回复", "Announced"),
    "state_accepted": ("已接受，等取货", "Accepted, to be collected"),
    "state_collected": ("已取走", "Collected"),
    "state_at_hub": ("在仓库", "At the hub"),
    "state_on_the_way": ("在路上", "On the way"),
    "state_mostly_delivered": ("大部分已送到", "Mostly delivered"),
    "state_delivered": ("全部送到", "All delivered"),
    "state_ended": ("没能送出", "Could not be given out"),
    "state_declined": ("没有接受", "Declined"),
    "state_withdrawn": ("捐赠方已撤回", "Withdrawn"),
    "state_expired": ("过了取货时间", "Expired"),
    "state_missed": ("没取到", "Not collected"),
    "event_announced": ("捐赠方预告", "Announced"),
    "event_accepted": ("已接受，等取货", "Accepted, to be collected"),
    "event_declined": ("没有接受", "Declined"),
    "event_withdrawn": ("捐赠方撤回了", "Withdrawn by the donor"),
    "event_expired": ("过了取货时间", "The pickup window passed"),
    "event_missed": ("没取到", "Not collected"),
    "event_collected": ("已从{site}取走", "Collected from {site}"),
    "event_reached_hub": ("到了{hub}", "Reached {hub}"),
    "event_brought_back": ("余下的送到了{hub}", "The rest was brought to {hub}"),
    "event_packed": ("装成食物包", "Packed"),
    "event_loaded": ("装车出发", "Loaded, setting out"),
    "event_lost": ("损耗", "Lost or sorted out"),
    "event_handed_over": ("送到{area}一带约 {n} 户", "Delivered around {area}, about {n} households"),
    "event_handed_over_several": ("送到几个街道，共约 {n} 户", "Delivered in several streets, about {n} households"),
    "event_few": ("已送到几户，人数少，先不显示地点", "A few households reached; too few to say where"),
    "event_under_way_0": ("在路上，刚出发", "On the way, just set out"),
    "event_under_way": ("在路上，路线已走完 {q}/4", "On the way, {q}/4 of the round done"),
    "eta_way": ("预计{window}送完", "Expected to be done {window}"),
    "eta_pickup": ("预计{window}来取", "To be collected {window}"),
    "today": ("今天", "today"),
    "tomorrow": ("明天", "tomorrow"),
}  # fmt: skip
MONTHS_EN = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def words(lang: str) -> dict[str, str]:
    """All words in "zh" or "en"."""
    return {key: pair[lang == "en"] for key, pair in WORDS.items()}


def kg(grams: int) -> str:
    """Grams as pages say them, without the unit."""
    return f"{grams / 1000:,.1f}"


def day_text(day: date, today: date, lang: str) -> str:
    """今天, 明天 or the date."""
    said = words(lang)
    if day == today:
        return said["today"].capitalize()
    if day == today + timedelta(days=1):
        return said["tomorrow"].capitalize()
    return (
        f"{day.day} {MONTHS_EN[day.month - 1]}" if lang == "en" else f"{day.month} 月 {day.day} 日"
    )


def when(event: Event, at: datetime, zone: str, lang: str) -> str:
    """The event's day, and its time where that is told."""
    shown = day_text(date.fromisoformat(event.on), today_in(zone, at), lang)
    return f"{shown} {event.at.astimezone(ZoneInfo(zone)):%H:%M}" if event.at else shown


def what(event: Event, site: str, lang: str) -> str:
    """The event as a sentence."""
    key = f"event_{event.kind}"
    if event.kind == "handed_over" and event.area is None:
        key = "event_handed_over_several"
    if event.kind == "under_way" and not event.quarter:
        key = "event_under_way_0"
    sentence = words(lang)[key]
    # Replaced one by one: a name with braces in it must not be read as a place-holder.
    parts = sentence.replace("{n}", str(event.households_about)).replace("{q}", str(event.quarter))
    name = {"collected": ("{site}", site), "handed_over": ("{area}", event.area or "")}.get(
        event.kind, ("{hub}", event.hub)
    )
    return parts.replace(*name)


def window_text(window: tuple[datetime, datetime], at: datetime, zone: str, lang: str) -> str:
    """今天 11:00–12:30."""
    today = today_in(zone, at)
    begins, ends = (moment.astimezone(ZoneInfo(zone)) for moment in window)
    first, last = (day_text(moment.date(), today, lang) for moment in (begins, ends))
    if lang == "en":  # within a sentence
        first, last = (day.replace("To", "to") for day in (first, last))
    return f"{first} {begins:%H:%M}–{'' if first == last else last + ' '}{ends:%H:%M}"
