"""Public instances as text: Solomon and Gehring & Homberger (VRPTW), Li & Lim (PDPTW).

The formats are those of the SINTEF benchmark pages: a VRPTW file names itself in the first line
and has a VEHICLE and a CUSTOMER table; a PDPTW file begins with `vehicles capacity speed` and has
nine columns, of which the last two name a delivery's pickup and a pickup's delivery. Copies in
the wild differ in blanks, tabs, line ends and letters; all of that reads alike.
"""

from __future__ import annotations

import math
from itertools import islice
from pathlib import Path

from app.planning.contest.instances import Instance, Kind, Node

BYTES_MAX = 2_000_000
"""Thrice the largest instance that anybody published (1,000 customers: 0.1 MB; 10,000: 0.6 MB)."""

NODES_MAX = 10_001
LARGEST = 1_000_000
"""Of any number: thousandths of it still fit the 32 bits that VROOM's matrices have."""

SHOWN_CHARACTERS = 20

Row = tuple[int, list[float]]
"""A line's number in the file and its values."""


class BadInstance(ValueError):
    """The file is no instance; the sentence says where it goes wrong."""


def read_file(path: Path) -> Instance:
    """The instance in a file, named after it. Raises BadInstance with one sentence."""
    try:
        if not path.exists():
            raise BadInstance(f"{path} is not there.")
        if not path.is_file():
            raise BadInstance(f"{path} is no file.")
        with path.open("rb") as file:
            raw = file.read(BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, BadInstance):
            raise
        said = error.strerror if isinstance(error, OSError) else error
        raise BadInstance(f"{path} cannot be read: {said}.") from None
    if len(raw) > BYTES_MAX:
        raise BadInstance(f"{path} is larger than {BYTES_MAX // 1_000_000} MB: no instance is.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = raw.count(b"\n", 0, error.start) + 1
        raise BadInstance(f"{path}: line {number} holds bytes that are no text.") from None
    return read_instance(text, path.stem)


def read_instance(text: str, name: str) -> Instance:
    """The instance that a file's text describes. Raises BadInstance with one sentence."""
    # Only real line ends count: splitlines would also cut at NUL's neighbours and form feeds.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    filled = ((number, line.split()) for number, line in enumerate(lines, start=1))
    words = [(number, found) for number, found in filled if found]
    if not words:
        raise BadInstance(f"{name} is empty.")
    start = next((i for i, (_, row) in enumerate(words) if row[0].upper() == "CUSTOMER"), None)
    if start is None:
        return _pdptw(name, words)
    return _vrptw(name, words, start)


def _vrptw(name: str, words: list[tuple[int, list[str]]], start: int) -> Instance:
    # Line 1 is the file's own name, which may be a number: the fleet stands below VEHICLE.
    at = next((i for i, (_, row) in enumerate(words) if row[0].upper() == "VEHICLE"), start)
    fleets = [row for row in words[at:start] if _is_number(row[1][0])]
    if not fleets:
        raise BadInstance(f"{name}: line {words[start][0]} comes before any fleet.")
    fleet = _values(name, *fleets[0], 2)
    # Below CUSTOMER come one or two lines of headings, whatever they say.
    rows = words[start + 1 :]
    rest = [row for i, row in enumerate(rows) if i > 1 or _is_number(row[1][0])]
    table = _table(name, rest, 7)
    nodes = [Node(x, y, _whole(name, n, d), r, due, s) for n, (_, x, y, d, r, due, s) in table]
    return _checked(name, fleet, nodes, table, is_paired=False)


def _pdptw(name: str, words: list[tuple[int, list[str]]]) -> Instance:
    fleet = _values(name, *words[0], 3)
    table = _table(name, words[1:], 9)
    nodes = []
    for number, (_, x, y, demand, ready, due, service, before, after) in table:
        other = _whole(name, number, before or after)
        if before and after:
            raise BadInstance(f"{name}: line {number} names both a pickup and a delivery.")
        nodes.append(Node(x, y, _whole(name, number, demand), ready, due, service, other))
    return _checked(name, fleet, nodes, table, is_paired=True)


def _table(name: str, words: list[tuple[int, list[str]]], columns: int) -> list[Row]:
    """The rows in the order of their node numbers, which count from 0."""
    found = [
        (number, _values(name, number, row, columns)[1])
        for number, row in islice(words, NODES_MAX + 1)
    ]
    if len(found) > NODES_MAX:
        raise BadInstance(f"{name}: line {found[-1][0]} is one row too many ({NODES_MAX}).")
    for rank, (number, values) in enumerate(found):
        if values[0] != rank:
            raise BadInstance(f"{name}: line {number} should be node {rank}, not {values[0]:g}.")
    return found


def _values(name: str, number: int, row: list[str], columns: int) -> Row:
    for word in row[:columns]:
        if not _is_number(word):
            shown = ascii(word[:SHOWN_CHARACTERS])
            raise BadInstance(f"{name}: line {number} should hold numbers, not {shown}.")
    if len(row) != columns:
        raise BadInstance(f"{name}: line {number} has {len(row)} columns instead of {columns}.")
    values = [float(word) for word in row]
    if max(map(abs, values)) > LARGEST:
        raise BadInstance(f"{name}: line {number} holds a number above {LARGEST:,}.")
    return number, values


def _is_number(word: str) -> bool:
    try:
        # Python reads 1_000 and ١ as numbers; an instance's file does not mean them.
        return math.isfinite(float(word)) and word.isascii() and "_" not in word
    except ValueError:
        return False


def _whole(name: str, number: int, value: float) -> int:
    if not value.is_integer():
        raise BadInstance(f"{name}: line {number} should give a whole number, not {value:g}.")
    return int(value)


def _checked(
    name: str, fleet: Row, nodes: list[Node], table: list[Row], *, is_paired: bool
) -> Instance:
    number, head = fleet
    vehicles, capacity = (_whole(name, number, value) for value in head[:2])
    if vehicles < 1 or capacity < 1:
        raise BadInstance(f"{name}: line {number} gives no vehicle that can carry anything.")
    if len(nodes) < 2:
        raise BadInstance(
            f"{name} has no customers after line {table[-1][0] if table else number}."
        )
    for rank, (node, (line, _)) in enumerate(zip(nodes, table, strict=True)):
        fault = _fault(rank, node, nodes, capacity, is_paired=is_paired)
        if fault:
            raise BadInstance(f"{name}: line {line}: {fault}.")
    kind: Kind = "pdptw" if is_paired else "vrptw"
    return Instance(name, kind, min(vehicles, len(nodes) - 1), capacity, tuple(nodes))


def _fault(
    rank: int, node: Node, nodes: list[Node], capacity: int, *, is_paired: bool
) -> str | None:
    """What is wrong with a node, as the end of a sentence."""
    if min(node.ready, node.due, node.service) < 0:
        return f"node {rank} has a time below 0"
    if node.ready > node.due:
        return f"node {rank} closes before it opens"
    if rank == 0:
        return "the depot wants or pairs something" if node.demand or node.other else None
    if abs(node.demand) > capacity:
        return f"node {rank} asks for {node.demand}, but a vehicle carries {capacity}"
    if is_paired:
        good = _is_paired(nodes, rank)
        return None if good else f"node {rank} and its other end do not belong together"
    return f"node {rank} asks for less than nothing" if node.demand < 0 else None


def _is_paired(nodes: list[Node], rank: int) -> bool:
    node = nodes[rank]
    if not (0 < node.other < len(nodes)) or node.other == rank or node.demand == 0:
        return False
    other = nodes[node.other]
    return other.other == rank and other.demand == -node.demand
