"""`foodmap backup` and `restore`: everything of every organisation comes back, or nothing changes."""

from __future__ import annotations

import gzip
import io
import json
import stat
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.commands.shell import FIELD_KEY, ROOT, Terminal, spare_terminal
from tests.database import LentDatabase

OTHER_KEY = "A" * 43 + "="
# Two organisations: food that was collected and half handed over, a sealed telephone, a waiting job.
FILL = """
from datetime import timedelta
from uuid import UUID
from app import tables
from app.accounts import service as accounts
from app.accounts.access import Subject
from app.core.clock import now, today_in
from app.core.db import transaction
from app.core.fields import Point
from app.core.ids import new_id
from app.donors.models import Donor
from app.food import service as food
from app.recipients.models import Recipient
from app.recipients.service import seal_fields
from app.runs.service import start_plan

for slug in ("first", "second"):
    with transaction() as db:
        org_id = accounts.found_organisation(db, f"示例{slug}(虚构)", slug).id
        me = Subject(new_id(), org_id, new_id(), "me", frozenset(["coordinator"]), None, "Asia/Shanghai")
        today = today_in("Asia/Shanghai")
        donor = Donor(id=new_id(), org_id=org_id, name="示例超市(虚构)\\t\\\\N")
        person = Recipient(id=new_id(), org_id=org_id, name="李测试(虚构)", registered_on=today,
            state_at=now(), geom=Point(lng=121.45, lat=31.24).to_geometry(), place_state="confirmed")
        seal_fields(person, {"phone": "17000000001", "notes": "一楼", "door_note": ""})
        db.add_all([donor, person])
        db.flush()
        facts = food.Facts(donor.id, "大米", "ambient", today + timedelta(days=90))
        run = food.holder(db, org_id, "run", new_id())
        lot = food.open_lot(db, me, grams=10_000, to_holder=run, facts=facts)
        taker = food.holder(db, org_id, "recipient", person.id)
        food.move(db, me, lot_id=lot.id, from_holder=run, to_holder=taker, grams=4_000, reason="handed_over")
        start_plan(db, me, today)
"""
OPEN_PHONES = """
from sqlalchemy import select, text
from app.core.db import transaction
from app.recipients.models import Recipient
from app.recipients.queries import opened
with transaction() as db:
    organisations = [row.org_id for row in db.execute(text("SELECT * FROM list_organisations()"))]
for org_id in organisations:
    with transaction(org_id) as db:
        for row in db.scalars(select(Recipient)):
            print(opened(row, "phone", row.phone_sealed))
"""
TABLES = """
SELECT relname FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
AND relname <> 'procrastinate_workers' AND NOT EXISTS (
  SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY 1
"""


def python(shell: Terminal, script: str) -> str:
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, cwd=ROOT, env=shell.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def everything(shell: Terminal) -> dict[str, list[str]]:
    """Every row of every table."""
    return {
        table: [row for (row,) in shell.ask(f'SELECT t::text FROM "{table}" t ORDER BY 1')]  # noqa: S608
        for (table,) in shell.ask(TABLES)
    }


