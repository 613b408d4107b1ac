"""The map's hot read: one statement, whose answer is the finished body."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.accounts.access import CREW, STAFF, Subject
from app.core.clock import now
from app.map.rules import HEXAGON_EDGE_M, HOUSEHOLDS_MIN, ROUND_TO, Box, to_metres

# More points than this, or farther out than a whole city, and the map shows cells only.
POINTS_ZOOM_MIN = 8
POINTS_MAX = 20_000
# About 100 m: which building it is stays out of what a volunteer's browser holds.
VOLUNTEER_DIGITS, EXACT_DIGITS = 3, 6
NOTHING = "'[]'::json"

# `geom && box` stands first in each: it is what the spatial index answers.
BOX = "ST_MakeEnvelope(:west, :south, :east, :north, 4326)"
DONORS = f"""
SELECT coalesce(json_agg(json_build_object(
  'id', s.id, 'donor_id', s.donor_id, 'name', s.name, 'kind', d.kind,
  'lng', round(ST_X(s.geom)::numeric, 6), 'lat', round(ST_Y(s.geom)::numeric, 6),
  'street', s.street, 'storage_class', s.storage_class, 'offer', o.offer) ORDER BY s.name, s.id), '[]')
FROM site s
JOIN donor d ON d.org_id = s.org_id AND d.id = s.donor_id
LEFT JOIN (
  SELECT DISTINCT ON (site_id) site_id, json_build_object('id', id, 'food', food, 'grams', grams,
    'ready_until', ready_until, 'state', state) AS offer
  FROM offer WHERE org_id = :org AND state IN ('announced', 'accepted') AND ready_until > :at
  ORDER BY site_id, state, ready_until, id) o ON o.site_id = s.id
WHERE s.geom && {BOX} AND s.org_id = :org AND s.ended_at IS NULL AND d.ended_at IS NULL
  AND (:all_donors OR s.donor_id = :donor)
"""  # noqa: S608 - constants of this module; what people send is bound
SERVED = "r.org_id = :org AND r.state = 'active' AND r.approved_at IS NOT NULL"
RECIPIENTS = f"""
SELECT CASE WHEN count(*) > {POINTS_MAX} THEN '[]' ELSE coalesce(json_agg(json_build_object(
  'id', p.id, 'label', p.label, 'kind', p.kind, 'lng', round(ST_X(p.geom)::numeric, :digits),
  'lat', round(ST_Y(p.geom)::numeric, :digits), 'street', p.street,
  'waiting_days', greatest(0, :today - p.since), 'boxes', p.boxes)), '[]') END
FROM (
  SELECT r.id, r.kind, r.geom, r.street, coalesce(r.last_food_on, r.registered_on) AS since,
    CASE r.kind WHEN 'household' THEN left(r.name, 1) || '**' ELSE r.name END AS label,
    coalesce(a.boxes, 1) AS boxes
  FROM recipient r
  LEFT JOIN (
    SELECT recipient_id, sum(boxes) AS boxes FROM allocation
    WHERE org_id = :org AND day = :today AND state <> 'dropped' GROUP BY recipient_id
  ) a ON a.recipient_id = r.id
  WHERE r.geom && {BOX} AND {SERVED} LIMIT {POINTS_MAX + 1}) p
"""  # noqa: S608 - constants of this module; what people send is bound
# The centres of flat-topped hexagons are two grids of rectangles, shifted by half a step; a
# household belongs to the nearest centre. Cells are counted whole, also where the box cuts them.
CELLS = f"""
SELECT coalesce(json_agg(json_build_object(
  'id', concat_ws('_', round(x / (:step_x / 2)), round(y / (:step_y / 2))),
  'polygon', ST_AsGeoJSON(ST_Transform(ST_SetSRID(ST_MakePolygon(ST_MakeLine(ARRAY[
    ST_MakePoint(x + :edge, y), ST_MakePoint(x + :edge / 2, y + :step_y / 2),
    ST_MakePoint(x - :edge / 2, y + :step_y / 2), ST_MakePoint(x - :edge, y),
    ST_MakePoint(x - :edge / 2, y - :step_y / 2), ST_MakePoint(x + :edge / 2, y - :step_y / 2),
    ST_MakePoint(x + :edge, y)])), 3857), 4326), 6)::json -> 'coordinates' -> 0,
  'lng', round(ST_X(middle)::numeric, 6), 'lat', round(ST_Y(middle)::numeric, 6),
  'households', households, 'label', label) ORDER BY x, y), '[]')
