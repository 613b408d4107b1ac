"""Kinds of input that every room shares; each refuses nonsense with a sentence."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

import shapely
from geoalchemy2 import WKBElement
from geoalchemy2.shape import from_shape
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100


def _plain(value: str) -> str:
    """No NUL, no control characters, no lone surrogates: PostgreSQL and people choke on them."""
    for sign in value:
        if unicodedata.category(sign) in ("Cs", "Cc") and sign not in "\n\t":
            raise ValueError("含有看不见的控制字符，请重新输入 (contains control characters)")
    return value


def _within_our_century(value: date | datetime) -> date | datetime:
    if not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        raise ValueError(f"年份要在 {EARLIEST_YEAR}–{LATEST_YEAR} 之间 (year out of range)")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("时间要带时区 (an instant needs its offset)")
    return value


def _whole_number(value: Any) -> Any:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError("要填整数 (a whole number)")
    return value


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_plain),
]
OptionalLine = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(_plain)
]
Paragraph = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=4000), AfterValidator(_plain)
]
Day = Annotated[date, AfterValidator(_within_our_century)]
Instant = Annotated[datetime, AfterValidator(_within_our_century)]
Grams = Annotated[int, BeforeValidator(_whole_number), Field(gt=0, le=100_000_000)]
Boxes = Annotated[int, BeforeValidator(_whole_number), Field(ge=0, le=100_000)]
MinuteOfDay = Annotated[int, Field(ge=0, le=1440)]


class Schema(BaseModel):
    """A body or an answer; unknown fields are refused so that a typo is never silent."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, allow_inf_nan=False)


class Point(Schema):
    """A place in WGS-84 degrees."""

    lng: float
    lat: float

    @model_validator(mode="after")
    def _is_on_earth(self) -> Point:
        if not (math.isfinite(self.lng) and math.isfinite(self.lat)):
            raise ValueError("坐标不是数字 (not a number)")
        if abs(self.lat) > 90 >= abs(self.lng):
            raise ValueError("经度和纬度写反了 (longitude and latitude are swapped)")
        if abs(self.lat) > 90 or abs(self.lng) > 180:
            raise ValueError("坐标不在地球上 (not on the globe)")
        if self.lng == 0 and self.lat == 0:
            raise ValueError("坐标 0,0 是没有填写 (0,0 means not filled in)")
        return self

    def to_geometry(self) -> WKBElement:
        """As a PostGIS point, SRID 4326."""
        return from_shape(shapely.Point(self.lng, self.lat), srid=4326)


def line_geometry(points: Sequence[tuple[float, float]]) -> WKBElement:
    """(lng, lat) points as a PostGIS line, SRID 4326; one point alone becomes a line of no length."""
    return from_shape(
        shapely.LineString(points if len(points) > 1 else [*points, *points]), srid=4326
    )
