"""The engine, and the one place that commits: before the answer leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Annotated
from uuid import UUID

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from fastapi import Depends
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from app.core.tenancy import enter_organisation
from app.settings import settings

# A statement that runs longer than this is a bug or an attack; nobody waits for it.
STATEMENT_TIMEOUT_MS = 20_000


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The pool of connections that serve requests and job steps."""
    chosen = settings()
    return create_engine(
        chosen.database_url,
        pool_size=chosen.pool_size,
        max_overflow=chosen.pool_size,
        pool_pre_ping=True,
        hide_parameters=True,  # an error's text must not carry what people typed
        connect_args={
            "options": f"-c statement_timeout={STATEMENT_TIMEOUT_MS} "
            # Compiling took 13 s of a map answer that then ran for 0.2 s.
            "-c lock_timeout=10000 -c timezone=UTC -c jit=off",
            "application_name": "foodmap",
        },
    )


@contextmanager
def transaction(org_id: UUID | None = None) -> Iterator[Session]:
    """One unit of work: all of it is committed at the end, or none of it.

    Raises whatever the work or the COMMIT raises (a deferred constraint speaks there).
    """
    with Session(engine(), expire_on_commit=False) as db:
        if org_id is not None:
            enter_organisation(db, org_id)
        yield db
        db.commit()


def refresh_statistics(db: Session) -> None:
    """Let the database look at what this transaction has just loaded in bulk, as its last step.

    Else queries are planned as if the tables were empty until autovacuum comes by. The looked-at
    tables stay locked against another such look until the commit, not against readers and writers.
    """
    db.execute(text("SELECT refresh_statistics()"))


# One per event loop: a limiter belongs to the loop it was made in.
_turns: RunVar[CapacityLimiter] = RunVar("_turns")


async def _turn() -> AsyncIterator[None]:
    """Let only as many requests in as there are connections; the others wait here for free.

    A request keeps its connection from one step to the next, and each step wants a thread of the
    server's 40. Without turns, 40 threads wait for a connection while the requests that hold all
    of them wait for a thread, until the pool gives up after 30 s.
    """
    try:
        turns = _turns.get()
    except LookupError:
        turns = CapacityLimiter(settings().pool_size * 2)
        _turns.set(turns)
    # Many dependencies of one request may run in different tasks: the turn borrows for itself.
    borrower = object()
    await turns.acquire_on_behalf_of(borrower)
    try:
        yield
    finally:
        turns.release_on_behalf_of(borrower)


def _request_transaction(
    _turn: Annotated[None, Depends(_turn, scope="function")],
) -> Iterator[Session]:
    with transaction() as db:
        yield db


# scope="function": FastAPI ends it before it sends the answer; the default scope
# would commit after the client has already been told that all went well.
Db = Annotated[Session, Depends(_request_transaction, scope="function")]
