"""No spoilt answer slips past the judge: towns on one street, driven metre by metre beside it.

All nodes lie on a line at whole metres and time is metres too, so that a second, differently
written opinion can walk every route in whole steps.
"""

# ruff: noqa: ARG001, ARG005 - every way takes the same arguments, whatever it needs of them

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.planning.contest.instances import Instance, Kind, Node
from app.planning.contest.judge import BadAnswer, judged

Routes = tuple[tuple[Any, ...], ...]
Answer = tuple[Instance, Routes]
Spoil = Callable[[Instance, Routes, Random], Answer | None]


def contest(seed: int, kind: Kind) -> Answer:
    """An instance laid tightly around routes that were there first."""
    luck = Random(seed)
    free = iter(range(1, 99))
    scripts = [_script(free, luck, kind) for _ in range(luck.randint(1, 4))]
    steps = sorted(step for script in scripts for step in script)
    other = {n: mate for n, _, mate in steps}
    demand = {n: amount for n, amount, _ in steps}
    routes = tuple(tuple(n for n, _, _ in script) for script in scripts)
    depot = Node(luck.randint(-20, 20), 0, 0, luck.randrange(4), 0, 0)
    nodes: dict[int, Node] = {}
    home = 0.0
    for route in routes:
        clock, x = depot.ready, depot.x
        for n in route:
            goal, wait, service = luck.randint(-20, 20), luck.choice((0, 0, 3)), luck.randrange(5)
            clock += abs(goal - x) + wait
            ready = clock if wait else max(0, clock - luck.randrange(9))
            due = clock + luck.choice((0, 0, 6))
            nodes[n] = Node(goal, 0, demand[n], ready, due, service, other[n])
            clock, x = clock + service, goal
        home = max(home, clock + abs(depot.x - x))
    depot = replace(depot, due=home + luck.choice((0, 5)))
    rows = (depot, *(nodes[n] for n in sorted(nodes)))
    room = max(peak(rows, route, kind) for route in routes)
    return Instance("street", kind, len(routes), room, rows), routes


def _script(free: Any, luck: Random, kind: Kind) -> list[tuple[int, int, int]]:
    """Nodes of a route in order, as (number, demand, other)."""
    if kind == "vrptw":
        return [(next(free), luck.randint(1, 9), 0) for _ in range(luck.randint(1, 5))]
    script: list[tuple[int, int, int]] = []
    for _ in range(luck.randint(1, 3)):
        first, last, amount = next(free), next(free), luck.randint(1, 9)
        at = luck.randrange(len(script) + 1)
        script.insert(at, (first, amount, last))
        script.insert(luck.randint(at + 1, len(script)), (last, -amount, first))
    return script


def peak(nodes: tuple[Node, ...], route: tuple[int, ...], kind: Kind) -> int:
    """The most on board at any time: all of it at first, or what is fetched and not yet brought."""
    if kind == "vrptw":
        return sum(nodes[n].demand for n in route)
    return max(sum(nodes[n].demand for n in route[: i + 1]) for i in range(len(route)))


def walked(instance: Instance, routes: Routes) -> int | None:
    """The second opinion: the metres of all routes, each walked step by step; None: not allowed."""
    nodes = instance.nodes
    if sorted(n for route in routes for n in route) != list(range(1, len(nodes))):
        return None
    metres = 0
    if len([route for route in routes if len(route)]) > instance.vehicles_max:
        return None
    for route in (route for route in routes if len(route)):
        time, x = int(nodes[0].ready), int(nodes[0].x)
        bag = (
            [n for n in route for _ in range(nodes[n].demand)] if not nodes[route[0]].other else []
        )
        for n in (*route, 0):
            while x != nodes[n].x:
                x += 1 if nodes[n].x > x else -1
                time, metres = time + 1, metres + 1
            while n and time < nodes[n].ready:
                time += 1
            if time > nodes[n].due or len(bag) > instance.capacity:
                return None
            if nodes[n].other and nodes[n].demand > 0:
                bag += [n] * nodes[n].demand
            elif n:
                wanted = nodes[n].other or n
                if wanted not in bag:
                    return None
                bag = [piece for piece in bag if piece != wanted]
            time += int(nodes[n].service)
        if bag:
            return None
    return metres


