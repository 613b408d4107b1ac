"""A small drawing of where a gift went: the giver's square, a circle for each area that is told. Pure.

Nothing stands on it that the page does not say in words, and every place is rounded to the
grid of areas.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDE, HIGH, EDGE = 320, 220, 34
AREAS_MOST = 6
LINE_HEIGHT = 18
# A letter's width at the drawing's font size, Chinese and other; from a mark to its words.
LETTER, NARROW_LETTER, GAP = 15, 8, 14
# Degrees: nearer than this the drawing would blow up one street to the whole frame.
SPAN_MIN = 0.02


@dataclass(frozen=True)
class Spot:
    """A place in WGS-84 degrees with its words; the giver's first, then the areas."""

    lng: float
    lat: float
    label: str
    note: str = ""


def drawing(giver: Spot, areas: Sequence[Spot], title: str) -> str:
    """The drawing as SVG, "" without areas."""
    if not areas:
        return ""
    spots = [giver, *areas[:AREAS_MOST]]
    at = _fitted(spots)
    x0, y0 = at[0]
    lines = "".join(f"<path d='M{x0} {y0}L{x} {y}'/>" for x, y in at[1:])
    rings = "".join(f"<circle cx='{x}' cy='{y}' r='9'/>" for x, y in at[1:])
    words = "".join(_words(spot, x, y) for spot, (x, y) in zip(spots, _apart(at), strict=True))
    return (
        f"<svg class='p' viewBox='0 0 {WIDE} {HIGH}' role='img' aria-label='{escape(title)}'>"
        f"<g stroke='#6b4c9a' stroke-width='3' opacity='.6'>{lines}</g>"
        f"<g fill='#0057b8' stroke='#fff' stroke-width='2'>{rings}</g>"
        f"<path fill='#c8102e' stroke='#fff' stroke-width='2' d='M{x0 - 9} {y0 - 9}h18v18h-18z'/>"
        f"{words}</svg>"
    )


def _fitted(spots: Sequence[Spot]) -> list[tuple[int, int]]:
    """Pixels within the frame; a degree of longitude is shortened by the cosine of the latitude."""
    shrink = math.cos(math.radians(sum(spot.lat for spot in spots) / len(spots)))
    easts, norths = [spot.lng * shrink for spot in spots], [spot.lat for spot in spots]
    scale = min(
        (WIDE - 2 * EDGE) / max(max(easts) - min(easts), SPAN_MIN),
        (HIGH - 2 * EDGE) / max(max(norths) - min(norths), SPAN_MIN),
    )
    middle = (max(easts) + min(easts)) / 2, (max(norths) + min(norths)) / 2
    return [
        (
            round(WIDE / 2 + (east - middle[0]) * scale),
            round(HIGH / 2 - (north - middle[1]) * scale),
        )
        for east, north in zip(easts, norths, strict=True)
    ]


def _apart(at: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same places, moved down where two labels would stand on each other."""
    placed: list[tuple[int, int]] = list(at)
    for n in sorted(range(len(at)), key=lambda n: at[n][1]):
        taken = [placed[m][1] for m in range(len(at)) if m != n and (at[m][1], m) < (at[n][1], n)]
        same_side = {y for y in taken if abs(y - placed[n][1]) < LINE_HEIGHT}
        if same_side:
            placed[n] = (at[n][0], min(HIGH - 6, max(same_side) + LINE_HEIGHT))
    return placed


def _words(spot: Spot, x: int, y: int) -> str:
    left = x > WIDE / 2
    room = (x if left else WIDE - x) - GAP - _width(f" {spot.note}" if spot.note else "")
    label = escape(_shortened(spot.label, room))
    note = f"<tspan fill='#4a443b'> {escape(spot.note)}</tspan>" if spot.note else ""
    anchor = " text-anchor='end'" if left else ""
    return f"<text x='{x - GAP if left else x + GAP}' y='{y + 5}'{anchor}>{label}{note}</text>"


def _width(words: str) -> int:
    return sum(LETTER if letter > "\u2e7f" else NARROW_LETTER for letter in words)


def _shortened(words: str, room: int) -> str:
    """The words, or as many of their letters as fit and an ellipsis."""
    if _width(words) <= room:
        return words
    while words and _width(words) + LETTER > room:
        words = words[:-1]
    return f"{words}…"
