"""The independent checker: works every plan out again and names each rule it breaks.

It shares nothing with the solver or the scheduler: it reads the stops as written and compares
them with the problem. A plan that it refuses is never stored nor shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.planning.plan import Plan, Route, Stop, Violation
from app.planning.problem import (
    Collect,
    Deliver,
    Load,
    Problem,
    Rescue,
    Task,
    Vehicle,
    Visit,
)
from app.roads.travel import UNREACHABLE

Found = Iterator[Violation]
DIMENSIONS = (
    ("grams", "重量", "grams"),
    ("boxes", "箱数", "boxes"),
    ("cold", "冷藏箱", "cold boxes"),
)


def check(problem: Problem, plan: Plan) -> list[Violation]:
    """Every rule that `plan` breaks; an empty list means it can be driven as written."""
    faults = list(_known(problem, plan))
    if faults:
        return faults
    faults += _once(problem, plan)
    for route in plan.routes:
        vehicle = problem.vehicle_by_id[route.vehicle_id]
        own = [
            *_hub_order(vehicle, route, problem),
            *_pairs(route, problem),
            *_fitness(vehicle, route, problem),
            *_loads(vehicle, route, problem),
            *_times(vehicle, route, problem),
            *_windows(route, problem),
            *_rides(route, problem),
            *_length(vehicle, route, problem),
        ]
        faults += [Violation(f.code, f.zh, f.en, route.vehicle_id, f.task_id) for f in own]
    return faults + list(_totals(problem, plan))


def _bad(code: str, zh: str, en: str, task_id: str | None = None) -> Violation:
    return Violation(code, zh, en, task_id=task_id)


def _known(problem: Problem, plan: Plan) -> Found:
    """Names and places that the problem does not have; nothing else is looked at then."""
    places = len(next(iter(problem.travel.values())).seconds)
    for route in plan.routes:
        if route.vehicle_id not in problem.vehicle_by_id:
            name = route.vehicle_id
            yield _bad("unknown_vehicle", f"没有车辆 {name}。", f"There is no vehicle {name}.")
        for stop in route.stops:
            if not 0 <= stop.place < places:
                yield _bad("unknown_place", "有一站不在地图上。", "A stop is at no known place.")
    named = [id_ for route in plan.routes for stop in route.stops for id_ in stop.task_ids]
    for id_ in [*named, *(item.task_id for item in plan.unserved)]:
        if id_ not in problem.task_by_id:
            yield _bad("unknown_task", f"没有任务 {id_}。", f"There is no task {id_}.", id_)


def _once(problem: Problem, plan: Plan) -> Found:
    """One run per vehicle; each task exactly once, in a run or left over with a reason."""
    drivers = [route.vehicle_id for route in plan.routes]
    for name in sorted({name for name in drivers if drivers.count(name) > 1}):
        yield _bad("vehicle_twice", f"{name} 有两条路线。", f"{name} has two runs.")
    calls: dict[str, int] = dict.fromkeys(problem.task_by_id, 0)
    for route in plan.routes:
        for stop in route.stops:
            for id_ in stop.task_ids:
                calls[id_] += 1
    left = [item.task_id for item in plan.unserved]
    for item in plan.unserved:
        if not (item.code and item.zh and item.en):
            yield _bad("reason_missing", "没有写原因。", "A reason is missing.", item.task_id)
    for id_, times in calls.items():
        full = 2 if isinstance(problem.task_by_id[id_], Rescue) else 1
        if times > full or left.count(id_) > 1:
            yield _bad("task_twice", f"{id_} 重复了。", f"{id_} is there more than once.", id_)
        elif times and id_ in left:
            yield _bad("served_and_left", f"{id_} 又送又没送。", f"{id_} is served and left.", id_)
        elif times < full and id_ not in left:
            yield _bad("task_missing", f"{id_} 漏了。", f"{id_} is missing.", id_)


def _tasks(stop: Stop, problem: Problem) -> list[Task]:
    return [problem.task_by_id[id_] for id_ in stop.task_ids]


def _hub_order(vehicle: Vehicle, route: Route, problem: Problem) -> Found:
    """Loading is the first stop when hub food goes out, unloading the last when some comes in."""
    if not route.stops:
        yield _bad("empty_route", "路线没有站点。", "The run has no stop.")
    tasks = [task for stop in route.stops for task in _tasks(stop, problem)]
    goes_out = any(isinstance(task, Deliver) for task in tasks)
    comes_in = any(isinstance(task, Collect) for task in tasks)
    last = len(route.stops) - 1
    loads = [n for n, stop in enumerate(route.stops) if stop.kind == "load"]
    unloads = [n for n, stop in enumerate(route.stops) if stop.kind == "unload"]
    if loads != ([0] if goes_out else []):
        yield _bad("load_order", "装货不是第一站。", "Loading is not exactly the first stop.")
    if unloads != ([last] if comes_in else []):
        yield _bad("unload_order", "卸货不是最后一站。", "Unloading is not exactly the last stop.")
    for stop in route.stops:
        at_hub = stop.kind in ("load", "unload")
        if at_hub and (stop.place != vehicle.hub or stop.task_ids):
            yield _bad("wrong_hub", "装卸不在自己的仓库。", "Loading is not at the run's hub.")
        if not at_hub and not stop.task_ids:
            yield _bad("empty_stop", "有一站没有事做。", "A stop has nothing to do.")


def _pairs(route: Route, problem: Problem) -> Found:
    """Every call is of its task's kind, at its task's place; a rescue site first, then door."""
    fetched: set[str] = set()
    brought: set[str] = set()
    for stop in route.stops:
        for task in _tasks(stop, problem):
            kind, place = _kind_of(task), task.place
            if isinstance(task, Rescue) and stop.kind == "collect":
                kind, place = "collect", task.pickup_place
                fetched.add(task.id)
            elif isinstance(task, Rescue):
                if task.id not in fetched:
                    text = (
                        f"{task.id} 还没取就送。",
                        f"{task.id} is brought before it is fetched.",
                    )
                    yield _bad("pair_order", *text, task.id)
                brought.add(task.id)
            if stop.kind != kind:
                text = (f"{task.id} 这站做的事不对。", f"{task.id} is called at for another job.")
                yield _bad("wrong_kind", *text, task.id)
            if stop.place != place:
                text = (f"{task.id} 的地点不对。", f"{task.id} is done at the wrong place.")
                yield _bad("wrong_place", *text, task.id)
    for id_ in sorted(fetched ^ brought):
        text = (f"{id_} 的取和送不在一条路线上。", f"{id_} is not fetched and brought in one run.")
        yield _bad("pair_broken", *text, id_)


def _kind_of(task: Task) -> str:
    if isinstance(task, Collect):
        return "collect"
    return "visit" if isinstance(task, Visit) else "deliver"


def _fitness(vehicle: Vehicle, route: Route, problem: Problem) -> Found:
    """Skills, the task's hub, the number of stops."""
    for stop in route.stops:
        for task in _tasks(stop, problem):
            lacking = ", ".join(sorted(task.skills - vehicle.skills))
            if lacking:
                text = (f"{task.id} 需要会“{lacking}”。", f"{task.id} needs the skill {lacking}.")
                yield _bad("skill", *text, task.id)
            if isinstance(task, Collect | Deliver) and (
                vehicle.hub is None or task.hub not in (None, vehicle.hub)
            ):
                text = (f"{task.id} 属于别的仓库。", f"{task.id} belongs to another hub.")
                yield _bad("hub", *text, task.id)
    called = len([stop for stop in route.stops if stop.kind not in ("load", "unload")])
    if vehicle.max_stops is not None and called > vehicle.max_stops:
        text = (f"{called} 站太多。", f"{called} stops are more than {vehicle.max_stops}.")
        yield _bad("too_many_stops", *text)


