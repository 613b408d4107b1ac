"""An entrant's own process: it reads one order, warms up, answers, and never outlives who asked."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys

import pytest

from app.planning.contest.child import Order, keep_to_one_core, read_order, work
from app.planning.contest.entrants import Terms
from app.planning.contest.judge import judged
from app.planning.contest.referee import CHILD, ROOT
from app.planning.process.pipes import ORPHANED, packed
from tests.bench.families import solomon_like
from tests.planning.contest.files import li_lim, solomon

TERMS = Terms("vehicles", 1.0, 1, 30)


def order(engine: str, terms: Terms = TERMS) -> Order:
    return Order(solomon(), engine, terms, 60)


def lines(one: Order) -> list[dict[str, object]]:
    out = io.BytesIO()
    work(one, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_order_survives_its_pipe() -> None:
    assert read_order(io.BytesIO(packed(order("pyvrp")))) == order("pyvrp")


@pytest.mark.parametrize("raw", [b"", b"\0\0\0\0\0\0\0\x09abc"])
def test_half_an_order_is_refused(raw: bytes) -> None:
    with pytest.raises((EOFError, pickle.UnpicklingError)):
        read_order(io.BytesIO(raw))


def test_something_else_is_no_order() -> None:
    raw = pickle.dumps(42)
    with pytest.raises(TypeError, match="not an order"):
        read_order(io.BytesIO(len(raw).to_bytes(8, "big") + raw))


@pytest.mark.parametrize("engine", ["pyvrp", "vroom", "ours"])
def test_the_answer_comes_after_the_warm_up(engine: str) -> None:
    ready, *found = lines(order(engine))
    assert ready == {"ready": True}
    (said,) = found
    answer = said["answer"]
    assert isinstance(answer, dict)
    assert judged(solomon(), answer["routes"])[0] >= 2
    assert 0 <= answer["first_s"] <= answer["cpu_s"]


def test_pairs_are_warmed_up_with_pairs() -> None:
    assert "answer" in lines(Order(li_lim(), "pyvrp", TERMS, 60))[-1]


def test_a_refusal_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ortools.constraint_solver", None)
    monkeypatch.delitem(sys.modules, "app.planning.contest.entrants.ortools_alone", raising=False)
    (said,) = lines(order("ortools"))
    assert "not installed" in str(said["refused"])


def test_it_keeps_to_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    cores = os.sched_getaffinity(0)
    try:
        keep_to_one_core()
        assert len(os.sched_getaffinity(0)) == 1
    finally:
        os.sched_setaffinity(0, cores)
    monkeypatch.delattr(os, "sched_setaffinity")
    keep_to_one_core()
    assert os.sched_getaffinity(0) == cores


def test_a_child_ends_with_whoever_asked() -> None:
    endless = Terms("distance", 3600.0, 1)
    child = subprocess.Popen(CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    with child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(packed(order("pyvrp", endless)))
        child.stdin.flush()
        assert child.stdout.readline() == b'{"ready": true}\n'
        child.stdin.close()
        assert child.wait(60) == ORPHANED


def test_an_order_larger_than_a_pipe_arrives_whole() -> None:
    large = Order(solomon_like("R", 1, 2000, 1), "nobody", TERMS, 60)
    assert len(packed(large)) > 65_536
    # Its stdin stays open until it has spoken: with the end of stdin its parent would be gone.
    with subprocess.Popen(
        CHILD, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT
    ) as child:
        assert child.stdin is not None
        assert child.stderr is not None
        child.stdin.write(packed(large))
        child.stdin.flush()
        said = child.stderr.read()
    assert b"truncated" not in said
    assert said.strip().endswith(b"KeyError: 'nobody'")


def test_what_libraries_print_does_not_reach_the_answers() -> None:
    done = subprocess.run(
        CHILD, input=packed(order("pyvrp")), capture_output=True, cwd=ROOT, check=False
    )
    # Its input has ended, so it may leave before its answer; whatever it said is whole lines.
    assert all(line.startswith(b"{") for line in done.stdout.splitlines())