@pytest.fixture(scope="module")
def filled(database: LentDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """Lend a database of its own with two organisations in it."""
    files = tmp_path_factory.mktemp("installation") / "files"
    with spare_terminal(database, "backups", files) as shell:
        (files / "ab").mkdir(parents=True)
        (files / "ab" / "photo.jpg").write_bytes(b"a photo")
        python(shell, FILL)
        yield shell


@pytest.fixture(scope="module")
def archive(filled: Terminal, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a backup of it."""
    file = tmp_path_factory.mktemp("backups") / "backup.tgz"
    done = filled.foodmap("backup", file)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    return file


def test_only_its_owner_reads_a_backup_and_nothing_else_is_left_beside_it(archive: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    assert list(archive.parent.iterdir()) == [archive]
    with gzip.open(archive) as stream:
        assert FIELD_KEY.encode() not in stream.read()


def test_every_organisations_rows_come_back_as_they_were(filled: Terminal, archive: Path) -> None:
    before = everything(filled)
    assert len(before["movement"]) == 4
    assert len(before["procrastinate_jobs"]) == 2
    with filled.superuser_session() as session:
        session.execute("UPDATE recipient SET name = '别人', phone_sealed = NULL")
        session.execute("DELETE FROM consent")
        session.execute("DELETE FROM day_plan")
        session.execute("INSERT INTO organisation (id, name, slug, zone, is_demo, districts) "
                        "SELECT gen_random_uuid(), 'x', 'third', 'UTC', false, '[]'")  # fmt: skip
    (filled.files / "ab" / "photo.jpg").unlink()
    done = filled.foodmap("restore", archive, "--yes")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert everything(filled) == before
    assert filled.ask("SELECT * FROM imbalance") == []
    assert (filled.files / "ab" / "photo.jpg").read_bytes() == b"a photo"
    assert python(filled, OPEN_PHONES).split() == ["17000000001", "17000000001"]


def test_what_an_extract_gave_stays_out_of_backups_and_outlives_a_restore(
    filled: Terminal, archive: Path
) -> None:
    with tarfile.open(archive) as tar:
        names = {Path(member.name).name for member in tar}
    assert "recipient" in names
    assert not names & {"map_dataset", "ground_line", "gazetteer", "road_point", "road_row"}
    with filled.superuser_session() as session:
        session.execute(
            "INSERT INTO map_dataset (digest, name, bounds, live) "
            "VALUES ('d', 'later.osm', ST_MakeEnvelope(0, 0, 1, 1, 4326), false)"
        )
    assert filled.foodmap("restore", archive, "--yes").returncode == 0
    assert filled.ask("SELECT name FROM map_dataset") == [("later.osm",)]
    with filled.superuser_session() as session:
        session.execute("DELETE FROM map_dataset")


def test_after_a_restore_new_jobs_get_new_numbers(filled: Terminal, archive: Path) -> None:
    (last,) = filled.ask("SELECT max(id) FROM procrastinate_jobs")[0]
    assert filled.foodmap("restore", archive, "--yes").returncode == 0
    (following,) = filled.ask("SELECT nextval('procrastinate_jobs_id_seq')")[0]
    assert following > last


def test_a_filled_database_is_not_replaced_unasked(filled: Terminal, archive: Path) -> None:
    before = everything(filled)
    assert "2 organisation(s) are in the database" in filled.refusal("restore", archive)
    assert everything(filled) == before


def test_an_empty_database_takes_a_backup_without_asking(
    database: LentDatabase, filled: Terminal, archive: Path, tmp_path: Path
) -> None:
    with spare_terminal(database, "empty", tmp_path / "files") as other:
        done = other.foodmap("restore", archive)
        assert done.returncode == 0, done.stderr
        assert everything(other) == everything(filled)
        assert (tmp_path / "files" / "ab" / "photo.jpg").is_file()


def test_another_field_key_is_refused_before_anything_changes(
    filled: Terminal, archive: Path
) -> None:
    before = everything(filled)
    said = filled.refusal("restore", archive, "--yes", FIELD_KEY=OTHER_KEY)
    assert "another FIELD_KEY" in said
    assert everything(filled) == before


def rewritten(
    archive: Path, target: Path, change: Callable[[dict[str, Any], str, bytes], bytes]
) -> Path:
    """A copy of the archive whose files, and whose note, went through `change`."""
    with tarfile.open(archive) as source, tarfile.open(target, "w:gz") as copy:
        contents = {m.name: source.extractfile(m).read() for m in source if m.isfile()}  # type: ignore[union-attr]
        note = json.loads(contents.pop("backup.json"))
        changed = {name: change(note, name, content) for name, content in contents.items()}
        for name, content in {"backup.json": json.dumps(note).encode(), **changed}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            copy.addfile(member, io.BytesIO(content))
    return target


def fewer_movements(_: dict[str, Any], name: str, content: bytes) -> bytes:
    return b"".join(content.splitlines(keepends=True)[1:]) if name == "tables/movement" else content


def movements_that_disagree(_: dict[str, Any], name: str, content: bytes) -> bytes:
    return content.replace(b"\t4000\t", b"\t3999\t") if name == "tables/movement" else content


def no_rows_at_all(_: dict[str, Any], name: str, content: bytes) -> bytes:
    return b"not a row\n" if name == "tables/recipient" else content


def another_migration(note: dict[str, Any], _: str, content: bytes) -> bytes:
    note["migration"] = "tables_0"
    return content


def a_table_too_many(note: dict[str, Any], _: str, content: bytes) -> bytes:
    note["tables"]["pg_authid"] = {"columns": ["rolname"], "rows": 0}
    return content


def nothing_of_ours(note: dict[str, Any], _: str, content: bytes) -> bytes:
    note.clear()
    return content


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (fewer_movements, "Rows are missing in movement"),
        (movements_that_disagree, "movements and balances disagree"),
        (no_rows_at_all, "rows do not fit"),
        (another_migration, "belongs to migration tables_0"),
        (a_table_too_many, "tables are not this database's"),
        (nothing_of_ours, "is not a backup of this system"),
    ],
)
def test_a_backup_that_was_tampered_with_changes_nothing(
    filled: Terminal, archive: Path, tmp_path: Path, change: Any, says: str
) -> None:
    before = everything(filled)
    said = filled.refusal("restore", rewritten(archive, tmp_path / "bad.tgz", change), "--yes")
    assert says in said
    assert everything(filled) == before


def member(name: str, **fields: Any) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    for key, value in fields.items():
        setattr(made, key, value)
    return made


@pytest.mark.parametrize(
    "foreign",
    [
        member("../outside"),
        member("tables/../../outside"),
        member("/tmp/outside"),
        member("files/way-out", type=tarfile.SYMTYPE, linkname="/"),
        member("files/hard", type=tarfile.LNKTYPE, linkname="../../etc/passwd"),
        member("files/pipe", type=tarfile.FIFOTYPE),
        member("holiday.jpg"),
    ],
    ids=lambda one: one.name,
)
def test_a_foreign_archive_writes_nothing_anywhere(
    filled: Terminal, archive: Path, tmp_path: Path, foreign: tarfile.TarInfo
) -> None:
    bad = rewritten(archive, tmp_path / "bad.tgz", lambda _note, _name, content: content)
    with gzip.open(bad) as stream:
        plain = io.BytesIO(stream.read())
    with tarfile.open(fileobj=plain, mode="a") as copy:
        copy.addfile(foreign)
    bad.write_bytes(gzip.compress(plain.getvalue()))
    assert "is not a backup of this system" in filled.refusal("restore", bad, "--yes")
    assert not list(filled.files.parent.rglob("outside"))
    assert [path.name for path in filled.files.parent.iterdir()] == ["files"]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_backup_cut_short_is_refused(
    filled: Terminal, archive: Path, tmp_path: Path, share: float
) -> None:
    cut = tmp_path / "cut.tgz"
    whole = archive.read_bytes()
    cut.write_bytes(whole[: int(len(whole) * share)])
    assert "Nothing was changed" in filled.refusal("restore", cut, "--yes")


def test_a_role_that_does_not_see_everything_makes_no_half_backup(
    filled: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "half.tgz"
    for role in (filled.app, filled.owner):
        assert "DATABASE_BACKUP_URL" in filled.refusal("backup", file, DATABASE_BACKUP_URL=role)
    assert "DATABASE_BACKUP_URL" in filled.refusal("backup", file, DATABASE_BACKUP_URL="")
    assert list(tmp_path.iterdir()) == []


def test_people_who_use_the_system_see_all_of_the_old_or_all_of_the_new(
    filled: Terminal, archive: Path
) -> None:
    seen: set[tuple[Any, ...]] = set()
    done = threading.Event()

    def look() -> None:
        query = "SELECT (SELECT count(*) FROM organisation), (SELECT count(*) FROM movement)"
        while not done.is_set():
            with filled.superuser_session() as session:
                session.execute("SET default_transaction_isolation = 'repeatable read'")
                seen.update(session.execute(query).fetchall())

    with filled.superuser_session() as session:
        session.execute("DELETE FROM consent")
    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        assert filled.foodmap("restore", archive, "--yes").returncode == 0
    finally:
        done.set()
        watcher.join()
    assert seen == {(2, 4)}


def test_a_restore_waits_for_whoever_is_in_the_middle_of_something(
    filled: Terminal, archive: Path
) -> None:
    plain = filled.superuser.replace("+psycopg2", "")
    with psycopg.connect(plain) as busy:
        busy.execute("UPDATE organisation SET name = name")
        leaving = threading.Timer(2.0, busy.rollback)
        leaving.start()
        assert filled.foodmap("restore", archive, "--yes").returncode == 0
        leaving.join()
