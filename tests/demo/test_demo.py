"""The demo organisation: invented, plausible, the same on every machine, loaded once or not at all."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from psycopg import sql
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.accounts.access import cookie_name
from app.accounts.models import Organisation, Person
from app.core.db import transaction
from app.core.sealing import unseal
from app.demo import service as demo
from app.donors.models import Donor, Offer, Site
from app.food.models import Holder, Hub, Lot, Movement
from app.matching.rules import Household, Supply, conflict
from app.recipients.demand import demands
from app.recipients.models import Recipient
from app.runs.models import CareAlert, DayPlan, Run, Stop, StopItem
from app.volunteers.models import Shift, Volunteer
from tests.commands.shell import ROOT, Terminal, spare_terminal
from tests.database import LentDatabase
from tests.jobs.workers import worker

TOLD = {
    "recipients": "SELECT name, kind, street, address, st_astext(geom), need_grams, diets, state, "
    "last_food_on, registered_on FROM recipient",
    "sites": "SELECT d.name, s.name, s.address, st_astext(s.geom) FROM site s JOIN donor d ON d.id = s.donor_id",
    "volunteers": "SELECT name, mode, capacity_grams, st_astext(start_geom) FROM volunteer",
    "duty": "SELECT v.name, s.day, s.from_minute FROM shift s JOIN volunteer v ON v.id = s.volunteer_id",
    "offers": "SELECT tracking_code, food, grams, best_before, state FROM offer",
    "movements": "SELECT l.code, m.grams, m.at, m.reason FROM movement m JOIN lot l ON l.id = m.lot_id",
    "runs": "SELECT day, number, shape, distance_m FROM run",
}  # fmt: skip


@pytest.fixture(scope="module")
def org_id(application: FastAPI) -> UUID:
    """Load the demo into this process's database."""
    assert application
    demo.load()
    with transaction() as db:
        return UUID(
            str(db.scalar(text("SELECT org_id FROM list_organisations() WHERE slug = 'demo'")))
        )


@pytest.fixture
def db(org_id: UUID) -> Iterator[Session]:
    """Look at the demo's rows."""
    with transaction(org_id) as session:
        yield session


def count(db: Session, *conditions: Any) -> int:
    return db.scalar(select(func.count()).where(*conditions)) or 0


def working_day(db: Session) -> date:
    return demo.working_day(db.scalars(select(Organisation.zone)).one())


def test_it_is_as_large_as_it_says(db: Session) -> None:
    kinds = Counter(db.scalars(select(Recipient.kind)))
    assert kinds == {"household": 600, "community_point": 5}
    sizes = [db.scalar(select(func.count()).select_from(table)) for table in (Site, Hub, Volunteer)]
    assert sizes == [60, 3, 25]


def test_everybody_in_it_is_said_to_be_invented(db: Session) -> None:
    organisation = db.scalars(select(Organisation)).one()
    assert organisation.is_demo
    assert "虚构" in organisation.name
    for table in (Person, Volunteer):
        assert all(name.endswith("(虚构)") for name in db.scalars(select(table.name)))
    households = select(Recipient.name).where(Recipient.kind == "household")
    assert all(name.endswith("(虚构)") for name in db.scalars(households))
    points = select(Recipient.name).where(Recipient.kind == "community_point")
    for query in (select(Donor.name), select(Site.name), select(Hub.name), points):
        assert all("示例" in name for name in db.scalars(query))
    for row in db.scalars(select(Recipient).where(Recipient.phone_sealed.is_not(None))):
        assert row.phone_sealed is not None
        phone = unseal(row.phone_sealed, org_id=row.org_id, place="recipient|phone", row_id=row.id)
        assert phone.startswith("1700000")
        assert "示例" in row.address


def test_the_ledger_adds_up_and_waste_is_small(db: Session) -> None:
    assert db.execute(text("SELECT * FROM imbalance")).all() == []
    grams = dict(
        db.execute(
            select(Movement.reason, func.sum(Movement.grams)).group_by(Movement.reason)
        ).all()
    )
    assert 9_000_000 < grams["collected"] < 16_000_000
    assert 0.02 <= grams["waste"] / grams["collected"] <= 0.10
    left = grams["collected"] - grams["handed_over"] - grams["waste"]
    assert 400_000 < left < 1_200_000, "what is left for the coming day"
    aboard = text(
        "SELECT sum(b.grams) FROM balance b JOIN holder h ON h.id = b.holder_id WHERE h.kind = 'run'"
    )
    assert db.scalar(aboard) == 0


