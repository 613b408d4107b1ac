"""Real pages in Chromium, against a real server and worker on this process's database.

A page that asks any other host for anything fails its test: Chromium resolves no name here, and
every request is looked at. So do a script's uncaught error and a breach of the page policy.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from app.accounts.access import cookie_name
from app.pages import built_pages
from tests.world import ZONE, World

ROOT = Path(__file__).parents[2]
AXE = ROOT / "static" / "node_modules" / "axe-core" / "axe.min.js"
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
START_S = 40.0
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

PageAs = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, so that `-m "not browser"` leaves it out."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("Chromium is not installed, so no page can be opened")
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


@contextmanager
def _process(command: list[str], log: Path, **extra: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env={**os.environ, **extra},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], base: str, log: Path) -> None:
    for _ in range(int(START_S / 0.1)):
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{base}/healthz", trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{log.read_text('utf-8', 'replace')}")


@pytest.fixture(scope="package")
def server(
    application: FastAPI,  # noqa: ARG001 - it sets the environment that both share
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Serve the pages from a process of its own; give its address, "http://127.0.0.1:port"."""
    if built_pages() is None:
        pytest.skip("the pages are not built (make build)")
    base = f"http://127.0.0.1:{(port := _free_port())}"
    log = tmp_path_factory.mktemp("server") / "web.log"
    command = ["uvicorn", "--factory", "app.main:create_app", "--port", str(port)]
    with _process([*command, "--no-access-log"], log, BASE_URL=base) as process:
        _wait_until_it_answers(process, base, log)
        yield base


@pytest.fixture(scope="package")
def worker(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run jobs as long as the tests that ask for it last."""
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    with _process(["app.worker"], log, BASE_URL=server):
        yield


# Playwright leaves a running event loop in this thread: it must end before other folders' tests.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, once for this folder."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        try:
            yield started
        finally:
            started.close()


class Watch:
    """What went wrong in the pages of one test."""

    def __init__(self, base: str) -> None:
        self.host = urlsplit(base).netloc
        self.faults: list[str] = []

    def over(self, context: BrowserContext) -> None:
        """Look at every request, uncaught error and breach of the page policy."""
        context.on("request", lambda request: self._left(request.url))
        context.on("weberror", lambda error: self.faults.append(f"uncaught: {error.error}"))
        context.on("console", self._said)

    def _left(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.host:
            self.faults.append(f"asked another host: {url}")

    def _said(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.faults.append(message.text)


@pytest.fixture
def watch(server: str) -> Watch:
    """Collect the faults of this test's pages."""
    return Watch(server)


@pytest.fixture(autouse=True)
def _pages_stay_here_and_whole(watch: Watch) -> Iterator[None]:
    yield
    assert not watch.faults, "\n".join(watch.faults)


@pytest.fixture
def page_as(browser: Browser, server: str, watch: Watch) -> Iterator[PageAs]:
    """Open a page signed in: `page_as(world, "coordinator", phone=True)`; role None is the public.

    The page is blank; addresses are relative: `page.goto("/desk")`. More keywords go to the
    browser context (locale, reduced_motion, offline …).
    """
    with ExitStack() as stack:

        def opened(world: World, role: str | None, *, phone: bool = False, **context: Any) -> Page:
            settings: dict[str, Any] = {
                "base_url": server,
                "viewport": PHONE if phone else DESK,
                "has_touch": phone,
                "locale": "zh-CN",
                "timezone_id": ZONE,
                "reduced_motion": "reduce",
            }
            made = browser.new_context(**settings | context)
            stack.callback(made.close)
            watch.over(made)
            token = world.client(role).cookies.get(cookie_name()) if role else None
            if token:
                made.add_cookies([{"name": cookie_name(), "value": token, "url": server}])
            page = made.new_page()
            page.set_default_timeout(10_000)
            return page

        yield opened


def _sentence(violation: dict[str, Any]) -> str:
    places = [" ".join(node["target"]) for node in violation["nodes"][:5]]
    return f"{violation['id']}: {violation['help']} at {places}"


def no_axe_faults(page: Page, *, leaving_out: tuple[str, ...] = ()) -> None:
    """Assert that axe finds no breach of WCAG 2.2 A or AA on the page as it stands.

    `leaving_out` names selectors whose content is not ours to judge.
    """
    if not AXE.is_file():
        pytest.skip("axe-core is not installed (npm ci in static/)")
    # Evaluated by the debugger, which the page policy does not bind: it stays as strict as ever.
    page.evaluate(AXE.read_text("utf-8"))
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    script = (
        "([out, rules]) => axe.run({exclude: out}, {runOnly: rules, resultTypes: ['violations']})"
    )
    try:
        found = page.evaluate(script, [[[one] for one in leaving_out], rules])
    except PlaywrightError as error:
        pytest.fail(f"axe could not look at {page.url}: {error}")
    assert not found["violations"], "\n".join(_sentence(one) for one in found["violations"])
