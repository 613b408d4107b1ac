"""The OpenAPI document says what is true: every route may also answer with a problem."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from app.core.problems import MEDIA_TYPE

_SEEN = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_WORDS = {
    401: "Sign in first",
    403: "Not for this role",
    404: "Not found, or not yours to see",
    409: "Refused in the present state",
    412: "Somebody else saved first",
    413: "Too large",
    422: "Malformed; `errors` lists the fields",
    429: "Too often",
    503: "Busy; try again",
}
# For FastAPI(responses=...); a 422 of our own also keeps FastAPI's default one out.
PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": words, "content": _SEEN} for status, words in _WORDS.items()
}
PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "A refusal (RFC 9457): `type` for programs, `title` for people.",
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "description": "Begins with /problems/"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "state": {"type": "string"},
        "allowed": {"type": "array", "items": {"type": "string"}},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def install(app: FastAPI) -> None:
    """Describe problems once, and take out what FastAPI would describe and we never answer."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            schemas = document.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = PROBLEM_SCHEMA
            for theirs in ("HTTPValidationError", "ValidationError"):
                schemas.pop(theirs, None)
        return generate()

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way