FROM (
  SELECT x, y, ST_Transform(ST_SetSRID(ST_MakePoint(x, y), 3857), 4326) AS middle,
    (count(*) + {ROUND_TO // 2}) / {ROUND_TO} * {ROUND_TO} AS households,
    mode() WITHIN GROUP (ORDER BY street) AS label
  FROM (
    SELECT CASE WHEN near_a THEN ax ELSE bx END AS x, CASE WHEN near_a THEN ay ELSE by END AS y, street
    FROM (
      SELECT *, (px - ax) ^ 2 + (py - ay) ^ 2 <= (px - bx) ^ 2 + (py - by) ^ 2 AS near_a
      FROM (
        SELECT px, py, street,
          round(px / :step_x) * :step_x AS ax, round(py / :step_y) * :step_y AS ay,
          (round(px / :step_x - 0.5) + 0.5) * :step_x AS bx, (round(py / :step_y - 0.5) + 0.5) * :step_y AS by
        FROM (
          SELECT ST_X(m) AS px, ST_Y(m) AS py, street FROM (
            SELECT ST_Transform(r.geom, 3857) AS m, r.street FROM recipient r
            WHERE r.geom && ST_MakeEnvelope(:wide_west, :wide_south, :wide_east, :wide_north, 4326)
              AND {SERVED} AND r.kind = 'household') projected) placed) rounded) compared) belongs
  GROUP BY x, y HAVING count(*) >= {HOUSEHOLDS_MIN}) cell
WHERE x BETWEEN :metres_west - :edge AND :metres_east + :edge
  AND y BETWEEN :metres_south - :step_y / 2 AND :metres_north + :step_y / 2
"""  # noqa: S608 - constants of this module; what people send is bound
HUBS = f"""
SELECT coalesce(json_agg(json_build_object(
  'id', h.id, 'name', h.name, 'lng', round(ST_X(h.geom)::numeric, 6), 'lat', round(ST_Y(h.geom)::numeric, 6),
  'grams', coalesce(held.grams, 0), 'storage', h.storage_classes) ORDER BY h.name, h.id), '[]')
FROM hub h
LEFT JOIN (
  SELECT k.subject_id, sum(b.grams) AS grams FROM holder k
  JOIN balance b ON b.org_id = k.org_id AND b.holder_id = k.id AND b.grams > 0
  WHERE k.org_id = :org AND k.kind = 'hub' GROUP BY k.subject_id) held ON held.subject_id = h.id
WHERE h.geom && {BOX} AND h.org_id = :org
"""  # noqa: S608 - constants of this module; what people send is bound
RUNS = "SELECT count(*) FROM run WHERE org_id = :org AND day = :today AND state <> 'cancelled'"


def features_statement(subject: Subject, *, points: bool = True) -> str:
    """The statement for what this subject may see.

    Points of recipients: staff and volunteers. Hubs and counts of runs: nobody who only
    speaks for a donor. Where points are not shown the count is the sum of the rounded
    cells, for an exact count of any box would find single households.
    """
    crew, works_here = subject.has(*CREW), sees_every_donor(subject)
    runs = RUNS if subject.has(*STAFF) else f"{RUNS} AND state <> 'draft'" if crew else "SELECT 0"
    return f"""
WITH found AS MATERIALIZED (SELECT ({DONORS}) AS donors, ({RECIPIENTS if crew and points else f"SELECT {NOTHING}"}) AS recipients,
  ({CELLS}) AS cells, ({HUBS if works_here else f"SELECT {NOTHING}"}) AS hubs)
SELECT json_build_object('donors', donors, 'recipients', recipients, 'cells', cells, 'hubs', hubs,
  'counts', json_build_object('donors', json_array_length(donors),
    'recipients', CASE WHEN json_array_length(recipients) > 0 THEN json_array_length(recipients) ELSE
      (SELECT coalesce(sum((c ->> 'households')::int), 0) FROM json_array_elements(cells) c) END,
    'hubs', json_array_length(hubs), 'runs', ({runs})))::text
FROM found
"""  # noqa: S608 - constants of this module; what people send is bound


def sees_every_donor(subject: Subject) -> bool:
    """Everybody who works for the organisation; a donor's contact sees their own sites."""
    return subject.has(*CREW, "visitor", "reviewer", "auditor")


def features_values(subject: Subject, box: Box) -> dict[str, Any]:
    """What the statement's names stand for."""
    step_x, step_y = 3 * HEXAGON_EDGE_M, 3**0.5 * HEXAGON_EDGE_M
    wide = box.widened(2 * HEXAGON_EDGE_M)
    metres = (*to_metres(box.west, box.south), *to_metres(box.east, box.north))
    sides = ("west", "south", "east", "north")
    return {
        "org": subject.org_id,
        "donor": subject.donor_id,
        "all_donors": sees_every_donor(subject),
        "digits": EXACT_DIGITS if subject.has(*STAFF) else VOLUNTEER_DIGITS,
        "today": subject.today,
        "at": now(),
        "edge": HEXAGON_EDGE_M,
        "step_x": step_x,
        "step_y": step_y,
        **{side: getattr(box, side) for side in sides},
        **{f"wide_{side}": getattr(wide, side) for side in sides},
        **{f"metres_{side}": value for side, value in zip(sides, metres, strict=True)},
    }


def features(db: Session, subject: Subject, box: Box, *, points: bool = True) -> str:
    """Everything within the box that this subject may see, as JSON text.

    Without `points` recipients come as cells alone, whoever asks.
    """
    body: str = db.scalars(
        text(features_statement(subject, points=points)), features_values(subject, box)
    ).one()
    return body
