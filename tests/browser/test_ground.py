"""The ground under the maps: streets of an extract, drawn here and kept for the way without signal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PageAs, no_axe_faults
from tests.browser.test_run import _start, published
from tests.places.ground.drawn import live_ground, node, way, write_osm
from tests.world import World

__all__ = ["published"]

WEST, SOUTH, EAST, NORTH = 121.43, 31.22, 121.47, 31.26
BOUNDS = f"<bounds minlat='{SOUTH}' minlon='{WEST}' maxlat='{NORTH}' maxlon='{EAST}'/>"
# The pale blue of water, as it stands on the canvas.
SEES_WATER = """
selector => [...document.querySelectorAll(`${selector} .ground-tiles canvas`)].some(canvas => {
  if (!canvas.width) return false
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  for (let i = 0; i < data.length; i += 4)
    if (data[i] === 203 && data[i + 1] === 223 && data[i + 2] === 230) return true
  return false
})
"""
TILES_KEPT = """
async () => {
  const names = (await caches.keys()).filter(name => name.startsWith('foodmap-ground-'))
  const stores = await Promise.all(names.map(name => caches.open(name)))
  return (await Promise.all(stores.map(store => store.keys()))).flat().length
}
"""


def _extract(folder: Path) -> Path:
    """A long lake through the whole box, and streets beside it."""
    corners = [(WEST, 31.2385), (EAST, 31.2385), (EAST, 31.2415), (WEST, 31.2415)]
    shore = [node(n + 1, lng, lat) for n, (lng, lat) in enumerate(corners)]
    ends = [(WEST, 31.2365), (EAST, 31.2365), (121.45, SOUTH), (121.45, NORTH)]
    body = [*shore, *(node(n + 11, lng, lat) for n, (lng, lat) in enumerate(ends))]
    body.append(way(101, [1, 2, 3, 4, 1], natural="water", name="示例湖"))
    body.append(way(102, [11, 12], highway="primary", name="示例大道", oneway="yes"))
    body.append(way(103, [13, 14], highway="residential", name="示例路"))
    return write_osm(folder, "".join(body), bounds=BOUNDS)


@pytest.fixture
def ground(world: World, tmp_path: Path) -> Iterator[int]:
    """Make an extract live around the places where the tests' people live."""
    del world  # it points the settings at this process's database
    with live_ground(_extract(tmp_path), "browser") as dataset_id:
        yield dataset_id


def _water_is_drawn(page: Page, selector: str) -> None:
    page.wait_for_function(SEES_WATER, arg=selector, timeout=20_000)


def _tiles_are_kept(page: Page, at_least: int = 20) -> None:
    for _ in range(120):
        if page.evaluate(TILES_KEPT) >= at_least:
            return
        page.wait_for_timeout(250)
    raise AssertionError("the run's tiles were not kept")


def test_streets_and_water_lie_under_the_map_and_their_makers_are_named(
    world: World, ground: int, page_as: PageAs
) -> None:
    del ground
    world.hub()
    page = page_as(world, "coordinator")
    page.goto("/#15/31.24000/121.45000")
    _water_is_drawn(page, ".stage")
    credit = page.get_by_role("link", name="OpenStreetMap")
    box = credit.bounding_box()
    assert box is not None
    assert box["height"] >= 24
    no_axe_faults(page)


def test_without_an_extract_the_map_is_plain_and_credits_nobody(
    world: World, page_as: PageAs
) -> None:
    world.hub()
    page = page_as(world, "coordinator")
    page.goto("/#15/31.24000/121.45000")
    expect(page.locator(".ground-canvas").first).to_be_attached()
    expect(page.get_by_text("路线", exact=False).first).to_be_visible()
    expect(page.locator(".ground-tiles")).to_have_count(0)
    expect(page.get_by_role("link", name="OpenStreetMap")).to_have_count(0)


def test_the_map_of_the_way_is_there_without_signal(
    published: tuple[World, dict[str, Any]], ground: int, page_as: PageAs
) -> None:
    del ground
    world, _run = published
    page = page_as(world, "volunteer", phone=True)
    _start(page)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    _tiles_are_kept(page)
    page.reload()
    expect(page.get_by_text("第 1 / 4 站")).to_be_visible()
    page.context.set_offline(True)
    page.reload()
    page.get_by_role("button", name="导航").click()
    page.get_by_role("button", name="看地图").click()
    _water_is_drawn(page, ".rmap")
    no_axe_faults(page)


def test_nobody_is_asked_for_their_place_before_they_tap(
    published: tuple[World, dict[str, Any]], page_as: PageAs
) -> None:
    world, _run = published
    page = page_as(
        world, "volunteer", phone=True, permissions=["geolocation"],
        geolocation={"longitude": 121.44, "latitude": 31.25},
    )  # fmt: skip
    page.add_init_script(
        "window.asked = 0; const watch = navigator.geolocation.watchPosition.bind(navigator.geolocation);"
        "navigator.geolocation.watchPosition = (...all) => { window.asked++; return watch(...all) }"
    )
    page.goto("/run")
    page.get_by_role("button", name="认领这条路线").click()
    page.get_by_role("button", name="出发").click()
    page.get_by_role("button", name="导航").click()
    page.get_by_role("button", name="看地图").click()
    expect(page.locator(".rmap-map.leaflet-container")).to_be_visible()
    assert page.evaluate("window.asked") == 0
    page.get_by_role("button", name="我在哪里").click()
    page.wait_for_function("window.asked === 1")
    page.get_by_role("button", name="看步骤").click()
    expect(page.get_by_role("heading", name="导航")).to_be_visible()
