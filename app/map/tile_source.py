"""Tiles from the database: psycopg 3's own pool, opened at the first tile, healed after a restart."""

from __future__ import annotations

import asyncio
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg.errors import QueryCanceled
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from app.core.problems import Busy, NotFound
from app.map.tile_cache import Address

STATEMENT = (
    "SELECT ground_tile(id, %s, %s, %s) FROM map_dataset WHERE digest = %s AND built_at IS NOT NULL"
)
# A tile takes milliseconds; whoever waits longer is better told to come again.
WAIT_S = 5.0
STATEMENT_TIMEOUT_MS = 5_000
# More connections than this only queue inside the database: twice the cores of a usual machine.
CONNECTIONS_MAX = 8
Pool = AsyncConnectionPool[AsyncConnection[Any]]


class TileSource:
    """Cuts tiles. One per process; its pool belongs to the event loop that first asked."""

    def __init__(self, database_url: str, pool_size: int) -> None:
        self._url = database_url.replace("postgresql+psycopg2://", "postgresql://", 1)
        self._size = min(pool_size, CONNECTIONS_MAX)
        self._pool: Pool | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def tile(self, address: Address) -> bytes:
        """The tile's bytes, empty where the extract has nothing.

        Raises NotFound for a dataset nobody built, Busy while the database does not answer.
        """
        pool = await self._open()
        try:
            return await self._cut(pool, address)
        except (PoolTimeout, QueryCanceled):
            raise Busy from None
        except OperationalError:
            # The database was restarted: the pool's other connections are as dead as this one.
            await pool.check()
        try:
            return await self._cut(pool, address)
        except OperationalError:
            raise Busy from None

    async def close(self) -> None:
        """Let the connections go."""
        pool, self._pool = self._pool, None
        if pool is not None and self._loop is asyncio.get_running_loop():
            await pool.close()

    async def _open(self) -> Pool:
        loop = asyncio.get_running_loop()
        if self._pool is None or self._loop is not loop:
            self._pool, self._loop = self._new_pool(), loop
            await self._pool.open()
        return self._pool

    def _new_pool(self) -> Pool:
        return AsyncConnectionPool(
            self._url,
            kwargs={
                "autocommit": True,
                # PgBouncer hands each transaction another connection: prepare nothing.
                "prepare_threshold": None,
                "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c timezone=UTC",
                "application_name": "foodmap-tiles",
            },
            min_size=1,
            max_size=self._size,
            timeout=WAIT_S,
            # Attempts double their pause: a short series, begun anew by the next request, finds
            # a database that is back within seconds.
            reconnect_timeout=WAIT_S,
            open=False,
            name="tiles",
        )

    @staticmethod
    async def _cut(pool: Pool, address: Address) -> bytes:
        values = (address.z, address.x, address.y, address.digest)
        async with pool.connection() as connection, connection.cursor(binary=True) as cursor:
            await cursor.execute(STATEMENT, values)
            row = await cursor.fetchone()
        if row is None:
            raise NotFound
        return bytes(row[0])
