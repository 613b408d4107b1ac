"""The demo opened again weeks later: its month has gone on, and the ledger still adds up."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.commands.shell import ROOT, Terminal, spare_terminal
from tests.database import LentDatabase

FED = """
  SELECT h.subject_id, max((m.at AT TIME ZONE 'Asia/Shanghai')::date) FROM movement m
  JOIN holder h ON h.id = m.to_holder_id AND h.kind = 'recipient' GROUP BY 1
"""
SOME = "SELECT count(*), md5(string_agg(x::text, ',' ORDER BY x.id)) FROM {} x"
AWAY_DAYS = 45


def today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()


def load_on(shell: Terminal, day: date) -> None:
    """Load the demo as it was loaded on that day."""
    words = f"from datetime import date; from app.demo import service; service.load(date.fromisoformat('{day}'))"
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, env=shell.environment, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def shell(database: LentDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """Lend an installation whose demo was opened weeks ago, left with a run, and is opened today."""
    with spare_terminal(database, "later", tmp_path_factory.mktemp("files")) as found:
        load_on(found, today() - timedelta(days=AWAY_DAYS))
        leave_things(found)
        opened = found.foodmap("demo")
        assert opened.returncode == 0, opened.stderr
        yield found


def leave_things(shell: Terminal) -> None:
    """On the day people left: a run that nobody claimed, and just now a lot written off by hand."""
    ask(
        shell,
        """
      INSERT INTO run SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(),
        'day', TODAY - 45, 'number', 99, 'state', 'published'))).* FROM run r LIMIT 1 RETURNING id
    """,
    )
    ask(
        shell,
        """
      WITH here AS (SELECT set_config('foodmap.org_id', id::text, false) FROM organisation)
      INSERT INTO movement SELECT (jsonb_populate_record(m, jsonb_build_object(
        'id', gen_random_uuid(), 'from_holder_id', b.holder_id, 'lot_id', b.lot_id,
        'grams', 1000, 'at', now()))).*
      FROM movement m,
        (SELECT b.* FROM balance b JOIN holder h ON h.id = b.holder_id AND h.kind = 'hub'
         JOIN lot l ON l.id = b.lot_id WHERE b.grams > 5000 AND l.best_before > TODAY LIMIT 1) b, here
      WHERE m.id = (SELECT id FROM movement WHERE reason = 'waste' LIMIT 1)
      RETURNING id
    """,
    )


def ask(shell: Terminal, query: str) -> list[tuple[Any, ...]]:
    """All rows; TODAY stands for the organisation's date."""
    return shell.ask(query.replace("TODAY", "(now() AT TIME ZONE 'Asia/Shanghai')::date"))


def one(shell: Terminal, query: str) -> Any:
    return ask(shell, query)[0][0]


def test_yesterday_and_every_day_of_the_last_month_has_runs(shell: Terminal) -> None:
    days = dict(
        ask(shell, "SELECT TODAY - day, count(*) FROM run WHERE state = 'completed' GROUP BY day")
    )
    assert all(days.get(back, 0) >= 5 for back in range(1, 31))
    assert not any(back < 1 for back in days)


def test_the_longer_time_away_is_not_filled_without_end(shell: Terminal) -> None:
    quiet = "SELECT count(*) FROM run WHERE state = 'completed' AND TODAY - day BETWEEN 31 AND 45"
    assert one(shell, quiet) == 0


def test_the_ledger_adds_up_at_every_instant(shell: Terminal) -> None:
    assert ask(shell, "SELECT * FROM imbalance") == []
    owing = """
      SELECT count(*) FROM (
        SELECT sum(change) OVER (PARTITION BY lot_id, holder_id ORDER BY at) AS held, kind FROM (
          SELECT lot_id, to_holder_id AS holder_id, at, grams AS change FROM movement
          UNION ALL SELECT lot_id, from_holder_id, at, -grams FROM movement) AS sides
        JOIN holder h ON h.id = holder_id) AS course
      WHERE held < 0 AND kind <> 'source'
    """
    assert one(shell, owing) == 0
    aboard = "SELECT coalesce(sum(grams), 0) FROM balance b JOIN holder h ON h.id = b.holder_id WHERE kind = 'run'"
    assert one(shell, aboard) == 0


def test_nothing_past_its_date_was_given_out(shell: Terminal) -> None:
    stale = """
      SELECT count(*) FROM movement m JOIN lot l ON l.id = m.lot_id
      JOIN holder h ON h.id = m.to_holder_id AND h.kind = 'recipient'
      WHERE (m.at AT TIME ZONE 'Asia/Shanghai')::date > l.best_before
    """
    assert one(shell, stale) == 0


def test_the_register_says_when_food_really_came_and_nobody_was_forgotten(shell: Terminal) -> None:
    fed = dict(ask(shell, FED))
    for id_, last in ask(shell, "SELECT id, last_food_on FROM recipient"):
        assert last == fed.get(id_)
    waits = ask(
        shell,
        "SELECT TODAY - last_food_on FROM recipient WHERE state = 'active' AND last_food_on IS NOT NULL",
    )
    assert max(wait for (wait,) in waits) <= 21
    newcomers = "SELECT count(*) FROM recipient WHERE registered_on > (SELECT min(day) FROM run) AND last_food_on IS NOT NULL"
    assert one(shell, newcomers) >= 1


def test_what_was_planned_and_never_driven_is_closed(shell: Terminal) -> None:
    assert ask(shell, "SELECT state FROM run WHERE number = 99") == [("cancelled",)]
    old = "SELECT DISTINCT state FROM offer WHERE ready_until < TODAY"
    assert {state for (state,) in ask(shell, old)} == {"collected", "expired", "missed"}


def test_food_that_people_touched_since_is_left_to_them(shell: Terminal) -> None:
    touched = "SELECT lot_id, at FROM movement WHERE reason = 'waste' AND grams = 1000 AND at > now() - interval '1 hour'"
    ((lot, at),) = ask(shell, touched)
    taken = "SELECT lot_id, at FROM movement WHERE at > TODAY - 45"
    assert [when for which, when in ask(shell, taken) if which == lot] == [at]


def test_today_has_volunteers_and_offers_again(shell: Terminal) -> None:
    assert one(shell, "SELECT count(*) FROM shift WHERE day >= TODAY") >= 12
    open_ = "SELECT count(*) FROM offer WHERE state IN ('accepted', 'announced') AND ready_until > now()"
    assert one(shell, open_) == 15


def test_opening_it_once_more_changes_nothing(shell: Terminal) -> None:
    def rows() -> list[Any]:
        return [
            ask(shell, SOME.format(table))
            for table in ("movement", "run", "offer", "lot", "stop", "shift", "recipient")
        ]

    before = rows()
    assert shell.foodmap("demo").returncode == 0
    assert rows() == before
