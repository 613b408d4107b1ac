"""Road engines alone in the foreground: for a container, or a machine beside the web server's."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

from app.cluster.engines import RoadEngines, Say

WATCH_S = 0.2
WAITING = "There are no roads yet: build some with `foodmap roads build FILE`."


def serve_roads(roads_dir: Path, folder: Path, host: str, say: Say) -> None:
    """Serve whatever dataset is live below `roads_dir` until SIGINT, SIGTERM or SIGHUP.

    Waits for the first dataset where there is none, and switches over to each new one. `host` is
    the name by which those who ask reach this machine. Must be called from the main thread.
    """
    roads_dir.mkdir(parents=True, exist_ok=True)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    engines = RoadEngines(roads_dir, folder, roads_dir / "log", say, host=host)
    try:
        engines.settle()
        if engines.serving is None and not engines.refused:
            say(WAITING)
        while not stopping.wait(WATCH_S):
            engines.look()
    finally:
        engines.stop()
