"""Cursor paging: stable while rows come and go, and no page number to guess at."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from app.core.problems import Malformed
from app.core.sealing import TAG_BYTES, sign

PAGE_SIZE_MAX = 200
Item = TypeVar("Item")
Row = TypeVar("Row")
Limit = Annotated[int, Query(ge=1, le=PAGE_SIZE_MAX)]
# A name of 200 characters of four bytes each, twice, with an id and a tag, in base 64.
Cursor = Annotated[str | None, Query(max_length=2400)]


class NotOurCursor(Malformed):
    """A page marker that this installation did not make, or made for another list."""

    sentence = "翻页标记不对，请从第一页看起。"
    sentence_en = "That page marker is not one of ours."


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next` fetches the following one, null at the end."""

    items: list[Item]
    next: str | None = None
    total: int | None = None


def encode_cursor(keys: Sequence[Any]) -> str:
    """The sort keys of a page's last row, opaque and signed."""
    said = json.dumps(list(keys), default=str, ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(sign(said, "cursor") + said).decode().rstrip("=")


def decode_cursor(cursor: str | None, length: int) -> list[Any] | None:
    """The sort keys again. Raises Malformed for anything we did not make."""
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError:
        raise NotOurCursor from None
    tag, said = raw[:TAG_BYTES], raw[TAG_BYTES:]
    if not hmac.compare_digest(tag, sign(said, "cursor")):
        raise NotOurCursor
    keys = json.loads(said)
    if len(keys) != length:
        raise NotOurCursor
    return list(keys)


def cut_page(
    rows: Sequence[Row], limit: int, keys: Callable[[Row], Sequence[Any]]
) -> tuple[list[Row], str | None]:
    """From `limit + 1` rows read, the page and the cursor behind it."""
    page = list(rows[:limit])
    return page, encode_cursor(keys(page[-1])) if len(rows) > limit else None
