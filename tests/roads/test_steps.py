"""Every manoeuvre an engine knows is a sentence in Chinese and in English."""

from __future__ import annotations

import itertools
import re

import pytest

from app.roads.steps import TURNS, WINDS, Manoeuvre, sentences

# docs/http.md of osrm-backend, "StepManeuver object".
KINDS = (
    "turn",
    "new name",
    "depart",
    "arrive",
    "merge",
    "ramp",
    "on ramp",
    "off ramp",
    "fork",
    "end of road",
    "use lane",
    "continue",
    "roundabout",
    "rotary",
    "roundabout turn",
    "notification",
    "exit roundabout",
    "exit rotary",
)
M = Manoeuvre

TABLE = [
    (M("turn", "left", "曹杨路"), "左转，驶入曹杨路", "Turn left onto 曹杨路"),
    (M("turn", "right", "曹杨路", on_foot=True), "右转，走上曹杨路", "Turn right onto 曹杨路"),
    (M("turn", "sharp left"), "向左急转弯", "Turn sharp left"),
    (M("turn", "slight right", "A"), "稍向右转，驶入A", "Turn slightly right onto A"),
    (M("turn", "uturn", "曹杨路"), "掉头，驶入曹杨路", "Make a U-turn onto 曹杨路"),
    (M("continue", "uturn", "曹杨路"), "掉头，驶入曹杨路", "Make a U-turn onto 曹杨路"),
    (M("continue", "straight", "曹杨路"), "沿曹杨路直行", "Go straight on 曹杨路"),
    (M("new name", "straight", "武宁路"), "沿武宁路直行", "Go straight on 武宁路"),
    (M("notification", "straight"), "直行", "Go straight"),
    (M("turn", "straight"), "直行", "Go straight"),
    (
        M("new name", "slight left", "武宁路"),
        "稍向左转，驶入武宁路",
        "Turn slightly left onto 武宁路",
    ),
    (M("continue", "left", "曹杨路"), "左转，继续走曹杨路", "Turn left to stay on 曹杨路"),
    (M("continue", "left"), "左转", "Turn left"),
    (
        M("depart", "left", "兰溪路", bearing_deg=44),
        "向东北出发，沿兰溪路走",
        "Head north-east on 兰溪路",
    ),
    (M("depart", "", "", bearing_deg=350), "向北出发", "Head north"),
    (M("depart", "", "", bearing_deg=180), "向南出发", "Head south"),
    (M("arrive", "left"), "到达，在左侧", "You have arrived, on the left"),
    (M("arrive", "slight right"), "到达，在右侧", "You have arrived, on the right"),
    (M("arrive", "straight"), "到达", "You have arrived"),
    (M("arrive"), "到达", "You have arrived"),
    (M("merge", "slight left", "中环"), "向左并入车流，驶入中环", "Merge left onto 中环"),
    (M("merge", "straight"), "并入车流", "Merge"),
    (
        M("on ramp", "slight right", "内环"),
        "从右侧上匝道，驶入内环",
        "Take the ramp on the right onto 内环",
    ),
    (M("ramp", "left"), "从左侧上匝道", "Take the ramp on the left"),
    (M("on ramp", "straight"), "上匝道", "Take the ramp"),
    (
        M("off ramp", "right", "金沙江路"),
        "从右侧出口驶出，驶入金沙江路",
        "Take the exit on the right onto 金沙江路",
    ),
    (M("off ramp", "straight"), "出口驶出", "Take the exit"),
    (
        M("fork", "slight left", "曹杨路"),
        "岔路口靠左，驶入曹杨路",
        "Keep left at the fork onto 曹杨路",
    ),
    (M("fork", "straight"), "岔路口走中间", "Keep straight at the fork"),
    (
        M("end of road", "right", "曹杨路"),
        "路到尽头右转，驶入曹杨路",
        "At the end of the road turn right onto 曹杨路",
    ),
    (
        M("roundabout", "right", "曹杨路", exit_number=2),
        "进入环岛，从第 2 个出口出来，驶入曹杨路",
        "Enter the roundabout and take the 2nd exit onto 曹杨路",
    ),
    (
        M("rotary", "right", "", exit_number=3, roundabout="五角场"),
        "进入五角场，从第 3 个出口出来",
        "Enter 五角场 and take the 3rd exit",
    ),
    (M("roundabout", "right"), "进入环岛", "Enter the roundabout"),
    (
        M("roundabout", exit_number=11),
        "进入环岛，从第 11 个出口出来",
        "Enter the roundabout and take the 11th exit",
    ),
    (
        M("roundabout", exit_number=21),
        "进入环岛，从第 21 个出口出来",
        "Enter the roundabout and take the 21st exit",
    ),
    (
        M("roundabout turn", "left", "A"),
        "在小环岛左转，驶入A",
        "At the small roundabout turn left onto A",
    ),
    (
        M("exit roundabout", "right", "曹杨路"),
        "驶出环岛，驶入曹杨路",
        "Leave the roundabout onto 曹杨路",
    ),
    (M("exit rotary", "right"), "驶出环岛", "Leave the roundabout"),
    (
        M("turn", "left", "东昌路渡线", by="ferry"),
        "乘渡轮“东昌路渡线”",
        "Take the ferry 东昌路渡线",
    ),
    (M("notification", "straight", "", by="ferry"), "乘渡轮", "Take the ferry"),
    (M("arrive", "left", by="ferry"), "到达，在左侧", "You have arrived, on the left"),
    (
        M("turn", "left", "A", by="pushing bike"),
        "左转，驶入A（下车推行）",
        "Turn left onto A (push the bicycle)",
    ),
    (M("teleport", "", "曹杨路"), "沿曹杨路直行", "Go straight on 曹杨路"),
    (M("teleport", "left", "曹杨路"), "左转，驶入曹杨路", "Turn left onto 曹杨路"),
]


@pytest.mark.parametrize(("what", "zh", "en"), TABLE)
def test_a_manoeuvre_is_told_as_people_say_it(what: Manoeuvre, zh: str, en: str) -> None:
    assert sentences(what) == (zh, en)


def test_every_manoeuvre_with_every_direction_is_a_whole_sentence() -> None:
    kinds, directions = (*KINDS, "never heard of"), (*TURNS, "", "sideways")
    for kind, modifier, road, exit_number in itertools.product(
        kinds, directions, ("", "曹杨路"), (None, 1)
    ):
        zh, en = sentences(M(kind, modifier, road, 90, exit_number))
        assert re.search(r"[\u4e00-\u9fff]", zh)
        assert re.fullmatch(r"[A-Z].*[^ ,]", en)
        assert "None" not in zh + en
        assert not re.search(r"  |，$|^，|,,|，，", zh + "|" + en)
        assert not re.search(r"[,.;:()!?]", zh)


def test_all_eight_winds_are_met_going_round() -> None:
    told = [sentences(M("depart", bearing_deg=45 * n))[0] for n in range(8)]
    assert told == [f"向{zh}出发" for zh, _ in WINDS]
    assert sentences(M("depart", bearing_deg=359))[1] == "Head north"
