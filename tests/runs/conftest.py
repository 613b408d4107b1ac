"""The invented town with its engines under supervision, where the application looks for them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import Self
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.cluster.engines import RoadEngines
from app.core import clock
from app.core.db import transaction
from app.places.ground import datasets
from app.roads import engines as addresses
from app.roads import network
from app.settings import settings
from tests.roads import town
from tests.world import ZONE


class Morning(datetime):
    """The clock of a fixed hour: ten in the morning of the coming day in Shanghai."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        """The real instant, moved; a test's seconds pass as they do."""
        moved: Self = datetime.now(tz) + cls.ahead  # type: ignore[assignment]  # plain is fine here
        return moved


@pytest.fixture(autouse=True)
def _it_is_ten_in_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Late in the evening no run of today begins any more: what is planned must not depend on that.

    The coming day, so that workers in processes of their own, who know the real hour, see it ahead.
    """
    real = datetime.now(ZoneInfo(ZONE))
    ten = datetime.combine(real.date() + timedelta(days=1), time(10), ZoneInfo(ZONE))
    monkeypatch.setattr(Morning, "ahead", ten - real)
    monkeypatch.setattr(clock, "datetime", Morning)


@dataclass
class ServedTown:
    """Engines that come back when they are killed, unless nobody looks after them."""

    supervisor: RoadEngines
    roads_dir: Path
    is_watched: Event = field(default_factory=Event)
    is_over: Event = field(default_factory=Event)

    def watch(self) -> None:
        while not self.is_over.wait(0.1):
            if self.is_watched.is_set():
                self.supervisor.look()

    def kill(self) -> None:
        """Kill every engine as the power would, with nobody there to start them again."""
        self.is_watched.clear()
        sleep(0.3)
        serving = self.supervisor.serving
        assert serving is not None
        for child in serving.engines.values():
            assert child.process is not None
            os.kill(child.process.pid, signal.SIGKILL)
            # The engine itself hangs on a leash, which is the process that we know.
        while self.answers():
            sleep(0.05)

    def answers(self) -> bool:
        known = addresses.current(settings())
        assert known is not None
        try:
            return all(
                httpx.get(f"{url}/nearest/v1/driving/110,30", timeout=2).status_code == 200
                for url in known.urls.values()
            )
        except httpx.HTTPError:
            return False


@pytest.fixture(scope="module")
def served_town(application: FastAPI, town_file: Path) -> Iterator[ServedTown]:
    """Real roads for the whole application while a module's tests run."""
    assert application is not None
    roads_dir = settings().roads_dir
    built = town.build_town(town_file, roads_dir)
    addresses.write_in_one_step(roads_dir / addresses.LIVE, built.digest)
    engines = RoadEngines(roads_dir, Path.cwd(), roads_dir / "log", lambda _: None)
    served = ServedTown(engines, roads_dir)
    engines.settle()
    known = addresses.current(settings())
    assert known is not None
    with transaction() as db:
        dataset_id = datasets.begin(db, built.digest, "town.osm", town.BOUNDS)
        network.load(db, dataset_id, known.urls, town.BOUNDS)
        db.execute(
            text("UPDATE map_dataset SET built_at = now() WHERE id = :id"), {"id": dataset_id}
        )
    served.is_watched.set()
    watcher = Thread(target=served.watch, daemon=True)
    watcher.start()
    yield served
    served.is_over.set()
    watcher.join(20)
    engines.stop()
    (roads_dir / addresses.LIVE).unlink()
    with transaction() as db:
        db.execute(text("DELETE FROM map_dataset WHERE id = :id"), {"id": dataset_id})
