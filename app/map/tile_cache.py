"""Tiles that this process has cut lately, compressed, within a bound of bytes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

# What an entry costs beside its bytes: key, object, two dictionary slots.
ENTRY_BYTES = 500


@dataclass(frozen=True, slots=True)
class Address:
    """One tile of one dataset (web mercator, y from the north)."""

    digest: str
    z: int
    x: int
    y: int


class TileCache:
    """The least recently asked goes first. One event loop uses it: no lock."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._kept: OrderedDict[Address, bytes] = OrderedDict()
        self.bytes = 0

    def get(self, address: Address) -> bytes | None:
        """The gzip of the tile, or None."""
        body = self._kept.get(address)
        if body is not None:
            self._kept.move_to_end(address)
        return body

    def put(self, address: Address, body: bytes) -> None:
        """Keep it; drop what was not asked for longest until all fits."""
        before = self._kept.pop(address, None)
        if before is not None:
            self.bytes -= len(before) + ENTRY_BYTES
        self._kept[address] = body
        self.bytes += len(body) + ENTRY_BYTES
        while self.bytes > self._bytes_max:
            _, oldest = self._kept.popitem(last=False)
            self.bytes -= len(oldest) + ENTRY_BYTES

    def __len__(self) -> int:
        return len(self._kept)
