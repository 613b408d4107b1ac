"""A street with runs on it, made stop by stop: every value that a test asserts is set here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from app.core.clock import now
from app.core.fields import Point
from app.core.ids import new_id
from app.matching.models import Allocation
from app.runs.models import Run, Stop, StopItem
from app.runs.replan.tasks import solve_replan
from tests.food.lots import make_lot
from tests.world import World

PORTION = 4_000
LAT = 31.25
STEP_MIN = 10


@dataclass
class Street:
    """One hub with rice at its west end; doors lie along it, by degrees of longitude."""

    world: World
    lot_id: UUID = field(init=False)
    hub_id: UUID = field(init=False)

    def __post_init__(self) -> None:
        """Fill the hub."""
        self.lot_id, self.hub_id = make_lot(self.world, 500_000)

    @property
    def desk(self) -> Any:
        """The coordinator's browser."""
        return self.world.client("coordinator")

    def volunteer(self, name: str = "陈测试", role: str | None = None, **fields: Any) -> UUID:
        place = Point(lng=121.44, lat=LAT).to_geometry()
        defaults = {"capacity_boxes": 20, "start_geom": place}
        return self.world.volunteer(role, name=name, **defaults | fields)

    def run(self, volunteer_id: UUID, state: str = "claimed", **fields: Any) -> UUID:
        """A run of the volunteer that begins now."""
        at, world = now(), self.world
        with world.db() as db:
            number = db.scalar(select(func.max(Run.number)).filter_by(org_id=world.org_id)) or 0
            defaults: dict[str, Any] = {
                "id": new_id(), "org_id": world.org_id, "day": world.today, "number": number + 1,
                "volunteer_id": volunteer_id, "hub_id": self.hub_id, "shape": "distribution",
                "mode": "ebike", "capacity_grams": 60_000, "capacity_boxes": 20, "begins_at": at,
                "ends_at": at + timedelta(hours=2), "distance_m": 20_000, "duration_s": 7200,
                "state": state, "state_at": at,
                "start_geom": Point(lng=121.44, lat=LAT).to_geometry(),
            }  # fmt: skip
            run = Run(**defaults | fields)
            db.add(run)
            db.flush()
            return run.id

    def stop(
        self, run_id: UUID, kind: str, place: tuple[float, float], label: str = "", **fields: Any
    ) -> UUID:
        """The run's next stop, ten minutes after the one before."""
        with self.world.db() as db:
            run = db.get_one(Run, run_id)
            seq = (db.scalar(select(func.max(Stop.seq)).filter_by(run_id=run_id)) or 0) + 1
            at = run.begins_at + timedelta(minutes=STEP_MIN * seq)
            defaults: dict[str, Any] = {
                "id": new_id(), "org_id": run.org_id, "run_id": run_id, "seq": seq, "kind": kind,
                "label": label, "street": "曹杨新村街道", "planned_at": at,
                "geom": Point(lng=place[0], lat=place[1]).to_geometry(),
                "window_from": run.begins_at - timedelta(hours=10),
                "window_until": run.begins_at + timedelta(hours=10),
                "service_s": 180, "state_at": now(),
            }  # fmt: skip
            stop = Stop(**defaults | fields)
            db.add(stop)
            db.flush()
            return stop.id

    def item(self, stop_id: UUID, grams: int, **fields: Any) -> UUID:
        with self.world.db() as db:
            item = StopItem(
                id=new_id(), org_id=self.world.org_id, stop_id=stop_id, grams=grams, **fields
            )
            db.add(item)
            return item.id

    def load(self, run_id: UUID, doors: int) -> UUID:
        stop = self.stop(run_id, "load", (121.44, 31.25), "示例仓(虚构)", hub_id=self.hub_id)
        self.item(stop, PORTION * doors, lot_id=self.lot_id, boxes=doors)
        return stop

    def unload(self, run_id: UUID) -> UUID:
        return self.stop(run_id, "unload", (121.44, 31.25), "示例仓(虚构)", hub_id=self.hub_id)

    def door(self, run_id: UUID, lng: float, **supply: Any) -> UUID:
        """A household's door with 4 kg for it; rice of the hub unless told otherwise."""
        supply = supply or {"lot_id": self.lot_id}
        home = self.world.household(
            lng=lng, lat=LAT, window_from_minute=0, window_until_minute=1440, name="李测试"
        )
        promise = new_id()
        with self.world.db() as db:
            db.add(
                Allocation(
                    id=promise,
                    org_id=self.world.org_id,
                    day=self.world.today,
                    recipient_id=home,
                    grams=PORTION,
                    rank=1,
                    state="planned",
                    **supply,
                )
            )
        stop = self.stop(run_id, "deliver", (lng, LAT), "李**")
        self.item(stop, PORTION, recipient_id=home, allocation_id=promise, **supply)
        return stop

    def hub_run(
        self, doors: Sequence[float], state: str = "claimed", name: str = "陈测试", **fields: Any
    ) -> UUID:
        """A volunteer's run with rice of the hub for doors at these longitudes."""
        run = self.run(self.volunteer(name, fields.pop("role", None)), state, **fields)
        self.load(run, len(doors))
        for lng in doors:
            self.door(run, lng)
        return run

    def rescue_run(
        self, site_lng: float, doors: Sequence[float], state: str = "claimed", name: str = "赵测试"
    ) -> tuple[UUID, UUID]:
        """A volunteer's run that fetches bread at a site for doors; the run and the offer."""
        site = self.world.site(lng=site_lng, lat=LAT)
        offer = self.world.offer(site, state="accepted", grams=PORTION * max(1, len(doors)))
        run = self.run(self.volunteer(name), state, shape="rescue")
        stop = self.stop(run, "collect", (site_lng, LAT), "示例门店(虚构)", site_id=site)
        self.item(stop, PORTION * max(1, len(doors)), offer_id=offer, boxes=len(doors))
        for lng in doors:
            self.door(run, lng, offer_id=offer)
        return run, offer

    # --- on the way -------------------------------------------------------------------------

    def stops(self, run_id: UUID) -> list[Stop]:
        with self.world.db() as db:
            query = select(Stop).where(Stop.run_id == run_id).order_by(Stop.seq)
            return list(db.scalars(query))

    def confirm(self, stop_id: UUID, **body: Any) -> Any:
        """Somebody at the desk confirms for the volunteer."""
        return self.desk.post(f"/api/v1/stops/{stop_id}/confirm", json=body)

    def drive(self, run_id: UUID, stops: int) -> None:
        """Confirm the run's first so many stops."""
        for stop in self.stops(run_id)[:stops]:
            answer = self.confirm(stop.id)
            assert answer.status_code == 200, answer.text

    def run_state(self, run_id: UUID) -> str:
        with self.world.db() as db:
            return db.get_one(Run, run_id).state

    def kinds(self, run_id: UUID) -> list[tuple[str, str]]:
        """Kind and state of the run's stops in their order."""
        return [(stop.kind, stop.state) for stop in self.stops(run_id)]

    def promised(self) -> list[str]:
        with self.world.db() as db:
            query = select(Allocation.state).where(Allocation.org_id == self.world.org_id)
            return sorted(db.scalars(query))

    # --- it goes wrong ----------------------------------------------------------------------

    def ask(self, cause: str, **about: Any) -> Any:
        """Ask for a proposal; nothing is worked out yet."""
        body = {"cause": cause, "seconds": 0.5} | {
            name: [str(v) for v in value] if isinstance(value, list) else str(value)
            for name, value in about.items()
        }
        return self.desk.post("/api/v1/replans", json=body)

    def proposal(self, cause: str, **about: Any) -> dict[str, Any]:
        """Ask for a proposal and let the job work it out."""
        asked = self.ask(cause, **about)
        assert asked.status_code == 202, asked.text
        solve_replan(org_id=str(self.world.org_id), replan_id=asked.json()["id"])
        return self.open(asked.json()["id"])

    def open(self, replan_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.desk.get(f"/api/v1/replans/{replan_id}").json()
        return found

    def decide(self, replan: dict[str, Any], *, accept: bool = True) -> Any:
        path = f"/api/v1/replans/{replan['id']}/decision"
        return self.desk.post(path, json={"accept": accept})

    def faults(self) -> list[Any]:
        """What must always be empty."""
        with self.world.db() as db:
            below = text("SELECT * FROM balance WHERE grams < 0 AND NOT may_owe")
            return [*db.execute(text("SELECT * FROM imbalance")), *db.execute(below)]
