"""What every table shares: naming, ids, stamps, the owner organisation."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    MetaData,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.schema import SchemaItem

from app.core.ids import new_id

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base; `type_annotation_map` keeps every instant in UTC."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


class Row:
    """An id that sorts by time, and when the row was made."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class OrgOwned(Row):
    """A row that belongs to one organisation, guarded by row-level security.

    `rules_of_table` adds a table's own constraints; the pair (org_id, id) is
    unique so that a reference can never cross from one tenant to another.
    """

    org_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    rules_of_table: tuple[SchemaItem, ...] = ()

    @declared_attr.directive
    def __table_args__(cls) -> tuple[SchemaItem, ...]:  # noqa: N805 - declared_attr
        return (UniqueConstraint("org_id", "id"), *cls.rules_of_table)


class Versioned:
    """A row that people edit: the version is its ETag."""

    version: Mapped[int] = mapped_column(default=1)


def belongs_to(table: str, column: str) -> ForeignKeyConstraint:
    """A reference that stays inside the organisation: (org_id, column) → (org_id, id)."""
    return ForeignKeyConstraint(["org_id", column], [f"{table}.org_id", f"{table}.id"])


def one_of(column: str, words: tuple[str, ...]) -> CheckConstraint:
    """Only these words may stand in the column."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")
