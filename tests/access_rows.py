"""How the access walk makes the row that a path names, in the organisation it asks about."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select

from app.accounts import service as accounts
from app.accounts.models import Person
from app.core.clock import now
from app.core.fields import Point
from app.core.ids import new_id
from app.core.sheet_imports import keep_upload
from app.donors import imports
from app.donors.models import Offer
from app.runs.models import CareAlert, DayPlan, Run, Stop
from app.runs.replan.models import Replan
from app.volunteers.models import Shift
from tests.food.lots import make_lot
from tests.tracking.story import Story
from tests.world import World


def person(world: World, _role: str) -> dict[str, UUID]:
    made = new_id()
    with world.db() as db:
        db.add(
            Person(
                id=made,
                org_id=world.org_id,
                name="王测试",
                sign_in_name=str(made),
                roles=["volunteer"],
            )
        )
    return {"person_id": made}


def share_link(world: World, _role: str) -> dict[str, UUID]:
    with world.db() as db:
        link, _ = accounts.share(
            db, world.subject("coordinator"), scope="run_sheet", subject_id=new_id(), days=1
        )
        db.flush()
        return {"link_id": link.id}


def donor(world: World, role: str) -> dict[str, object]:
    donor_id = world.donor()
    if role == "donor_contact":
        with world.db() as db:
            db.get_one(Person, world.people[role]).donor_id = donor_id
    return {"donor_id": donor_id}


def site(world: World, _role: str) -> dict[str, object]:
    return {"site_id": world.site()}


def offer(world: World, role: str) -> dict[str, object]:
    donor_id = donor(world, role)["donor_id"]
    assert isinstance(donor_id, UUID)
    return {"offer_id": world.offer(world.site(donor_id)), "verb": "withdraw"}


def donor_import(world: World, _role: str) -> dict[str, object]:
    with world.db() as db:
        data = "名称,经度,纬度\n示例店(虚构),121.45,31.24\n".encode()
        row = imports.upload(db, world.subject("coordinator"), filename="list.csv", data=data)
        return {"import_id": row.id}


def volunteer(world: World, role: str) -> dict[str, object]:
    return {"volunteer_id": world.volunteer("volunteer" if role == "volunteer" else None)}


def shift(world: World, role: str) -> dict[str, object]:
    volunteer_id = world.volunteer("volunteer" if role == "volunteer" else None)
    with world.db() as db:
        return {"shift_id": db.scalars(select(Shift.id).filter_by(volunteer_id=volunteer_id)).one()}


def hub(world: World, _role: str) -> dict[str, object]:
    return {"hub_id": world.hub()}


def lot(world: World, _role: str) -> dict[str, object]:
    return {"lot_id": make_lot(world, 1_000)[0], "verb": "hold"}


def code(world: World, _role: str) -> dict[str, object]:
    offer_id = world.offer()
    with world.db() as db:
        return {"code": db.get_one(Offer, offer_id).tracking_code}


def household(world: World, _role: str) -> dict[str, object]:
    return {"recipient_id": world.household()}


def register_import(world: World, _role: str) -> dict[str, object]:
    with world.db() as db:
        row = keep_upload(
            db,
            world.org_id,
            world.people["coordinator"],
            kind="register",
            filename="登记.csv",
            data="姓名,电话,地址\n李测试,17000000001,示例路1号\n".encode(),
        )
        return {"import_id": row.id}


def plan(world: World, _role: str) -> dict[str, object]:
    at = now()
    row = DayPlan(id=new_id(), org_id=world.org_id, day=world.today, state_at=at, seconds=1, seed=1)
    with world.db() as db:
        db.add(row)
    return {"plan_id": row.id}


def replan(world: World, _role: str) -> dict[str, object]:
    row = Replan(
        id=new_id(), org_id=world.org_id, day=world.today, cause="again", state="failed",
        state_at=now(), seconds=1, seed=1,
    )  # fmt: skip
    with world.db() as db:
        db.add(row)
    return {"replan_id": row.id}


def a_run(world: World, role: str) -> dict[str, object]:
    """A published run of the role's own volunteer, with one stop at a hub."""
    at = now()
    hub, volunteer = world.hub(), world.volunteer(role, on_duty=False)
    place = Point(lng=121.44, lat=31.25).to_geometry()
    with world.db() as db:
        number = (db.scalar(select(func.max(Run.number)).filter_by(org_id=world.org_id)) or 0) + 1
        shared = {"org_id": world.org_id, "hub_id": hub, "state_at": at}
        run = Run(
            id=new_id(),
            day=world.today,
            number=number,
            volunteer_id=volunteer,
            shape="distribution",
            mode="foot",
            capacity_grams=1000,
            capacity_boxes=1,
            begins_at=at,
            ends_at=at,
            distance_m=1,
            duration_s=1,
            state="published",
            **shared,
        )
        db.add(run)
        db.flush()
        stop = Stop(
            id=new_id(),
            run_id=run.id,
            seq=1,
            kind="load",
            label="示例仓(虚构)",
            geom=place,
            planned_at=at,
            window_from=at,
            window_until=at,
            service_s=1,
            **shared,
        )
        db.add(stop)
        return {"run_id": run.id, "stop_id": stop.id, "position": 0}


def care_alert(world: World, role: str) -> dict[str, object]:
    with world.db() as db:
        stop_id = a_run(world, role)["stop_id"]
        alert = CareAlert(
            id=new_id(),
            org_id=world.org_id,
            recipient_id=world.household(),
            stop_id=stop_id,
            reason="not_home",
        )
        db.add(alert)
        return {"alert_id": alert.id}


def today(world: World) -> dict[str, object]:
    return {"params": {"day": str(world.today)}}


def sheet(world: World, role: str) -> dict[str, object]:
    volunteer = world.volunteer(role if role == "volunteer" else None)
    run_id = Story(world).set_out([], volunteer_id=volunteer, state="claimed")
    return {"run_id": run_id}


def run_share(world: World, role: str) -> dict[str, object]:
    with world.db() as db:
        _, token = accounts.share(
            db,
            world.subject("coordinator"),
            scope="run_sheet",
            subject_id=UUID(str(sheet(world, role)["run_id"])),
            days=1,
        )
    return {"token": token}
