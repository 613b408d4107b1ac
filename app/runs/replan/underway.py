"""What is left of a day as a route problem, and the old rest of the day as its first answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.core.clock import second_of_day
from app.planning import service as planning
from app.planning.plan import RELOAD, Plan, Route
from app.planning.problem import (
    Break,
    Collect,
    Deliver,
    Load,
    Problem,
    Rescue,
    Task,
    Vehicle,
    Visit,
    Window,
)
from app.roads.travel import TravelTimes
from app.runs.building import (
    CHILLED_RIDE_MAX_S,
    DOOR_SETUP_S,
    HUB_SETUP_S,
    SITE_SERVICE_S,
    SITE_SETUP_S,
)
from app.runs.day import Driver
from app.runs.replan.chores import Chore, Rest
from app.runs.replan.facts import Place, RunNow, where_now
from app.runs.replan.lateness import as_late_as_it_is
from app.runs.replan.orders import old_order
from app.runs.replan.rules import STABILITY_S, TRIPS_MAX
from app.runs.rules import CALLED_AT

TAKE_OVER_S = 60
"""Seconds to take one household's food over from another volunteer."""

END_S = 86_400
HELPER = "new:"


@dataclass(frozen=True)
class Underway:
    """The problem, its places as (lng, lat), the old order of each vehicle, and who drives it."""

    rest: Rest
    problem: Problem
    places: tuple[Place, ...]
    orders: Mapping[str, tuple[str, ...]]
    helpers: Mapping[str, Driver]

    @property
    def incumbent(self) -> Plan:
        """The old rest of the day as it would be driven from now on, rules broken or not."""
        routes = tuple(self.old_route(id_) for id_, order in self.orders.items() if order)
        return Plan(routes, (), 0, 0, "old", 0, self.problem.source)

    def old_route(self, vehicle_id: str) -> Route:
        """The old order of one vehicle, timed from now on."""
        return planning.schedule(self.problem, vehicle_id, self.orders[vehicle_id]).route


class _Places:
    """Numbers for places, as they come, each with its setup."""

    def __init__(self) -> None:
        self.numbers: dict[Place, int] = {}
        self.setup: dict[int, int] = {}

    def at(self, place: Place, setup_s: int = 0) -> int:
        number = self.numbers.setdefault(place, len(self.numbers))
        self.setup[number] = max(self.setup.get(number, 0), setup_s)
        return number


def underway(rest: Rest, roads: TravelTimes) -> Underway | None:
    """The problem of the rest of the day; None when nobody is left to drive or nothing to do."""
    places = _Places()
    runs = [run for run in rest.now.runs if _drives(rest, run)]
    vehicles = tuple(_vehicle(rest, run, places) for run in runs)
    helpers = {f"{HELPER}{driver.volunteer_id}": driver for driver in rest.now.helpers}
    more = (_helper(rest, id_, driver, places) for id_, driver in helpers.items())
    vehicles += tuple(vehicle for vehicle in more if vehicle is not None)
    ids = {vehicle.id for vehicle in vehicles}
    tasks = tuple(
        _task(rest, chore, places, ids)
        for chore in rest.chores.values()
        if not chore.bound or str(chore.run_id) in ids
    )
    if not vehicles or not tasks:
        return None
    points = list(places.numbers)
    travel = {mode: roads.matrix(points, mode) for mode in sorted({v.mode for v in vehicles})}
    setup = tuple(places.setup[number] for number in range(len(points)))
    known = {task.id for task in tasks}
    orders = {str(run.id): old_order(rest, run, known) for run in runs}
    problem = Problem(travel=travel, vehicles=vehicles, tasks=tasks, setup_s=setup)
    found = Underway(rest, problem, tuple(points), orders, helpers)
    old = {id_: found.old_route(id_) for id_, order in orders.items() if order}
    return replace(found, problem=as_late_as_it_is(problem, old))


def _drives(rest: Rest, run: RunNow) -> bool:
    """Whether the run goes on: its volunteer is there, and no planner has locked it."""
    if run.id == rest.out_id or run.id in rest.now.dropped_out:
        return False
    hurt = any(chore.run_id == run.id for chore, _ in rest.lost)
    asked = run.id == rest.cause.run_id or any(s.id == rest.cause.stop_id for s in run.stops)
    return not run.locked or hurt or asked


def _spare_hub(rest: Rest) -> UUID | None:
    """The hub that a run without one would go to: where most of the food without a run lies."""
    homeless = [c.hub_id for c in rest.chores.values() if c.run_id == rest.out_id and c.hub_id]
    known = [hub_id for hub_id in homeless if hub_id in rest.now.hubs]
    if known:
        return Counter(known).most_common(1)[0][0]
    return next(iter(rest.now.hubs), None)


def _hub_place(rest: Rest, hub_id: UUID | None) -> Place | None:
    hub = rest.now.hubs.get(hub_id) if hub_id else None
    return (hub.lng, hub.lat) if hub else None