def with_node(instance: Instance, n: int, **facts: Any) -> Instance:
    """The instance with one row changed."""
    rows = list(instance.nodes)
    rows[n] = replace(rows[n], **facts)
    return replace(instance, nodes=tuple(rows))


def starts(instance: Instance, routes: Routes) -> dict[int, float]:
    """When each node is begun."""
    found: dict[int, float] = {}
    for route in routes:
        clock, here = instance.nodes[0].ready, instance.nodes[0]
        for n in route:
            node = instance.nodes[n]
            clock = found[n] = max(clock + abs(node.x - here.x), node.ready)
            clock, here = clock + node.service, node
    return found


def _a_node(change: Callable[[Node, float], dict[str, Any]]) -> Spoil:
    def spoil(instance: Instance, routes: Routes, luck: Random) -> Answer:
        n = luck.randrange(1, len(instance.nodes))
        facts = change(instance.nodes[n], starts(instance, routes)[n])
        return with_node(instance, n, **facts), routes

    return spoil


def _put_in(value: Any) -> Spoil:
    """A route's node is something else."""

    def spoil(instance: Instance, routes: Routes, luck: Random) -> Answer:
        at = luck.randrange(len(routes))
        other = (*routes[at][:-1], value(routes[at][-1]))
        return instance, (*routes[:at], other, *routes[at + 1 :])

    return spoil


def _drop(instance: Instance, routes: Routes, luck: Random) -> Answer:
    at = luck.randrange(len(routes))
    return instance, (*routes[:at], routes[at][1:], *routes[at + 1 :])


def _double(instance: Instance, routes: Routes, luck: Random) -> Answer:
    at = luck.randrange(len(routes))
    return instance, (*routes[:at], (*routes[at], routes[at][0]), *routes[at + 1 :])


def _forget_a_route(instance: Instance, routes: Routes, luck: Random) -> Answer:
    return instance, routes[1:]


def _same_route_twice(instance: Instance, routes: Routes, luck: Random) -> Answer:
    return replace(instance, vehicles_max=99), (*routes, routes[0])


def _fewer_vehicles(instance: Instance, routes: Routes, luck: Random) -> Answer:
    return replace(instance, vehicles_max=len(routes) - 1), routes


def _less_room(instance: Instance, routes: Routes, luck: Random) -> Answer:
    return replace(instance, capacity=instance.capacity - 1), routes


def _early_night(instance: Instance, routes: Routes, luck: Random) -> Answer:
    ends = [
        starts(instance, routes)[route[-1]]
        + instance.nodes[route[-1]].service
        + abs(instance.nodes[route[-1]].x - instance.nodes[0].x)
        for route in routes
    ]
    return with_node(instance, 0, due=max(ends) - 1), routes


def _pair_backwards(instance: Instance, routes: Routes, luck: Random) -> Answer | None:
    """All doors before all sites."""
    if instance.kind == "vrptw":
        return None
    return instance, tuple(route[::-1] for route in routes)


def _pair_split(instance: Instance, routes: Routes, luck: Random) -> Answer | None:
    """A door goes to the end of another route, and time is no matter."""
    if instance.kind == "vrptw" or len(routes) < 2:
        return None
    nodes = tuple(replace(node, ready=0, due=10**6) for node in instance.nodes)
    door = next(n for n in routes[0] if nodes[n].demand < 0)
    rest = tuple(n for n in routes[0] if n != door)
    return replace(instance, nodes=nodes, capacity=10**6), (rest, (*routes[1], door), *routes[2:])


def _heavier(instance: Instance, routes: Routes, luck: Random) -> Answer | None:
    """A site gives one more than its door takes."""
    if instance.kind == "vrptw":
        return None
    n = instance.pickups[0]
    wide = replace(instance, capacity=10**6)
    return with_node(wide, n, demand=instance.nodes[n].demand + 1), routes


