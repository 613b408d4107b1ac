"""Every route, every role, own and other organisation: nobody gets further than the table says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest
from fastapi import FastAPI
from starlette.routing import BaseRoute, Mount

from app.accounts.models import ROLES
from tests.access_table import ONLY_WHEN_BUILT, ROUTES, Access
from tests.world import World

PROBLEM = "application/problem+json"
Route = tuple[str, str]


@pytest.fixture(scope="module")
def town(application: FastAPI) -> World:
    """Return the organisation that owns the rows of this walk."""
    return World(application)


@pytest.fixture(scope="module")
def strangers(application: FastAPI) -> World:
    """Return the organisation that must find nothing."""
    return World(application)


def _plain_routes(routes: Iterable[BaseRoute], prefix: str = "") -> Iterator[Route]:
    """Walk the route objects, so that routes outside the document are found too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _plain_routes(inner.routes, prefix + route.include_context.prefix)
        elif not isinstance(route, Mount):
            for method in (getattr(route, "methods", None) or {"WEBSOCKET"}) - {"HEAD"}:
                yield method, prefix + getattr(route, "path", "?")


def every_route(app: FastAPI) -> set[Route]:
    """Return (method, path) of all that the application answers, in the document or not."""
    documented = {
        (method.upper(), path) for path, item in app.openapi()["paths"].items() for method in item
    }
    # The document writes {rest:path} as {rest}; both are the same route.
    plain = set(_plain_routes(app.routes))
    spelled = {(method, re.sub(r":\w+}", "}", path)) for method, path in plain}
    return plain | (documented - spelled)


def ask(
    world: World, role: str | None, route: Route, ids: dict[str, object], send: dict[str, object]
) -> int:
    """Send one request and return its status; every refusal must be a problem document."""
    method, template = route
    path = re.sub(r"{(\w+)(?::\w+)?}", lambda name: str(ids.get(name[1], "x")), template)
    answer = world.client(role).request(method, path, **send)  # type: ignore[arg-type]
    if answer.status_code in (401, 403, 404):
        assert answer.headers["content-type"] == PROBLEM
    return answer.status_code


def _path_values(access: Access, world: World, role: str) -> dict[str, object]:
    return dict(access.row(world, role)) if access.row else {}


def test_every_route_stands_in_the_table(application: FastAPI) -> None:
    assert sorted(every_route(application) - ROUTES.keys()) == []


def test_every_row_of_the_table_has_its_route(application: FastAPI) -> None:
    assert sorted(ROUTES.keys() - every_route(application) - ONLY_WHEN_BUILT) == []


def test_the_walk_sees_a_route_that_is_left_out_of_the_document(application: FastAPI) -> None:
    assert ("GET", "/signin") in every_route(application)
    assert ("DELETE", "/api/v1/share-links/{link_id}") in set(_plain_routes(application.routes))


@pytest.mark.parametrize("route", sorted(ROUTES), ids=" ".join)
def test_the_anonymous_public_gets_in_only_where_the_table_says(
    route: Route, town: World, application: FastAPI
) -> None:
    access = ROUTES[route]
    _skip_unbuilt(route, application)
    if access.roles is None and access.endless:
        pytest.skip("a public live stream refuses nobody and never ends")
    status = ask(town, None, route, _path_values(access, town, "coordinator"), access.body(town))
    if access.roles is not None:
        assert status == 401
    else:
        assert status not in (401, 403)


@pytest.mark.parametrize(
    "route", sorted(route for route in ROUTES if ROUTES[route].roles is not None), ids=" ".join
)
def test_each_role_gets_in_only_where_the_table_says(route: Route, town: World) -> None:
    access = ROUTES[route]
    assert access.roles is not None
    shut = {}
    for role in ROLES:
        if role in access.roles and access.endless:
            continue
        ids = _path_values(access, town, role if role in access.roles else min(access.roles))
        status = ask(town, role, route, ids, access.body(town))
        if (status in (401, 403)) == (role in access.roles) or (
            role not in access.roles and status != 403
        ):
            shut[role] = status
    assert shut == {}


def _guarded_rows() -> list[Route]:
    return sorted(
        route
        for route, access in ROUTES.items()
        if access.row and access.roles and not access.reveals_to_other
    )


@pytest.mark.parametrize("route", _guarded_rows(), ids=" ".join)
def test_another_organisations_row_is_not_found(
    route: Route, town: World, strangers: World
) -> None:
    access = ROUTES[route]
    assert access.roles is not None
    seen = {}
    for role in sorted(access.roles):
        status = ask(
            strangers, role, route, _path_values(access, town, role), access.body(strangers)
        )
        if status != 404:
            seen[role] = status
    assert seen == {}


def test_every_guarded_path_with_an_id_says_how_its_row_is_made() -> None:
    bare = [
        route
        for route, access in ROUTES.items()
        if "{" in route[1] and access.roles and access.row is None
    ]
    assert bare == []


def _skip_unbuilt(route: Route, application: FastAPI) -> None:
    if route in ONLY_WHEN_BUILT and route not in every_route(application):
        pytest.skip("the pages are not built here")
