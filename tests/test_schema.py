"""The API document is true: whatever requests are made from it, we answer as it says."""

from __future__ import annotations

from itertools import count
from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import text

from app.core.db import transaction
from tests.access_table import ROUTES, Access
from tests.world import World

EXAMPLES = 8
CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
bounded = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _never_ends(method: str, path: str, operation: dict[str, Any]) -> bool:
    said = operation["responses"].get("200", {}).get("content", {})
    return "text/event-stream" in said or ROUTES.get((method, path), Access(None)).endless


def _ask(operation: Any, world: World) -> list[str]:
    """What one operation answered that its document does not say.

    Every other request names a real row, where the access table knows how to make one.
    """
    method, path = operation.method.upper(), operation.path
    access = ROUTES.get((method, path), Access(None))
    cookies = dict(world.client("coordinator").cookies)
    real = access.row(world, "coordinator") if access.row else {}
    turn = count()

    @bounded
    @given(case=operation.as_strategy())
    def as_documented(case: Case) -> None:
        if real and next(turn) % 2:
            case.path_parameters |= {name: str(value) for name, value in real.items()}
        case.call_and_validate(cookies=cookies, checks=CHECKS)

    try:
        as_documented()
    except FailureGroup as group:
        return [" ".join(str(failure).split())[:400] for failure in group.exceptions]
    return []


def test_every_operation_answers_as_its_document_says(application: FastAPI, world: World) -> None:
    with transaction() as db:  # ready is when a worker lives
        db.execute(
            text(
                "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() + interval '1 h')"
            )
        )
    document = schemathesis.openapi.from_asgi("/api/v1/openapi.json", application)
    asked, untrue = 0, {}
    for found in document.get_all_operations():
        operation = found.ok()
        method, path = operation.method.upper(), operation.path
        if _never_ends(method, path, operation.definition.raw):
            continue
        faults = _ask(operation, world)
        asked += 1
        if faults:
            untrue[f"{method} {path}"] = faults
    assert untrue == {}
    assert asked > 10


def test_refusals_are_described_once_and_the_frameworks_own_are_gone(
    application: FastAPI,
) -> None:
    document = application.openapi()
    assert not {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"])
    for path, item in document["paths"].items():
        for method, operation in item.items():
            refusals = {status for status in operation["responses"] if status.startswith("4")}
            assert {"401", "403", "404", "409", "422"} <= refusals, (method, path)
            for status in refusals:
                said = operation["responses"][status]["content"]
                assert list(said) == ["application/problem+json"], (method, path, status)
