"""Who does what where: kinds, places, pairs, skills, hubs, and how many stops."""

from __future__ import annotations

from app.planning.checker.run import Found, Run, bad, from_hub
from app.planning.plan import AT_HUB
from app.planning.problem import Collect, Deliver, Rescue, Task, Visit


def call_faults(run: Run) -> Found:
    """Every call is of its task's kind, at its task's place; a rescue site first, then door."""
    fetched: set[str] = set()
    brought: set[str] = set()
    for call, task in run.served:
        kind, place = _kind_of(task), task.place
        if isinstance(task, Rescue) and call.stop.kind == "collect":
            kind, place = "collect", task.pickup_place
            fetched.add(task.id)
        elif isinstance(task, Rescue):
            if task.id not in fetched:
                text = (f"{task.id} 还没取就送。", f"{task.id} is brought before it is fetched.")
                yield bad("pair_order", *text, task.id)
            brought.add(task.id)
        if call.stop.kind != kind:
            text = (f"{task.id} 这站做的事不对。", f"{task.id} is called at for another job.")
            yield bad("wrong_kind", *text, task.id)
        if call.stop.place != place:
            text = (f"{task.id} 的地点不对。", f"{task.id} is done at the wrong place.")
            yield bad("wrong_place", *text, task.id)
    for id_ in sorted(fetched ^ brought):
        text = (f"{id_} 的取和送不在一条路线上。", f"{id_} is not fetched and brought in one run.")
        yield bad("pair_broken", *text, id_)


def _kind_of(task: Task) -> str:
    if isinstance(task, Collect):
        return "collect"
    return "visit" if isinstance(task, Visit) else "deliver"


def fitness_faults(run: Run) -> Found:
    """Skills, the task's hub, the one vehicle it is bound to, the number of stops."""
    vehicle = run.vehicle
    for _, task in run.served:
        lacking = ", ".join(sorted(task.skills - vehicle.skills))
        if lacking:
            text = (f"{task.id} 需要会“{lacking}”。", f"{task.id} needs the skill {lacking}.")
            yield bad("skill", *text, task.id)
        if task.only not in (None, vehicle.id):
            text = (f"{task.id} 只能由 {task.only} 做。", f"{task.id} is bound to {task.only}.")
            yield bad("bound", *text, task.id)
        if (isinstance(task, Collect) or from_hub(task)) and not _is_of_hub(task, vehicle.hub):
            text = (f"{task.id} 属于别的仓库。", f"{task.id} belongs to another hub.")
            yield bad("hub", *text, task.id)
    called = len([call for call in run.calls if call.stop.kind not in (*AT_HUB, "break")])
    if vehicle.max_stops is not None and called > vehicle.max_stops:
        text = (f"{called} 站太多。", f"{called} stops are more than {vehicle.max_stops}.")
        yield bad("too_many_stops", *text)


def _is_of_hub(task: Task, hub: int | None) -> bool:
    wanted = task.hub if isinstance(task, Collect | Deliver) else None
    return hub is not None and wanted in (None, hub)
