"""The sentences about a typed place, the same for a household's door and a donor's site."""

from __future__ import annotations

from app.core.sheets import Sentence

NO_PLACE = Sentence(
    "no address and no coordinates",
    "没有地址，也没有坐标，不知道在哪里。请补上地址。",
    "There is neither an address nor coordinates. Please add the address.",
)
DATUM_UNKNOWN = Sentence(
    "datum unknown",
    "还不知道坐标来自哪种地图（高德、百度还是 GPS），位置先待确认。",
    "It is not known which map the coordinates are from; the place is to be confirmed.",
)
NO_COORDINATES = Sentence(
    "place to be confirmed",
    "没有坐标，导入后请在地图上确认位置。",
    "There are no coordinates; please confirm the place on the map.",
)
HALF_PAIR = Sentence(
    "half a pair of coordinates",
    "坐标只填了一半，位置先待确认。",
    "Only half of the coordinates is there; the place is to be confirmed.",
)


def swapped(lng: float, lat: float) -> Sentence:
    """Longitude and latitude stand in each other's place."""
    return Sentence(
        "swapped coordinates",
        f"经度和纬度写反了：经度写成 {lng}，纬度写成 {lat}。请对调。",
        f"Longitude and latitude are swapped: longitude {lng}, latitude {lat}. Exchange them.",
    )


def outside(lng: float, lat: float, area_zh: str, area_en: str) -> Sentence:
    """A point that is not in the area served."""
    return Sentence(
        "coordinates outside the city",
        f"坐标（经度 {lng}，纬度 {lat}）不在{area_zh}。请核对，或清空坐标只留地址。",
        f"The coordinates ({lng}, {lat}) are outside {area_en}. Check them or clear them.",
    )


def unreadable(text: str) -> Sentence:
    """A coordinate cell that holds no coordinates; the row goes in without them."""
    return Sentence(
        "unreadable coordinates",
        f"坐标“{text}”看不懂，位置先待确认。",
        f"The coordinates “{text}” were not understood; the place is to be confirmed.",
    )
