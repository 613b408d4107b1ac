"""`foodmap bench`: figures that an outside checker can verify, and one sentence for a bad file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.commands import bench
from app.commands.bench import Entry, Run, WrongWord, summary
from app.planning.contest.best_known import BESIDE, Known
from app.planning.contest.entrants import Terms
from app.planning.contest.judge import judged
from app.planning.contest.reader import read_file
from app.planning.contest.referee import Result
from tests.commands.shell import Terminal
from tests.planning.contest.files import LI_LIM, SOLOMON, solomon

KNOWN = {"five": {"bks_vehicles": 2, "bks_distance": 90.0, "bks_distance_only": 89.0}}
ROUTES = ((1, 2), (3, 4, 5))


@pytest.fixture
def shell(tmp_path: Path) -> Terminal:
    """A terminal without any database: this command needs none."""
    nowhere = "postgresql+psycopg2://nobody:nothing@127.0.0.1:9/nothing"
    return Terminal(nowhere, nowhere, nowhere, tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "five.txt").write_text(SOLOMON, "utf-8")
    (tmp_path / "pairs.txt").write_text(LI_LIM, "utf-8")
    (tmp_path / BESIDE).write_text(json.dumps(KNOWN), "utf-8")
    return tmp_path


def test_each_run_is_one_object_that_can_be_checked(shell: Terminal, folder: Path) -> None:
    files = [folder / "five.txt", folder / "pairs.txt"]
    done = shell.foodmap("bench", *files, "--engine", "ours,pyvrp", "--iterations", "50", "--json")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["instance"], row["engine"]) for row in rows] == [
        ("five", "ours"), ("five", "pyvrp"), ("pairs", "ours"), ("pairs", "pyvrp"),
    ]  # fmt: skip
    for row in rows:
        file = folder / f"{row['instance']}.txt"
        assert judged(read_file(file), row["routes"]) == (row["vehicles"], row["distance"])
        assert row["cpu_s"] >= row["first_s"] >= 0
        assert row["peak_mb"] > 20
        assert (row["objective"], row["seed"], row["iterations"]) == ("vehicles", 1, 50)
    assert rows[0]["vehicles_over"] == 0
    assert rows[0]["gap_percent"] == pytest.approx(100 * (rows[0]["distance"] / 90 - 1))
    assert rows[2]["gap_percent"] is None
    assert len(done.stderr.strip().splitlines()) == 2


def test_people_get_a_line_for_each_run_and_one_for_each_engine(
    shell: Terminal, folder: Path
) -> None:
    done = shell.foodmap(
        "bench", folder / "five.txt", "--objective", "distance", "--engine", "vroom",
        "--seconds", "1", "--seed", "3",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith("five  vroom (level ")
    assert "% to the best known; first plan" in line
    assert done.stderr.startswith("vroom: 1 files, ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["missing.txt"], "is not there."),
        (["."], "is no file."),
        (["five.txt", "--objective", "joy"], "--objective is vehicles or distance, not “joy”."),
        (["five.txt", "--engine", "horse"], "--engine is one of ours, pyvrp"),
        (["five.txt", "--seconds", "0"], "--seconds"),
        (["bad.txt"], "bad: line 4 should hold numbers, not '\\x00'."),
        (["five.txt", "bad.txt"], "bad: line 4"),
    ],
)
def test_what_makes_no_sense_is_one_sentence(
    shell: Terminal, folder: Path, words: list[str], sentence: str
) -> None:
    (folder / "bad.txt").write_text(LI_LIM.replace("\t20\t0\t-10", "\t\0\t0\t-10"), "utf-8")
    asked = [folder / word if word.endswith(("txt", ".")) else word for word in words]
    done = shell.foodmap("bench", *asked, "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    (said,) = done.stderr.strip().splitlines()
    assert sentence in said


def test_an_engine_without_a_plan_is_one_sentence(shell: Terminal, folder: Path) -> None:
    far = folder / "far.txt"
    far.write_text(SOLOMON.replace("5      -10  ", "5      -900 "), "utf-8")
    said = shell.refusal("bench", far, "--iterations", "5", "--engine", "pyvrp")
    assert said == "far, pyvrp: PyVRP found no feasible plan."


def test_files_behind_one_without_a_plan_are_measured_all_the_same(
    shell: Terminal, folder: Path
) -> None:
    far, near = folder / "far.txt", folder / "near.txt"
    far.write_text(SOLOMON.replace("5      -10  ", "5      -900 "), "utf-8")
    near.write_text(SOLOMON, "utf-8")
    done = shell.foodmap("bench", far, near, "--iterations", "5", "--engine", "pyvrp", "--json")
    assert done.returncode == 1
    assert [json.loads(line)["instance"] for line in done.stdout.splitlines()] == ["near"]
    assert "far, pyvrp: PyVRP found no feasible plan." in done.stderr


def result(**changes: object) -> Result:
    values = {
        "routes": ROUTES, "vehicles": 2, "distance": 93.6, "cpu_s": 9.9, "first_s": 0.2,
        "peak_mb": 60.0, "effort": "", "is_within": True, "overran_s": 0.0,
    }  # fmt: skip
    return Result(**{**values, **changes})  # type: ignore[arg-type]  # a test's shorthand


def made(known: Known | None, objective: str = "vehicles", **changes: object) -> Run:
    terms = Terms(objective, 10.0, 1)  # type: ignore[arg-type]  # the two there are
    return Run(Entry(solomon(), known), "vroom", terms, result(**changes))


def test_a_run_in_its_own_time_says_so() -> None:
    said = made(Known(1, 90.0), is_within=False, effort="level 0", overran_s=12.0).line()
    assert "+1 vehicles and +4.00 % to the best known" in said
    assert "9.90 s of CPU, its own time; the next level was stopped at 12.0 s" in said


def test_without_a_best_known_no_gap_is_made_up() -> None:
    assert "no best known" in made(None).line()
    assert made(None).as_json()["vehicles_over"] is None
    assert "+4.00 % to the best known" in made(Known(1, 90.0), "distance").line()


def test_the_summary_has_mean_and_worst() -> None:
    done = [made(Known(2, 90.0)), made(Known(2, 93.6), is_within=False), made(None)]
    said = summary(done, "vroom")
    assert said.startswith("vroom: 3 files, 6 vehicles, 280.80, +2.00 % to the best known")
    assert "(worst +4.00 %)" in said
    assert said.endswith("1 over the budget")
    assert "best known" not in summary([made(None)], "vroom")


def test_the_same_seed_and_iterations_give_the_same_routes(shell: Terminal, folder: Path) -> None:
    words = ("bench", folder / "pairs.txt", "--iterations", "80", "--seed", "5")
    assert shell.answer(*words)["routes"] == shell.answer(*words)["routes"]


def test_the_sentence_is_what_the_command_line_asks_for() -> None:
    with pytest.raises(WrongWord) as wrong:
        bench.engines_of("pyvrp,horse")
    assert wrong.value.format_message() == str(wrong.value)
