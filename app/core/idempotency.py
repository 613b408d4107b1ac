"""Idempotency-Key: a phone may say the same thing fifty times; it happens once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request
from sqlalchemy import ForeignKey, LargeBinary, PrimaryKeyConstraint, func, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.models import Base
from app.core.problems import Problem


class IdempotencyKey(Base):
    """A key that was used, by whom, for what, and what was answered."""

    __tablename__ = "idempotency_key"
    __table_args__ = (PrimaryKeyConstraint("org_id", "person_id", "key"),)

    org_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[UUID]
    key: Mapped[str]
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class KeyReused(Problem):
    """The same key came with another body."""

    status, type = 422, "key-reused"
    sentence = "这个提交编号已经用过，内容不同。"
    sentence_en = "This Idempotency-Key was used before with a different body."


class StillInFlight(Problem):
    """The first one has not ended: try again."""

    type = "in-flight"
    sentence = "上一次提交还在处理，请稍等再试。"
    sentence_en = "The first submission is still being worked on; try again."


async def _fingerprint(request: Request) -> bytes:
    body = await request.body()
    return hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + body).digest()


Fingerprint = Annotated[bytes, Depends(_fingerprint)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=8, max_length=100)]


def once(
    db: Session,
    who: tuple[UUID, UUID],
    key: str | None,
    fingerprint: bytes,
    act: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    """Do `act` once per (organisation, person) `who` and key; later calls get its answer.

    The key is stored in the same transaction as the effect, so both are kept or neither.
    Raises KeyReused for another body, StillInFlight while the first is under way.
    """
    if key is None:
        return act()
    lock = int.from_bytes(hashlib.sha256(f"{who}|{key}".encode()).digest()[:8], "big", signed=True)
    if not db.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": lock}):
        problem = StillInFlight()
        problem.headers["Retry-After"] = "1"
        raise problem
    known = db.get(IdempotencyKey, (*who, key))
    if known is not None:
        if known.request_hash != fingerprint:
            raise KeyReused
        return known.answer
    answer: dict[str, Any] = json.loads(json.dumps(act(), default=str))
    db.add(
        IdempotencyKey(
            org_id=who[0], person_id=who[1], key=key, request_hash=fingerprint, answer=answer
        )
    )
    return answer
