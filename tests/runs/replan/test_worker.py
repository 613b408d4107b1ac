"""The proposal is worked out by a real worker in a process of its own."""

from __future__ import annotations

import signal
from threading import Thread

import pytest
from sqlalchemy import text

from app.runs.replan.tasks import solve_replan
from tests.jobs.workers import until, worker
from tests.runs.replan.street import Street


def test_a_worker_answers(street: Street) -> None:
    out = street.hub_run([121.45, 121.46])
    street.hub_run([121.455, 121.465], name="李测试")
    with worker():
        replan = street.ask("volunteer_out", run_id=out).json()
        until(lambda: street.open(replan["id"])["state"] != "solving")
    found = street.open(replan["id"])
    assert (found["state"], found["moved"]) == ("proposed", 2)
    assert found["answered_s"] > 0


def test_an_answer_comes_although_the_worker_was_killed_in_the_middle(street: Street) -> None:
    out = street.hub_run([121.45, 121.46])
    street.hub_run([121.455, 121.465], name="李测试")

    def is_solved_now() -> bool:
        doing = (
            "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND task_name LIKE :n"
        )
        with street.world.db() as db:
            return bool(db.scalar(text(doing), {"n": "%solve_replan"}))

    with worker() as first:
        body = {"cause": "volunteer_out", "run_id": str(out), "seconds": 20}
        replan = street.desk.post("/api/v1/replans", json=body).json()
        until(is_solved_now)
        first.send_signal(signal.SIGKILL)
        first.wait(15)
    assert street.open(replan["id"])["state"] == "solving"
    with street.world.db() as db:
        db.execute(text("UPDATE replan SET seconds = 0.5"))
    with worker():
        until(lambda: street.open(replan["id"])["state"] == "proposed")
    assert street.decide(replan).status_code == 200
    assert street.run_state(out) == "cancelled"


def test_who_asks_anew_does_not_wait_for_the_old_question(street: Street) -> None:
    out = street.hub_run([121.45, 121.46])
    street.hub_run([121.455, 121.465], name="李测试")
    body = {"cause": "volunteer_out", "run_id": str(out), "seconds": 60}
    old = street.desk.post("/api/v1/replans", json=body).json()
    arguments = {"org_id": str(street.world.org_id), "replan_id": old["id"]}
    solving = Thread(target=lambda: solve_replan(**arguments))
    solving.start()
    new = street.proposal("again")
    solving.join(40)
    assert not solving.is_alive()
    assert street.open(old["id"])["state"] == "outdated"
    assert new["state"] == "proposed"


def test_a_day_that_cannot_be_planned_says_so(street: Street) -> None:
    out = street.hub_run([121.45])
    street.hub_run([121.455], name="李测试", capacity_grams=2_000_000_000, state="published")
    replan = street.proposal("volunteer_out", run_id=out)
    assert replan["state"] == "failed"
    assert replan["failure"].endswith("。")
    assert street.decide(replan).status_code == 409


def test_a_fault_of_ours_leaves_no_question_open(street: Street) -> None:
    out = street.hub_run([121.45])
    replan = street.ask("volunteer_out", run_id=out).json()
    with street.world.db() as db:  # nothing that the program writes
        db.execute(text("UPDATE replan SET about = '{}'"))
    with pytest.raises(KeyError):
        solve_replan(org_id=str(street.world.org_id), replan_id=replan["id"])
    found = street.open(replan["id"])
    assert (found["state"], found["failure"]) == ("failed", "出错了，没有算出办法。请再试一次。")
