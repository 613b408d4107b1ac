"""More people at once than the pool has connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
from fastapi import FastAPI

from app.core.ids import new_token
from app.settings import settings
from tests.core.serving import served
from tests.world import World


def test_a_crowd_larger_than_the_pool_is_answered(application: FastAPI, world: World) -> None:
    """A request holds its connection between two steps, each of which wants a thread: without a
    limit, waiting threads and waiting connections block each other until the pool gives up."""
    assert settings().pool_size * 2 < 60
    cookies = dict(world.client("coordinator").cookies)
    with served(application) as address:

        def ask(_: int) -> int:
            headers = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
            return httpx.get(f"{address}/api/v1/me", headers=headers, timeout=60).status_code

        with ThreadPoolExecutor(60) as crowd:
            answers = list(crowd.map(ask, range(120)))
    assert answers == [200] * 120


def test_a_stranger_with_a_made_up_cookie_stays_outside(world: World) -> None:
    client = world.client(None)
    client.cookies.set("session", new_token())
    assert client.get("/api/v1/me").status_code == 401
