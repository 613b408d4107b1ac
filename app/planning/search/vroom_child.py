"""VROOM's own process: tasks in on stdin, routes out on stdout, until stdin ends."""

from __future__ import annotations

import os
import sys
from typing import IO

import vroom

from app.planning.process.pipes import receive, send
from app.planning.search.vroom_words import Call, Errand, Van, Visit, Words

WORK = ("job", "pickup", "delivery")


def solved(task: Words) -> dict[int, list[Visit]]:
    """The visits of each van that is used, in their order."""
    asked = vroom.Input()
    for profile, (durations, costs) in enumerate(zip(task.durations, task.costs, strict=True)):
        asked.set_durations_matrix(str(profile), durations)
        asked.set_costs_matrix(str(profile), costs)
    for van in task.vans:
        asked.add_vehicle(_vehicle(van))
    for errand in task.errands:
        _add(asked, errand)
    found = asked.solve(exploration_level=task.level, nb_threads=1)._routes_numpy()  # noqa: SLF001 - its public frame would cost more than solving does
    routes: dict[int, list[Visit]] = {}
    for van, what, number, begins_s in zip(
        found["vehicle_id"], found["type"], found["id"], found["arrival"], strict=True
    ):
        kind = what.decode() if isinstance(what, bytes) else str(what)
        if kind in WORK:
            routes.setdefault(int(van), []).append((kind, int(number), int(begins_s)))
    return routes


def _vehicle(van: Van) -> vroom.Vehicle:
    return vroom.Vehicle(
        van.id,
        start=van.start,
        end=van.end,
        profile=str(van.profile),
        capacity=list(van.capacity),
        time_window=vroom.TimeWindow(*van.hours),
    )


def _windows(call: Call) -> list[vroom.TimeWindow]:
    return [vroom.TimeWindow(*window) for window in call.windows]


def _add(asked: vroom.Input, errand: Errand) -> None:
    call = errand.call
    if errand.then is None:
        asked.add_job(
            vroom.Job(
                call.id,
                location=call.place,
                default_service=call.service_s,
                delivery=vroom.Amount(list(errand.delivery)),
                pickup=vroom.Amount(list(errand.pickup)),
                priority=errand.priority,
                time_windows=_windows(call),
            )
        )
        return
    asked.add_shipment(
        _step(call),
        _step(errand.then),
        amount=vroom.Amount(list(errand.pickup)),
        priority=errand.priority,
    )


def _step(call: Call) -> vroom.ShipmentStep:
    return vroom.ShipmentStep(
        call.id, call.place, default_service=call.service_s, time_windows=_windows(call)
    )


def main(source: IO[bytes], out: IO[bytes]) -> None:
    """Say that all is loaded, then answer one task after the other until nobody asks any more."""
    send(out, "ready")
    while True:
        try:
            task = receive(source)
        except EOFError:
            return
        try:
            send(out, solved(task))
        except Exception as refused:  # noqa: BLE001 - its exceptions are its own; a seed is a gift
            sys.stderr.write(f"VROOM refused: {refused}\n")
            send(out, None)


if __name__ == "__main__":  # pragma: no cover - runs in a process of its own, seen by its tests
    # VROOM prints to stdout now and then: our pipe gets another number, stdout goes to stderr.
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    main(sys.stdin.buffer, pipe)
