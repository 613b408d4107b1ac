"""Who gets a run's sheet: those who plan or drive it, and whoever holds a link."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.accounts import service as accounts
from app.audit.models import AuditEntry
from app.core.ids import new_token
from app.map.leaflet import inline_leaflet
from app.map.sheet import header_policy
from app.recipients.models import Recipient
from app.runs.models import Run
from tests.map.documents import HOSTILE, check
from tests.tracking.story import Story, street_of
from tests.world import World


@pytest.fixture
def run(world: World) -> UUID:
    """A run of today, claimed by the signed-in volunteer, with two doors."""
    people = street_of(world, 2, "江宁路街道", name="欧阳测试")
    return Story(world).set_out(people, volunteer_id=world.volunteer("volunteer"), state="claimed")


def asked(client: TestClient, run_id: UUID) -> Any:
    return client.get(f"/api/v1/runs/{run_id}/sheet.html")


@pytest.mark.parametrize("role", ["coordinator", "organisation_admin", "keeper", "volunteer"])
def test_whoever_drives_or_plans_downloads_it_and_the_reading_is_logged(
    world: World, run: UUID, role: str
) -> None:
    answer = asked(world.client(role), run)
    assert answer.status_code == 200
    assert (
        f'attachment; filename="run-1-{world.today}.html"' == answer.headers["content-disposition"]
    )
    assert answer.headers["content-security-policy"] == header_policy(answer.text)
    check(answer.text)
    assert "欧阳测试" in answer.text
    with world.db() as db:
        query = select(AuditEntry).where(
            AuditEntry.org_id == world.org_id, AuditEntry.action == "revealed"
        )
        (entry,) = db.scalars(query)
        assert (entry.actor_id, entry.subject_id) == (world.people[role], run)
        assert len(entry.detail["recipients"]) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"day": 1},
        {"state": "published"},
        {"state": "completed"},
        {"state": "draft"},
        {"state": "cancelled"},
        {"volunteer_id": None},
    ],
)
def test_a_volunteer_gets_only_their_own_claimed_run_of_today(
    world: World, run: UUID, change: dict[str, Any]
) -> None:
    with world.db() as db:
        row = db.get_one(Run, run)
        for name, value in change.items():
            setattr(row, name, world.today + timedelta(days=1) if name == "day" else value)
    assert asked(world.client("volunteer"), run).status_code == 404


def test_another_organisation_gets_404(run: UUID, other_world: World) -> None:
    for role in ("coordinator", "keeper", "volunteer"):
        answer = asked(other_world.client(role), run)
        assert answer.status_code == 404
        assert "欧阳" not in answer.text
    assert asked(other_world.client("donor_contact"), run).status_code == 403


def shared(world: World, run_id: UUID) -> str:
    with world.db() as db:
        _, token = accounts.share(
            db, world.subject("coordinator"), scope="run_sheet", subject_id=run_id, days=7
        )
    return token


def test_a_share_link_shows_the_sheet_and_says_so_in_the_log(world: World, run: UUID) -> None:
    answer = world.client(None).get(f"/s/{shared(world, run)}")
    assert answer.status_code == 200
    check(answer.text)
    assert "欧阳测试" in answer.text
    with world.db() as db:
        actions = set(
            db.scalars(select(AuditEntry.action).where(AuditEntry.org_id == world.org_id))
        )
    assert {"followed_share", "revealed"} <= actions


@pytest.mark.parametrize("state", ["draft", "cancelled", "completed", "yesterday", "unknown"])
def test_a_link_that_does_not_work_is_one_and_the_same_page(
    world: World, run: UUID, state: str
) -> None:
    token = new_token() if state == "unknown" else shared(world, run)
    with world.db() as db:
        row = db.get_one(Run, run)
        if state == "yesterday":
            row.day -= timedelta(days=1)
        elif state != "unknown":
            row.state = state
    answer = world.client(None).get(f"/s/{token}")
    assert answer.status_code == 404
    assert answer.text == world.client(None).get(f"/s/{new_token()}").text
    assert "请找协调员要一个新的" in answer.text


@pytest.mark.browser
def test_chromium_draws_the_map_and_asks_nobody(world: World, run: UUID, tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None or inline_leaflet() is None:
        pytest.skip("needs Chromium and the built pages")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is

    with world.db() as db:
        for person in db.scalars(select(Recipient).where(Recipient.org_id == world.org_id)):
            person.name = HOSTILE
    file = tmp_path / "sheet.html"
    file.write_text(asked(world.client("coordinator"), run).text, "utf-8")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        requests: list[str] = []
        faults: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda line: faults.append(line.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        page.goto(file.as_uri())
        page.locator(".leaflet-marker-pane .mark svg").last.wait_for()
        assert page.locator(".leaflet-marker-pane .mark").count() == 3
        assert page.locator("tbody tr").count() == 3
        browser.close()
    assert [url for url in requests if not url.startswith(("file://", "data:"))] == []
    assert re.findall(r"alert|refused|blocked|violates", " ".join(faults), re.IGNORECASE) == []
