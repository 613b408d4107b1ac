"""What the map stands on: tiles of an extract, the operator's own layer, or plain districts."""

from __future__ import annotations

from typing import Literal

from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.accounts.models import Organisation
from app.map.schemas import District, GroundLayer, GroundOut, GroundTiles
from app.map.tiles import PREFIX, ZOOM_MAX, ZOOM_MIN
from app.places.ground import datasets
from app.places.ground.queries import ATTRIBUTION
from app.roads.service import roads_state
from app.settings import settings


def ground(db: Session, subject: Subject) -> GroundOut:
    """Everything a page needs to draw its ground."""
    return GroundOut(
        districts=_districts(db, subject), tiles=_tiles(db), layer=_layer(), roads=_roads(db)
    )


def _roads(db: Session) -> Literal["estimate", "roads", "down"]:
    state = roads_state(db)
    if state.source != "estimate":
        return "roads"
    return "down" if state.reason == "no_answer" else "estimate"


def _districts(db: Session, subject: Subject) -> list[District]:
    rows = db.get_one(Organisation, subject.org_id).districts
    return [
        District.model_validate({key: row[key] for key in District.model_fields}) for row in rows
    ]


def _tiles(db: Session) -> GroundTiles | None:
    dataset = datasets.live(db)
    if dataset is None:
        return None
    return GroundTiles(
        url=f"{PREFIX}{dataset.digest}/{{z}}/{{x}}/{{y}}.mvt",
        min_zoom=ZOOM_MIN,
        max_zoom=ZOOM_MAX,
        bounds=list(dataset.bounds),
        attribution=ATTRIBUTION,
    )


def _layer() -> GroundLayer | None:
    chosen = settings()
    if not chosen.tile_url:
        return None
    return GroundLayer(
        url=chosen.tile_url, attribution=chosen.tile_attribution, datum=chosen.tile_datum
    )