def _vehicle(rest: Rest, run: RunNow, places: _Places) -> Vehicle:
    hubs = {id_: (hub.lng, hub.lat) for id_, hub in rest.now.hubs.items()}
    here, free_s = where_now(run, rest.now.now_s, hubs)
    mine = [chore for chore in rest.chores.values() if chore.run_id == run.id]
    hub_id = next((c.hub_id for c in mine if c.kind == "d"), None) or run.hub_id
    hub = _hub_place(rest, hub_id) or _hub_place(rest, _spare_hub(rest))
    on_board = Load()
    for chore in mine:
        on_board = on_board.plus(chore.load) if chore.is_aboard else on_board
    called = [stop for stop in run.stops if stop.kind in CALLED_AT]
    still = len({chore.stop.id for chore in mine if chore.stop is not None})
    been = sum(stop.state in ("done", "failed", "arrived") for stop in called)
    order = old_order(rest, run, rest.chores.keys())
    trips = max(1 + order.count(RELOAD), run.trips_max)
    # Whoever has a stop on the list already was found fit for it.
    skills = run.skills.union(*(chore.skills for chore in mine))
    return Vehicle(
        id=str(run.id),
        mode=run.mode,
        capacity=Load(*map(max, run.capacity, on_board)),
        shift=Window(free_s, max(free_s, run.shift.end_s)),
        start_place=places.at(here),
        end_place=places.at(run.end) if run.end else None,
        hub=places.at(hub, HUB_SETUP_S) if hub else None,
        skills=skills,
        max_stops=max(run.max_stops - been, still + 1),
        breaks=_breaks(run, Window(free_s, max(free_s, run.shift.end_s))),
        trips_max=max(trips, TRIPS_MAX if run.is_under_way else 1),
    )


def _breaks(run: RunNow, shift: Window) -> tuple[Break, ...]:
    """Rests that are still to come, in the windows they were planned with."""
    rests = [stop for stop in run.stops if stop.kind == "break" and stop.is_open]
    return tuple(
        Break(Window(max(stop.window.start_s, shift.start_s), stop.window.end_s), stop.service_s)
        for stop in rests
        if shift.start_s <= stop.window.end_s <= shift.end_s - stop.service_s
    )


def _helper(rest: Rest, id_: str, driver: Driver, places: _Places) -> Vehicle | None:
    """A free volunteer; None when their shift is over or nobody knows where they begin."""
    begins, ends = (minute * 60 for minute in driver.shift_minutes)
    begins = max(begins, rest.now.now_s)
    hub = _hub_place(rest, _spare_hub(rest))
    start = driver.start or hub
    if begins >= ends or start is None:
        return None
    return Vehicle(
        id=id_,
        mode=driver.mode,
        capacity=driver.capacity,
        shift=Window(begins, ends),
        start_place=places.at(start),
        end_place=places.at(driver.end) if driver.end else None,
        hub=places.at(hub, HUB_SETUP_S) if hub else None,
        skills=driver.skills,
        max_stops=driver.max_stops,
        trips_max=driver.trips_max,
    )


def _task(rest: Rest, chore: Chore, places: _Places, vehicles: set[str]) -> Task:
    """The chore in the solver's words; whoever has it on the list already is preferred."""
    own = str(chore.run_id)
    wish: dict[str, Any] = {"id": chore.id, "load": chore.load}
    if own in vehicles:
        wish |= {"prefers": frozenset([own]), "prefer_s": STABILITY_S}
        if chore.bound or chore.is_aboard:
            wish["only"] = own
    if chore.kind == "v" and chore.stop is not None:
        place = places.at(chore.place, DOOR_SETUP_S)
        hours = (chore.stop.window,)
        wish |= {"load": Load(), "windows": hours, "service_s": chore.stop.service_s}
        wish["skills"] = chore.skills
        return Visit(**wish, place=place)
    if chore.kind == "b":
        hub = places.at(chore.place, HUB_SETUP_S)
        return Deliver(**wish, place=hub, aboard=True, must_serve=True)
    if chore.kind in ("c", "g"):
        return _collect(rest, chore, places, wish)
    return _door(rest, chore, places, wish)


def _collect(rest: Rest, chore: Chore, places: _Places, wish: dict[str, Any]) -> Collect:
    place = places.at(chore.place, SITE_SETUP_S)
    windows = (_offer_window(rest, chore),) if chore.offer is not None else ()
    return Collect(**wish, place=place, windows=windows, service_s=SITE_SERVICE_S, priority=2)


def _offer_window(rest: Rest, chore: Chore) -> Window:
    assert chore.offer is not None  # noqa: S101 - asked for food that waits at a site only
    day, zone = rest.now.day, rest.now.zone
    opens = max(0, second_of_day(chore.offer.ready_from, day, zone))
    closes = min(END_S, second_of_day(chore.offer.ready_until, day, zone))
    return Window(opens, max(opens, closes))


def _door(rest: Rest, chore: Chore, places: _Places, wish: dict[str, Any]) -> Task:
    person = chore.person
    assert person is not None  # noqa: S101 - gathering loses doors without a household
    hours = [(opens * 60, closes * 60) for opens, closes in person.windows_minutes]
    wish |= {
        "place": places.at(chore.place, DOOR_SETUP_S),
        "windows": tuple(
            Window(max(opens, chore.not_before_s), closes)
            for opens, closes in hours
            if closes >= chore.not_before_s
        ),
        "service_s": person.service_s_for(chore.load.boxes),
        "priority": 2 if person.waiting_days > 2 * person.every_days else 1,
        "must_serve": person.must_serve,
        "skills": person.skills,
        "before_s": chore.before_s,
    }
    if chore.kind == "a":
        return Deliver(**wish, aboard=True)
    if chore.kind == "d":
        hub = _hub_place(rest, chore.hub_id)
        return Deliver(**wish, hub=places.at(hub, HUB_SETUP_S) if hub else None)
    assert chore.pickup is not None  # noqa: S101 - what is fetched first waits somewhere
    chilled = chore.load.chilled_boxes > 0
    setup_s = SITE_SETUP_S if chore.kind == "r" else DOOR_SETUP_S
    return Rescue(
        **wish,
        pickup_place=places.at(chore.pickup, setup_s),
        pickup_windows=(_offer_window(rest, chore),) if chore.kind == "r" else (),
        pickup_service_s=TAKE_OVER_S if chore.kind == "t" else 0,
        max_ride_s=CHILLED_RIDE_MAX_S if chilled else None,
    )
