"""The web app: wiring only."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

import app.tables  # noqa: F401 - every table is known before the first query
from app import listeners, pages
from app.accounts.routes import router as accounts
from app.core import document, health, logs, problems
from app.core.web import RequestFrame
from app.donors.routes import router as donors
from app.food.routes import router as food
from app.map.place_routes import router as places
from app.map.routes import router as map_
from app.map.sheet_routes import router as sheets
from app.map.tiles import Tiles
from app.map.tiles import install as install_tiles
from app.matching.routes import router as matching
from app.recipients.import_routes import router as register_import
from app.recipients.routes import router as recipients
from app.reports.desk import router as desk
from app.reports.household import router as household
from app.runs.plan.change_routes import router as changes
from app.runs.plan.routes import router as plans
from app.runs.replan.routes import router as replans
from app.runs.routes import router as runs
from app.runs.trip_routes import router as trips
from app.settings import settings
from app.tracking.routes import router as tracking
from app.volunteers.routes import router as volunteers

ROUTERS = (
    accounts,
    donors,
    recipients,
    volunteers,
    food,
    register_import,
    matching,
    plans,
    changes,
    trips,
    runs,
    replans,
    desk,
    household,
    map_,
    places,
    sheets,
    tracking,
    health.router,
)


def create_app() -> FastAPI:
    """Build the application: rooms' routes, problem answers, the request frame, the pages."""
    chosen = settings()
    logs.configure(chosen.log_level)
    tiles = Tiles(chosen)
    app_ = FastAPI(
        title="Food Aid Map",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        responses=document.PROBLEM_RESPONSES,
        lifespan=tiles.lifespan,
    )
    problems.install(app_)
    document.install(app_)
    for router in ROUTERS:
        app_.include_router(router)
    listeners.subscribe()
    pages.mount(app_)
    # Level 1 halves a page in half a millisecond; higher levels cost more than they save.
    app_.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=1)
    app_.add_middleware(RequestFrame, settings=chosen)
    install_tiles(app_, tiles)
    return app_
