"""Invented people: names put together by chance, marked as fictional wherever they are shown."""

from __future__ import annotations

from random import Random

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
GIVEN = [
    "阿宝",
    "桂英",
    "秀兰",
    "玉珍",
    "凤英",
    "建国",
    "桂兰",
    "秀英",
    "志明",
    "福根",
    "根宝",
    "水英",
    "巧云",
    "金娣",
    "菊芳",
    "雪珍",
    "德兴",
    "永康",
    "美娟",
    "慧珍",
    "文英",
    "翠花",
    "小妹",
    "国强",
    "宝珠",
    "月娥",
    "长根",
    "林根",
    "荷花",
    "梅芳",
]
TAGS = ("独居", "孤老", "低保", "低收入", "纯老", "残疾", "重病", "失独", "单亲")
DIETS = (
    # text, allergens, diets, of a hundred households
    ("", (), (), 62),
    ("糖尿病", (), ("diabetic",), 16),
    ("素食", (), ("vegetarian",), 6),
    ("花生过敏", ("peanut",), (), 5),
    ("牛奶过敏", ("milk",), (), 5),
    ("海鲜过敏", ("seafood",), (), 4),
    ("不吃面食(麸质过敏)", ("gluten",), (), 2),
)
VOLUNTEERS = (
    # vehicle, mode, grams, boxes, chilled boxes, how many of 25
    ("冷藏面包车", "car", 480_000, 60, 24, 3),
    ("面包车", "car", 420_000, 50, 6, 4),
    ("电动三轮车", "ebike", 180_000, 26, 6, 7),
    ("电动自行车", "ebike", 70_000, 12, 3, 7),
    ("步行 · 手推车", "foot", 50_000, 10, 3, 4),
)


def name(dice: Random) -> str:
    """An invented full name, which says so wherever it is shown."""
    return f"{dice.choice(SURNAMES)}{dice.choice(GIVEN)}(虚构)"


def phone(dice: Random) -> str:
    """A number of the 170 0000 block: it looks right and rings nowhere in this story."""
    return f"1700000{dice.randrange(10_000):04d}"


def diet(dice: Random) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Diet in words, allergens, diets."""
    text, allergens, diets, _ = dice.choices(DIETS, weights=[row[3] for row in DIETS])[0]
    return text, allergens, diets
