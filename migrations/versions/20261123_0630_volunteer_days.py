"""Breaks, several trips, must-serve days, skills, a second window and visits, as the planner needs.

Revision ID: volunteer_days_1
Revises: plan_parts_1
"""

from __future__ import annotations

from alembic import op

revision = "volunteer_days_1"
down_revision = "plan_parts_1"
branch_labels = None
depends_on = None

BREAK_WHOLE = (
    "num_nulls(break_from_minute, break_until_minute, break_minutes) = 3 OR "
    "(num_nulls(break_from_minute, break_until_minute, break_minutes) = 0 "
    "AND break_minutes > 0 AND break_from_minute >= from_minute "
    "AND break_until_minute >= break_from_minute "
    "AND break_until_minute + break_minutes <= until_minute)"
)
SECOND_WINDOW = (
    "num_nulls(second_from_minute, second_until_minute) = 2 OR "
    "(num_nulls(second_from_minute, second_until_minute) = 0 "
    "AND second_from_minute > window_until_minute AND second_until_minute > second_from_minute)"
)
CHECKS = (
    ("shift", "break_whole", BREAK_WHOLE),
    ("volunteer", "trips_sensible", "trips_max BETWEEN 1 AND 5"),
    ("volunteer", "stops_sensible", "max_stops BETWEEN 1 AND 100"),
    ("recipient", "second_window_after", SECOND_WINDOW),
    ("recipient", "visit_sensible", "visit_minutes BETWEEN 5 AND 240"),
)
COLUMNS = (
    ("shift", "break_from_minute", "integer"),
    ("shift", "break_until_minute", "integer"),
    ("shift", "break_minutes", "integer"),
    ("volunteer", "trips_max", "integer NOT NULL DEFAULT 1"),
    ("volunteer", "max_stops", "integer"),
    ("recipient", "must_serve_on", "date"),
    ("recipient", "skills_needed", "varchar[] NOT NULL DEFAULT '{}'"),
    ("recipient", "second_from_minute", "integer"),
    ("recipient", "second_until_minute", "integer"),
    ("recipient", "visit_due_on", "date"),
    ("recipient", "visit_minutes", "integer NOT NULL DEFAULT 30"),
    ("stop", "visits", "uuid[] NOT NULL DEFAULT '{}'"),
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, column, kind in COLUMNS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    for table, name, condition in CHECKS:
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({condition})")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, name, _ in reversed(CHECKS):
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
    for table, column, _ in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
