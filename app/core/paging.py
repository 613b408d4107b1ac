"""Cursor paging: stable while rows come and go, and no page number to guess at."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from app.core.problems import Malformed

PAGE_SIZE_MAX = 200
Item = TypeVar("Item")
Row = TypeVar("Row")
Limit = Annotated[int, Query(ge=1, le=PAGE_SIZE_MAX)]
Cursor = Annotated[str | None, Query(max_length=400)]


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next` fetches the following one, null at the end."""

    items: list[Item]
    next: str | None = None
    total: int | None = None


def encode_cursor(keys: Sequence[Any]) -> str:
    """The sort keys of a page's last row, opaque."""
    return base64.urlsafe_b64encode(json.dumps(list(keys), default=str).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, length: int) -> list[Any] | None:
    """The sort keys again. Raises Malformed for anything we did not make."""
    if cursor is None:
        return None
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError):
        raise Malformed("翻页标记不对,请从第一页看起。", "That page marker is not one of ours.") from None
    if not isinstance(keys, list) or len(keys) != length:
        raise Malformed("翻页标记不对,请从第一页看起。", "That page marker is not one of ours.")
    return keys


def cut_page(rows: Sequence[Row], limit: int, keys: Callable[[Row], Sequence[Any]]) -> tuple[list[Row], str | None]:
    """From `limit + 1` rows read, the page and the cursor behind it."""
    page = list(rows[:limit])
    return page, encode_cursor(keys(page[-1])) if len(rows) > limit else None
