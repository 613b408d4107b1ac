"""What travels between the map and the server. Every position is WGS-84, longitude first."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from app.core.fields import Schema


class MapOffer(Schema):
    """Food that waits at a site."""

    id: UUID
    food: str
    grams: int
    ready_until: datetime
    state: str


class MapDonor(Schema):
    """A donor's site. Red square 捐."""

    id: UUID
    donor_id: UUID
    name: str
    kind: str
    lng: float
    lat: float
    street: str
    storage_class: str
    offer: MapOffer | None


class MapRecipient(Schema):
    """A recipient, masked, without door. Blue circle 受."""

    id: UUID
    label: str
    kind: str
    lng: float
    lat: float
    street: str
    waiting_days: int
    boxes: int


class MapCell(Schema):
    """A fixed hexagon with at least ten households, rounded to five."""

    id: str
    polygon: list[list[float]]
    lng: float
    lat: float
    households: int
    label: str


class MapHub(Schema):
    """A hub and what lies there. White diamond 仓."""

    id: UUID
    name: str
    lng: float
    lat: float
    grams: int
    storage: list[str]


class MapCounts(Schema):
    """How much there is within the box; recipients are estimated from cells where points are not shown."""

    donors: int
    recipients: int
    hubs: int
    runs: int


class FeaturesOut(Schema):
    """Everything within a box."""

    donors: list[MapDonor]
    recipients: list[MapRecipient]
    cells: list[MapCell]
    hubs: list[MapHub]
    counts: MapCounts


class MapStop(Schema):
    """A stop, as precise as the reader may see it."""

    id: UUID
    seq: int
    kind: str
    label: str
    lng: float
    lat: float
    planned_at: datetime
    state: str
    households: int
    grams: int
    boxes: int
    load_after_grams: int


class MapRun(Schema):
    """A run; `exact` says whether its line and stops are at their doors or in the middle of squares."""

    id: UUID
    number: int
    shape: str
    mode: str
    state: str
    volunteer: str
    vehicle: str
    stops_done: int
    stops_total: int
    distance_m: int
    duration_s: int
    source: str
    capacity_grams: int
    max_load_grams: int
    allowed: list[str]
    exact: bool
    geometry: list[list[float]]
    stops: list[MapStop]


class District(Schema):
    """A district's name at its place on the plain ground."""

    name_zh: str
    name_en: str
    lng: float
    lat: float


class GroundTiles(Schema):
    """The live extract's vector tiles: `url` with {z}/{x}/{y}, `bounds` west, south, east, north."""

    url: str
    min_zoom: int
    max_zoom: int
    bounds: list[float]
    attribution: str


class GroundLayer(Schema):
    """The operator's own raster layer, and the datum its pictures are drawn in."""

    url: str
    attribution: str
    datum: Literal["wgs84", "gcj02", "bd09"]


class GroundOut(Schema):
    """What the map stands on; without tiles and layer the plain ground shows the districts.

    `roads`: travel times are estimates, stand on real roads, or should and their engines are down.
    """

    districts: list[District]
    tiles: GroundTiles | None
    layer: GroundLayer | None
    roads: Literal["estimate", "roads", "down"]
