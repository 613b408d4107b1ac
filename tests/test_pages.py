"""The pages' addresses, and the addresses nobody serves."""

from __future__ import annotations

import pytest

from app.pages import built_pages
from tests.world import World

AS_PAGE = {"accept": "text/html,application/xhtml+xml"}


@pytest.mark.parametrize(
    ("language", "title", "way_back"),
    [("zh-CN", "没有这个页面", "回到食物援助地图"), ("en", "There is no such page", "Back to")],
)
def test_a_mistyped_address_is_a_page_with_a_way_back(
    world: World, language: str, title: str, way_back: str
) -> None:
    answer = world.client(None).get("/dsek", headers={**AS_PAGE, "accept-language": language})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert f"<title>{title}</title>" in answer.text
    assert way_back in answer.text


def test_a_program_at_a_wrong_address_gets_a_problem(world: World) -> None:
    anybody = world.client(None)
    for answer in (anybody.get("/dsek"), anybody.get("/api/v1/nothing", headers=AS_PAGE)):
        assert answer.status_code == 404
        assert answer.json()["type"] == "/problems/not-found"


def test_the_icon_that_browsers_ask_for_on_their_own_is_there(world: World) -> None:
    if built_pages() is None:
        pytest.skip("the pages are not built (make build)")
    icon = world.client(None).get("/favicon.ico")
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")