def test_every_donor_gave_and_gave_about_as_much_as_its_stores(db: Session) -> None:
    given = (
        select(Donor.name, func.sum(Movement.grams), func.count(Site.id.distinct()))
        .join(Lot, Lot.donor_id == Donor.id)
        .join(Movement, (Movement.lot_id == Lot.id) & (Movement.reason == "collected"))
        .join(Site, Site.donor_id == Donor.id)
        .group_by(Donor.name)
    )
    rows = [(grams // sites, sites) for _, grams, sites in db.execute(given)]
    assert len(rows) == 6
    monthly = [grams / sites for grams, sites in rows]
    assert all(20_000 < grams < 400_000 for grams in monthly), monthly


def fed_days(db: Session, zone: str = "Asia/Shanghai") -> dict[UUID, list[date]]:
    """By recipient, the days on which food really moved to them."""
    day = func.date(func.timezone(zone, Movement.at))
    query = (
        select(Holder.subject_id, day)
        .join(Movement, Movement.to_holder_id == Holder.id)
        .where(Holder.kind == "recipient")
        .distinct()
        .order_by(day)
    )
    found: dict[UUID, list[date]] = {}
    for recipient, at in db.execute(query):
        found.setdefault(recipient, []).append(at)
    return found


def test_the_register_says_of_everybody_when_food_really_came(db: Session) -> None:
    days = fed_days(db)
    for row in db.scalars(select(Recipient)):
        assert row.last_food_on == (days[row.id][-1] if row.id in days else None)
        if row.approved_at is None or row.geom is None:
            assert row.id not in days
        if row.id in days:
            assert row.approved_at is not None
            assert row.approved_at.date() < days[row.id][0]


def test_nobody_waits_three_weeks_and_enough_are_due_for_a_day(db: Session) -> None:
    due = [row for row in demands(db, _org(db), working_day(db)) if row.is_due]
    households = [row for row in due if row.kind == "household"]
    assert 150 <= len(households) <= 200
    assert all(7 <= row.waiting_days <= 20 for row in households)
    assert max(row.waiting_days for row in households) > 9


def _org(db: Session) -> UUID:
    return db.scalars(select(Organisation.id)).one()


def test_households_are_fed_every_week_of_the_month(db: Session) -> None:
    weeks: Counter[int] = Counter()
    today = working_day(db)
    for days in fed_days(db).values():
        weeks.update({((today - day).days - 1) // 7 for day in days})
    assert all(400 <= weeks[week] <= 605 for week in range(4)), weeks


def test_the_database_knows_at_once_how_much_was_loaded(
    org_id: UUID, database: LentDatabase
) -> None:
    assert org_id
    with psycopg.connect(database.superuser_url.replace("+psycopg2", "")) as connection:
        for table in ("movement", "holder", "recipient", "stop_item"):
            ask = sql.SQL(
                "SELECT reltuples, (SELECT count(*) FROM {0}) FROM pg_class WHERE oid = {1}::regclass"
            )
            found = connection.execute(ask.format(sql.Identifier(table), sql.Literal(table)))
            known, there = found.fetchone() or (0, 1)
            assert known == pytest.approx(there, rel=0.1), table


def test_nobody_was_given_what_they_must_not_eat(db: Session) -> None:
    query = (
        select(Recipient, Lot, func.date(func.timezone("Asia/Shanghai", Movement.at)))
        .join(Holder, (Holder.subject_id == Recipient.id) & (Holder.kind == "recipient"))
        .join(Movement, Movement.to_holder_id == Holder.id)
        .join(Lot, Lot.id == Movement.lot_id)
    )
    for row, lot, day in db.execute(query):
        asks = Household(
            id="", need_grams=1, waiting_days=1, every_days=7, place=(0, 0),
            allergens=frozenset(row.allergens), diets=frozenset(row.diets),
            keeps_chilled=row.needs_chilled,
        )  # fmt: skip
        supply = Supply(
            id="", source="", food=lot.food, grams=1, best_before=lot.best_before, place=(0, 0),
            storage_class=lot.storage_class, allergens=frozenset(lot.allergens),
            unfit_for=frozenset(lot.unfit_for),
        )  # fmt: skip
        assert conflict(asks, supply, day) is None


def test_no_trip_carried_more_than_its_vehicle(db: Session) -> None:
    chilled = func.sum(StopItem.boxes).filter(Lot.storage_class != "ambient")
    query = (
        select(Run, func.sum(StopItem.grams), func.sum(StopItem.boxes), func.coalesce(chilled, 0))
        .join(Stop, (Stop.run_id == Run.id) & (Stop.kind == "deliver"))
        .join(StopItem, StopItem.stop_id == Stop.id)
        .join(Lot, Lot.id == StopItem.lot_id)
        .where(Run.shape == "distribution", Run.state == "completed")
        .group_by(Run)
    )
    trips = db.execute(query).all()
    assert len(trips) > 90
    for run, grams, boxes, cold in trips:
        assert grams <= run.capacity_grams
        assert boxes <= run.capacity_boxes
        assert cold <= run.capacity_chilled_boxes


def test_somebody_not_at_home_is_a_care_alert_and_the_food_came_back(db: Session) -> None:
    failed = db.scalars(select(Stop).where(Stop.state == "failed")).all()
    alerts = db.scalars(select(CareAlert)).all()
    assert {alert.stop_id for alert in alerts} == {stop.id for stop in failed}
    assert 5 <= len(failed) <= 100
    for stop in failed:
        assert count(db, Movement.stop_id == stop.id) == 0
        assert count(db, Stop.run_id == stop.run_id, Stop.kind == "unload") == 1


def test_loading_it_again_changes_nothing(org_id: UUID) -> None:
    def sizes() -> dict[str, int]:
        with transaction(org_id) as db:
            tables = (Person, Site, Recipient, Movement, Offer, Shift, Run)
            return {t.__tablename__: count(db, t.org_id == org_id) for t in tables}

    before = sizes()
    demo.load()
    assert sizes() == before


def test_another_day_gets_its_volunteers_and_offers_once(org_id: UUID) -> None:
    with transaction(org_id) as db:
        later = working_day(db) + timedelta(days=3)
        offers = count(db, Offer.org_id == org_id)
        assert count(db, Shift.day == later) == 0
    for _ in range(2):
        with transaction(org_id) as db:
            demo.prepare_day(db, org_id, later)
        with transaction(org_id) as db:
            assert count(db, Shift.day == later) >= 12
            assert count(db, Offer.org_id == org_id) - offers == 15


def test_each_role_has_a_password_and_a_link_that_works_once(
    application: FastAPI, org_id: UUID
) -> None:
    assert org_id
    accounts = demo.accounts()
    assert {account["role"] for account in accounts} == set(demo.PEOPLE)
    for account in accounts:
        client = TestClient(application)
        answer = client.post("/api/v1/session/link", json={"code": account["token"]})
        assert answer.status_code == 200, answer.text
        assert client.cookies.get(cookie_name())
        again = TestClient(application).post(
            "/api/v1/session/link", json={"code": account["token"]}
        )
        assert again.status_code == 404
        words = {"name": account["sign_in"], "password": account["password"]}
        signed_in = TestClient(application).post("/api/v1/session", json=words)
        assert signed_in.status_code == 200, signed_in.text


def test_its_first_day_is_planned_and_published_by_a_real_worker(org_id: UUID) -> None:
    with worker():
        demo.plan_first_day()
    with transaction(org_id) as db:
        day = working_day(db)
        runs = db.scalars(select(Run).where(Run.day == day)).all()
        plan = db.scalars(select(DayPlan).where(DayPlan.day == day)).one()
        assert plan.state == "done", plan.failure
        assert runs
        assert {run.state for run in runs} == {"published"}
    demo.plan_first_day()
    with transaction(org_id) as db:
        assert count(db, DayPlan.day == day) == 1


def told(shell: Terminal) -> dict[str, str]:
    """What a visitor can tell of the demo, condensed."""
    found = {}
    for name, query in TOLD.items():
        rows = sorted(
            json.dumps([str(cell) for cell in row], ensure_ascii=False) for row in shell.ask(query)
        )
        found[name] = f"{len(rows)} {hashlib.sha256(chr(10).join(rows).encode()).hexdigest()}"
    return found


@pytest.fixture(scope="module")
def machines(
    database: LentDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Terminal]]:
    """Lend two empty installations."""
    files = tmp_path_factory.mktemp("files")
    with (
        spare_terminal(database, "machine_a", files) as first,
        spare_terminal(database, "machine_b", files) as second,
    ):
        yield [first, second]


def test_a_loading_that_is_killed_leaves_nothing(machines: list[Terminal]) -> None:
    shell = machines[0]
    database = shell.app.rpartition("/")[2]
    query = (
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
        "AND usename = 'foodmap_app' AND query LIKE 'INSERT INTO movement%'"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "demo"], cwd=ROOT, env=shell.environment
    )
    give_up = time.monotonic() + 90
    while not shell.ask(query):
        assert process.poll() is None, f"{database} was loaded before anybody could look"
        assert time.monotonic() < give_up
    process.send_signal(signal.SIGKILL)
    process.wait(15)
    while shell.ask(query):
        assert time.monotonic() < give_up
        time.sleep(0.1)
    for table in ("organisation", "person", "recipient", "movement", "offer"):
        assert shell.ask(f'SELECT count(*) FROM "{table}"') == [(0,)]  # noqa: S608


def test_two_machines_tell_the_same_story(machines: list[Terminal]) -> None:
    for shell in machines:
        done = shell.foodmap("demo")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    first, second = (told(shell) for shell in machines)
    assert first == second