def _loads(vehicle: Vehicle, route: Route, problem: Problem) -> Found:
    """What is on board after each stop, in every dimension."""
    tasks = [task for stop in route.stops for task in _tasks(stop, problem)]
    out = [sum(t.load[d] for t in tasks if isinstance(t, Deliver)) for d in range(3)]
    back = [sum(t.load[d] for t in tasks if isinstance(t, Collect)) for d in range(3)]
    board = [0, 0, 0]
    yield from _over(vehicle, board)
    for stop in route.stops:
        for d in range(3):
            if stop.kind == "load":
                board[d] += out[d]
            elif stop.kind == "unload":
                board[d] -= back[d]
            elif stop.kind == "collect":
                board[d] += sum(task.load[d] for task in _tasks(stop, problem))
            elif stop.kind == "deliver":
                board[d] -= sum(task.load[d] for task in _tasks(stop, problem))
        yield from _over(vehicle, board)
        if stop.load_after != Load(*board):
            yield _bad("load_wrong", "车上的数量写错了。", "The load after a stop is wrong.")


def _over(vehicle: Vehicle, board: list[int]) -> Found:
    for d, (code, zh, en) in enumerate(DIMENSIONS):
        if board[d] > vehicle.capacity[d]:
            most = vehicle.capacity[d]
            text = (f"{zh}超了：{board[d]} > {most}。", f"{board[d]} {en} are over {most}.")
            yield _bad(f"over_{code}", *text)


