"""The hub: when food is taken on and put off, how often, and what is on board after each stop."""

from __future__ import annotations

from app.planning.checker.run import DIMENSIONS, Found, HubVisit, Run, bad, from_hub
from app.planning.plan import AT_HUB
from app.planning.problem import Collect, Deliver, Load, Rescue

DIMENSION_NAMES = (
    ("grams", "重量", "grams"),
    ("boxes", "箱数", "boxes"),
    ("cold", "冷藏箱", "cold boxes"),
)


def hub_faults(run: Run) -> Found:
    """Each trip loads before it and unloads after it what it has to, at its own hub, no more."""
    for stop in run.route.stops:
        if stop.kind in AT_HUB and (stop.place != run.vehicle.hub or stop.task_ids):
            yield bad("wrong_hub", "装卸不在自己的仓库。", "Loading is not at the run's hub.")
        if stop.kind not in (*AT_HUB, "break") and not stop.task_ids:
            yield bad("empty_stop", "有一站没有事做。", "A stop has nothing to do.")
    for visit in run.hub_visits:
        yield from _visit_faults(visit)
    trips = len(run.hub_visits) - 1
    most = run.vehicle.trips_max
    if not trips:
        yield bad("empty_route", "路线没有要去的地方。", "The run calls nowhere.")
    if trips > most:
        text = (f"{trips} 趟太多，最多 {most} 趟。", f"{trips} trips are more than {most}.")
        yield bad("too_many_trips", *text)


def _visit_faults(visit: HubVisit) -> Found:
    """What is done between two trips: unload what came in, then load what goes out, once each."""
    done = [call.stop.kind for call in visit.done]
    comes_in = any(isinstance(task, Collect) for call in visit.before for task in call.tasks)
    goes_out = any(from_hub(task) for call in visit.after for task in call.tasks)
    if done.count("unload") != comes_in:
        text = ("卸货的站多了或者少了。", "Unloading is missing, or where nothing came in.")
        yield bad("unload_order", *text)
    if done.count("load") != goes_out:
        text = ("装货的站多了或者少了。", "Loading is missing, or where nothing goes out.")
        yield bad("load_order", *text)
    if done[:1] == ["load"] and "unload" in done:
        yield bad("load_order", "还没卸货就装货。", "Loading comes before unloading.")


def load_faults(run: Run) -> Found:
    """What is on board at the start and after each stop, in every dimension."""
    goes_out = _loaded(run)
    # What is on board stays there when its door is left over.
    aboard = [
        task
        for task in run.problem.tasks
        if isinstance(task, Deliver) and task.aboard and task.only == run.vehicle.id
    ]
    board = [sum(task.load[d] for task in aboard) for d in DIMENSIONS]
    collected = [0, 0, 0]
    yield from _over(run, board)
    for call in run.calls:
        for d in DIMENSIONS:
            amount = sum(task.load[d] for task in call.tasks)
            if call.stop.kind == "load":
                board[d] += goes_out[id(call)][d]
            elif call.stop.kind == "unload":
                board[d] -= collected[d]
                collected[d] = 0
            elif call.stop.kind == "collect":
                board[d] += amount
                collected[d] += sum(
                    task.load[d] for task in call.tasks if not isinstance(task, Rescue)
                )
            elif call.stop.kind == "deliver":
                board[d] -= amount
        yield from _over(run, board)
        if call.stop.load_after != Load(*board):
            yield bad("load_wrong", "车上的数量写错了。", "The load after a stop is wrong.")


def _loaded(run: Run) -> dict[int, list[int]]:
    """By loading call: exactly the hub food of the trip that follows."""
    amounts = {}
    for visit in run.hub_visits:
        tasks = [task for call in visit.after for task in call.tasks if from_hub(task)]
        total = [sum(task.load[d] for task in tasks) for d in DIMENSIONS]
        amounts.update({id(call): total for call in visit.done})
    return amounts


def _over(run: Run, board: list[int]) -> Found:
    for d, (code, zh, en) in enumerate(DIMENSION_NAMES):
        most = run.vehicle.capacity[d]
        if board[d] > most:
            text = (f"{zh}超了：{board[d]} > {most}。", f"{board[d]} {en} are over {most}.")
            yield bad(f"over_{code}", *text)