def _longer_ways(instance: Instance, routes: Routes, luck: Random) -> Answer:
    """A road matrix on which every way is one metre longer than the day has."""
    n = len(instance.nodes)
    return replace(instance, matrix=np.full((n, n), 10.0**5)), routes


WAYS: dict[str, Spoil] = {
    "a node is dropped": _drop,
    "a node comes twice": _double,
    "a route is forgotten": _forget_a_route,
    "a route comes twice": _same_route_twice,
    "one vehicle less": _fewer_vehicles,
    "one gram less room": _less_room,
    "the depot closes a second before": _early_night,
    "it closes a second before": _a_node(lambda node, start: {"due": start - 1}),
    "it closes a hundredth before": _a_node(lambda node, start: {"due": start - 0.01}),
    "it closes at no time at all": _a_node(lambda node, start: {"due": float("nan")}),
    "it opens after it closes": _a_node(lambda node, start: {"ready": node.due + 1}),
    "it lies at the end of the world": _a_node(lambda node, start: {"x": 10.0**6}),
    "it takes for ever": _a_node(lambda node, start: {"service": 10.0**6}),
    "it weighs more": _heavier,
    "the ways are longer": _longer_ways,
    "the door before the site": _pair_backwards,
    "the door in another route": _pair_split,
    "the depot is a node": _put_in(lambda n: 0),
    "a node below zero": _put_in(lambda n: -n),
    "a node beyond the file": _put_in(lambda n: 10**30),
    "a node as a float": _put_in(float),
    "a node as a word": _put_in(str),
    "no node": _put_in(lambda n: None),
    "a node that is true": _put_in(lambda n: True),
    "a node that is NaN": _put_in(lambda n: float("nan")),
    "a list for a node": _put_in(lambda n: [n]),
}
KINDS: tuple[Kind, ...] = ("vrptw", "pdptw")


@given(st.integers(0, 10**6), st.sampled_from(KINDS))
@settings(deadline=None, max_examples=80)
def test_a_good_answer_is_worth_what_walking_it_takes(seed: int, kind: Kind) -> None:
    instance, routes = contest(seed, kind)
    assert judged(instance, routes) == (len(routes), walked(instance, routes))
    assert judged(instance, ((), *routes, ())) == judged(instance, routes)


@pytest.mark.parametrize("way", WAYS)
@given(seed=st.integers(0, 10**6), kind=st.sampled_from(KINDS))
@settings(deadline=None, max_examples=25)
def test_a_spoilt_answer_is_refused_with_a_sentence(way: str, seed: int, kind: Kind) -> None:
    spoilt = WAYS[way](*contest(seed, kind), Random(seed))
    assume(spoilt is not None)
    assert spoilt is not None
    with pytest.raises(BadAnswer, match=r"\.$"):
        judged(*spoilt)


def _shuffled(routes: Routes, luck: Random) -> Routes:
    """Some nodes move, within a route or to another."""
    lists = [list(route) for route in routes]
    for _ in range(luck.randrange(4)):
        giver, taker = luck.choice(lists), luck.choice(lists)
        if giver:
            node = giver.pop(luck.randrange(len(giver)))
            taker.insert(luck.randrange(len(taker) + 1), node)
    return tuple(tuple(route) for route in lists)


@given(st.integers(0, 10**6), st.sampled_from(KINDS), st.booleans())
@settings(deadline=None, max_examples=200)
def test_judge_and_walker_never_differ(seed: int, kind: Kind, is_wide: bool) -> None:
    instance, routes = contest(seed, kind)
    luck = Random(seed)
    if is_wide:
        nodes = tuple(replace(n, due=n.due + luck.choice((0, 40, 400))) for n in instance.nodes[1:])
        depot = replace(instance.nodes[0], due=instance.nodes[0].due + 400)
        instance = replace(instance, nodes=(depot, *nodes), capacity=instance.capacity + 5)
    changed = _shuffled(routes, luck)
    try:
        metres: float | None = judged(instance, changed)[1]
    except BadAnswer:
        metres = None
    assert metres == walked(instance, changed)
