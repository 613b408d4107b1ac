"""A worker dies in the middle of a job; another brings it to its end."""

from __future__ import annotations

import signal

from app.core.ids import new_id
from tests.jobs.workers import send, state_of, until, worker, written
from tests.world import World


def test_the_job_of_a_killed_worker_is_finished_by_another(world: World) -> None:
    about = new_id()
    with worker() as first:
        job = send(world, about, "long_at_first", lock=f"rescue {about}")
        until(lambda: written(world, about, "started") == 1)
        first.send_signal(signal.SIGKILL)
        first.wait(15)
    assert state_of(job) == "doing"
    with worker():
        until(lambda: state_of(job) == "succeeded")
    assert written(world, about, "started") == 2
    assert written(world, about, "done") == 1
