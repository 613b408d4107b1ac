from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.roads.polyline import decode, encode

PLACE = st.tuples(
    st.integers(-180_000_000, 180_000_000).map(lambda n: n / 1e6),
    st.integers(-90_000_000, 90_000_000).map(lambda n: n / 1e6),
)


@given(st.lists(PLACE, min_size=1, max_size=30))
def test_places_come_back_to_the_millionth_of_a_degree(places: list[tuple[float, float]]) -> None:
    assert np.allclose(decode(encode(np.array(places))), places, atol=1e-9)


def test_the_formats_own_example() -> None:
    # Google's description of the format, there with five digits.
    example = [(-12.02, 3.85), (-12.095, 4.07), (-12.6453, 4.3252)]
    assert encode(np.array(example)) == "_p~iF~ps|U_ulLnnqC_mqNvxq`@"


@pytest.mark.parametrize("text", ["_p~iF~ps|U_", "_p~iF", " ", "~" * 40])
def test_what_is_no_polyline_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="polyline"):
        decode(text)
