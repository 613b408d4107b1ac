"""The drawing of where a gift went stays within its frame and says only what it was given."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from app.tracking.picture import HIGH, WIDE, Spot, drawing

PLACES = st.builds(
    Spot, st.floats(-179, 179), st.floats(-80, 80), st.text(max_size=12), st.text(max_size=8)
)


@given(giver=PLACES, areas=st.lists(PLACES, min_size=1, max_size=9))
def test_every_mark_and_word_begins_within_the_frame(giver: Spot, areas: list[Spot]) -> None:
    drawn = drawing(giver, areas, "去向")
    rings = re.findall(r"<circle cx='(-?\d+)' cy='(-?\d+)'", drawn)
    words = re.findall(r"<text x='(-?\d+)' y='(-?\d+)'", drawn)
    assert len(rings) == min(6, len(areas))
    assert len(words) == len(rings) + 1
    for x, y in [*rings, *words]:
        assert 0 <= int(x) <= WIDE
        assert 0 <= int(y) <= HIGH


def test_nothing_is_drawn_before_an_area_is_told() -> None:
    assert drawing(Spot(121.4, 31.2, "店"), [], "去向") == ""


def test_names_are_words_and_never_markup() -> None:
    hostile = "<script>'\"&"
    drawn = drawing(Spot(121.4, 31.2, hostile), [Spot(121.5, 31.3, hostile)], hostile)
    assert "<script" not in drawn
    assert drawn.count("&lt;script&gt;") == 3


def test_a_long_name_is_cut_before_it_leaves_the_frame() -> None:
    long = Spot(121.4, 31.2, "邻里示例便利店国康路与四平路口第十二分店", "约 15 户")
    drawn = drawing(long, [Spot(121.5, 31.2, "长寿路街道")], "去向")
    (x, told) = re.findall(r"<text x='(\d+)' y='\d+'>([^<]*…)<tspan", drawn)[0]
    # At the style's 14 px a Chinese letter is 14 wide.
    assert int(x) + 14 * len(told) + 14 * 5 <= WIDE
    assert told.startswith("邻里示例便利")
    assert ">长寿路街道</text>" in drawn
