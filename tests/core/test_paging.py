"""Pages: every row once, in order, and no cursor but ours."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from app.core.paging import Cursor, NotOurCursor, cut_page, decode_cursor, encode_cursor

names = st.text(st.characters(exclude_categories=("Cs",)), max_size=200)


def read_all(rows: list[tuple[str, int]], size: int) -> list[tuple[str, int]]:
    """Walk the pages as a phone does."""
    seen: list[tuple[str, int]] = []
    cursor: str | None = None
    while True:
        after = decode_cursor(cursor, 2)
        rest = [row for row in rows if after is None or row > tuple(after)]
        page, cursor = cut_page(rest[: size + 1], size, lambda row: row)
        seen += page
        assert len(page) <= size
        if cursor is None:
            return seen


@given(rows=st.lists(st.tuples(names, st.integers(0, 9)), unique=True), size=st.integers(1, 7))
def test_every_row_is_on_exactly_one_page(
    application: FastAPI, rows: list[tuple[str, int]], size: int
) -> None:
    assert application is not None
    assert read_all(sorted(rows), size) == sorted(rows)


@given(keys=st.lists(names | st.integers() | st.none(), min_size=1, max_size=2))
def test_the_longest_name_still_fits_into_a_cursor(application: FastAPI, keys: list[Any]) -> None:
    assert application is not None
    cursor = encode_cursor(keys)
    assert TypeAdapter(Cursor).validate_python(cursor) == cursor
    assert len(cursor) <= 2400
    assert decode_cursor(cursor, len(keys)) == keys


@given(typed=st.text(max_size=60))
def test_what_somebody_made_up_is_not_our_cursor(application: FastAPI, typed: str) -> None:
    assert application is not None
    with pytest.raises(NotOurCursor):
        decode_cursor(typed, 2)


def test_a_cursor_that_was_altered_is_refused(application: FastAPI) -> None:
    assert application is not None
    raw = base64.urlsafe_b64decode(encode_cursor(["A", 1]) + "==")
    forged = base64.urlsafe_b64encode(raw.replace(b'"A"', b'"B"')).decode().rstrip("=")
    with pytest.raises(NotOurCursor):
        decode_cursor(forged, 2)


def test_a_cursor_nobody_signed_is_refused(application: FastAPI) -> None:
    assert application is not None
    unsigned = base64.urlsafe_b64encode(json.dumps([{"a": 1}, None]).encode()).decode()
    with pytest.raises(NotOurCursor):
        decode_cursor(unsigned, 2)


def test_another_lists_cursor_is_refused(application: FastAPI) -> None:
    assert application is not None
    with pytest.raises(NotOurCursor):
        decode_cursor(encode_cursor(["only one key"]), 2)
