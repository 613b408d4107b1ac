"""What cannot be done is said in one sentence on stderr; nobody reads a stack trace."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.shell import Terminal
from tests.commands.test_imports import register
from tests.world import World

NOWHERE = "postgresql+psycopg2://nobody:nothing@127.0.0.1:9/nothing"


def test_an_unknown_organisation_is_answered_with_the_known_ones(
    shell: Terminal, slug: str, tmp_path: Path
) -> None:
    said = shell.refusal("import", "register", register(tmp_path), "--org", "nobody", "--json")
    assert "There is no organisation “nobody”" in said
    assert slug in said
    assert "“nobody”" in shell.refusal("plan", "--org", "nobody")


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "2026-13-01", "2001-01-01"])
def test_a_day_that_cannot_be_planned_is_refused(
    shell: Terminal, slug: str, world: World, day: str
) -> None:
    said = shell.refusal("plan", "--org", slug, "--day", day, "--seconds", "1")
    assert day in said
    assert (
        world.client("coordinator").get("/api/v1/runs", params={"day": "2001-01-01"}).json() == []
    )


@pytest.mark.parametrize("kind", ["register", "donors"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("noise.xlsx", b"PK\x03\x04 this is no workbook"),
        ("empty.csv", b""),
        ("nul.csv", b"\0" * 99),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(
    shell: Terminal, tmp_path: Path, kind: str, name: str, content: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    assert shell.refusal("import", kind, file, "--preview", "--json")


def test_a_file_that_is_not_there_is_named(shell: Terminal, tmp_path: Path) -> None:
    assert "missing.xlsx" in shell.refusal("import", "register", tmp_path / "missing.xlsx")


def test_a_database_that_is_not_there_is_said_to_be_unreachable(
    shell: Terminal, tmp_path: Path
) -> None:
    for words in (("demo",), ("plan",), ("backup", tmp_path / "b"), ("import", "donors", __file__)):
        said = shell.refusal(
            *words, DATABASE_URL=NOWHERE, DATABASE_OWNER_URL=NOWHERE, DATABASE_BACKUP_URL=NOWHERE
        )
        assert "cannot be reached" in said, words


def test_a_bad_setting_is_named(shell: Terminal) -> None:
    done = shell.foodmap("demo", FIELD_KEY="short")
    assert done.returncode == 2
    assert done.stderr.strip().splitlines() == ["Setting FIELD_KEY: Value error, must be base64"]


@pytest.mark.parametrize("words", [(), ("import",)])
def test_without_a_word_the_commands_are_listed(shell: Terminal, words: tuple[str, ...]) -> None:
    done = shell.foodmap(*words)
    assert "register" in done.stdout + done.stderr or "backup" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_word_that_does_not_exist_is_named(shell: Terminal) -> None:
    assert "unpack" in shell.refusal("unpack")
    assert "--colour" in shell.refusal("doctor", "--colour")
