"""A day for the plan page's tests: a hub, four doors, two volunteers."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.runs.test_way_of_food import plan_today, runs_of, stocked_hub
from tests.world import World

SOLVED_MS = 40_000


def four_doors(world: World, *, boxes: int) -> None:
    """Four households in a row and two volunteers, each with room for so many boxes."""
    stocked_hub(world)
    for n, name in enumerate("赵钱孙李"):
        world.household(
            lng=121.44 + n / 300,
            lat=31.23 + n / 600,
            name=f"{name}测试",
            window_from_minute=0,
            window_until_minute=1440,
        )
    world.volunteer("volunteer", capacity_boxes=boxes)
    world.volunteer(name="陈测试", capacity_boxes=boxes)


def planned(world: World, *, boxes: int = 2) -> list[dict[str, Any]]:
    """The day's drafts; with two boxes each it takes both volunteers."""
    four_doors(world, boxes=boxes)
    plan = plan_today(world)
    assert plan["state"] == "done", plan
    return drafts(world)


def drafts(world: World) -> list[dict[str, Any]]:
    """The day's runs as a coordinator gets them, by number."""
    return sorted(runs_of(world.client("coordinator"), world), key=lambda run: int(run["number"]))


def doors(run: dict[str, Any]) -> list[str]:
    """The labels of a run's doors, in order."""
    return [stop["label"] for stop in run["stops"] if stop["kind"] == "deliver"]


def column(page: Page, number: int) -> Locator:
    """A run's column."""
    return page.get_by_role("region", name=f"路线 {number}", exact=False)


def open_plan(page: Page) -> None:
    """Open the plan's page and wait for its columns."""
    page.goto("/plan")
    expect(page.locator(".col").first).to_be_visible()


def wait_until_solved(page: Page) -> None:
    """The job is over when the page offers to publish."""
    expect(page.get_by_role("button", name="停止并采用")).to_have_count(0, timeout=SOLVED_MS)
    expect(page.get_by_text("生成好了")).to_be_visible(timeout=SOLVED_MS)