def _times(vehicle: Vehicle, route: Route, problem: Problem) -> Found:
    """Shift, travel, setup and service of every stop."""
    seconds = problem.travel[vehicle.mode].seconds
    if route.depart_s < vehicle.shift.start_s:
        yield _bad("shift_start", "出发早于班次。", "The run leaves before the shift begins.")
    if route.end_s > vehicle.shift.end_s:
        yield _bad("shift_end", "结束晚于班次。", "The run ends after the shift.")
    now, here, left_from = route.depart_s, vehicle.start_place, None
    for stop in route.stops:
        way = int(seconds[here, stop.place])
        if way >= UNREACHABLE:
            yield _bad("unreachable", "有一站去不了。", "There is no way to a stop.")
        if stop.arrival_s != now + way:
            yield _bad("arrival_wrong", "到达时间写错了。", "An arrival time is wrong.")
        setup = 0 if left_from == stop.place or not problem.setup_s else problem.setup_s[stop.place]
        if stop.start_s < stop.arrival_s + setup:
            yield _bad("start_wrong", "还没到就开始了。", "A stop begins before it can.")
        if stop.leave_s != stop.start_s + _service(stop, problem):
            yield _bad("leave_wrong", "离开时间写错了。", "A leaving time is wrong.")
        now, here, left_from = stop.leave_s, stop.place, stop.place
    home = 0 if vehicle.end_place is None else int(seconds[here, vehicle.end_place])
    if route.end_s != now + home:
        yield _bad("end_wrong", "结束时间写错了。", "The end of the run is wrong.")


def _service(stop: Stop, problem: Problem) -> int:
    return sum(_service_of(task, stop) for task in _tasks(stop, problem))


def _service_of(task: Task, stop: Stop) -> int:
    if isinstance(task, Rescue) and stop.kind == "collect":
        return task.pickup_service_s
    return task.service_s


def _windows(route: Route, problem: Problem) -> Found:
    """Each household of a stop begins inside one of its own windows."""
    for stop in route.stops:
        begin = stop.start_s
        for task in _tasks(stop, problem):
            at_site = isinstance(task, Rescue) and stop.kind == "collect"
            windows = task.pickup_windows if isinstance(task, Rescue) and at_site else task.windows
            if windows and not any(start <= begin <= end for start, end in windows):
                text = (f"{task.id} 不在约定时间里。", f"{task.id} begins outside its windows.")
                yield _bad("window", *text, task.id)
            begin += _service_of(task, stop)


def _rides(route: Route, problem: Problem) -> Found:
    """From the end of a rescue's own pickup to the beginning of its own hand-over."""
    off: dict[str, int] = {}
    for stop in route.stops:
        clock = stop.start_s
        for task in _tasks(stop, problem):
            begin, clock = clock, clock + _service_of(task, stop)
            if not isinstance(task, Rescue):
                continue
            if stop.kind == "collect":
                off[task.id] = clock
                continue
            most = task.max_ride_s
            if most is not None and begin - off.get(task.id, begin) > most:
                text = (f"{task.id} 在路上太久。", f"{task.id} rides longer than {most} s.")
                yield _bad("ride_too_long", *text, task.id)


def _length(vehicle: Vehicle, route: Route, problem: Problem) -> Found:
    metres = problem.travel[vehicle.mode].metres
    way = [vehicle.start_place, *(stop.place for stop in route.stops)]
    way += [] if vehicle.end_place is None else [vehicle.end_place]
    total = sum(int(metres[way[i], way[i + 1]]) for i in range(len(way) - 1))
    if route.distance_m != total:
        yield _bad("distance_wrong", "路线的里程写错了。", "The run's distance is wrong.")
    if route.duration_s != route.end_s - route.depart_s:
        yield _bad("duration_wrong", "路线的用时写错了。", "The run's duration is wrong.")


def _totals(problem: Problem, plan: Plan) -> Found:
    if plan.distance_m != sum(route.distance_m for route in plan.routes):
        yield _bad("distance_wrong", "总里程写错了。", "The plan's distance is wrong.")
    if plan.duration_s != sum(route.duration_s for route in plan.routes):
        yield _bad("duration_wrong", "总用时写错了。", "The plan's duration is wrong.")
    told = {matrix.source for matrix in problem.travel.values()}
    if plan.source != (told.pop() if len(told) == 1 else "mixed"):
        yield _bad("source_wrong", "路程来源写错了。", "The source of the travel times is wrong.")
