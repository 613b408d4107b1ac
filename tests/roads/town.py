"""丰禾镇, an invented town of a few streets, written as OSM XML: what every road test stands on.

Ten streets run west to east (纬一路 … 纬十路, 200 m apart, the first at the south) and ten from south
to north (经一路 … 经十路). What makes it worth driving through:

- 运粮河, a canal between 纬七路 and 纬八路. Only 经十路, at the far east, has a bridge.
- 纬三路 is one-way, from west to east.
- 环城快速路, south of the town, is a motor road: no bicycles, nobody on foot. It is the fast way
  from one end of the town to the other.
- 春风公园 with a footpath across, which spares walkers a corner; steps and a narrow path elsewhere.
- 幸福小区, a walled compound whose only gate is at its east, though streets pass it all around.
- 孤岛路, four streets in a square that are connected to nothing.
- 丰禾站 with its square, shops, houses with numbers.

Places are (lng, lat), WGS-84; `at(east_m, north_m)` turns metres from the crossing of 经一路 and
纬一路 into one. The file is complete within `BOUNDS`. Everything in it is fictional.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest

from app.roads import engine_build, engine_files, engine_input, engine_run
from app.roads.engine_files import Built
from app.roads.engines import Engines
from app.roads.travel import Mode

Point = tuple[float, float]
Metres = tuple[float, float]
Tags = dict[str, str]

WEST, SOUTH = 110.0, 30.0
LAT_METRES = 110_852.0
LNG_METRES = 111_320.0 * math.cos(math.radians(SOUTH))
BLOCK_M = 200
STREETS = 10
NUMBERS = "一二三四五六七八九十"
# Where steps, a path and the station's way meet a street between two crossings.
MORE_CROSSINGS = {5: [700, 900], 6: [700, 900], 9: [900]}


def at(east_m: float, north_m: float) -> Point:
    """The place so many metres east and north of the town's south-western crossing."""
    return round(WEST + east_m / LNG_METRES, 7), round(SOUTH + north_m / LAT_METRES, 7)


def crossing(column: int, row: int) -> Point:
    """Where the n-th street from the west (0…9) meets the n-th from the south (0…9)."""
    return at(column * BLOCK_M, row * BLOCK_M)


BOUNDS = (*at(-300, -400), *at(2600, 2100))
"""west, south, east, north: as the file's head says."""

# Both banks of the canal at the west: 200 m apart in a straight line, 3.8 km by road
# (4.6 km for cars, which gain by the motor road).
SOUTH_BANK, NORTH_BANK = crossing(0, 6), crossing(0, 7)
BRIDGE = at(1800, 1300)
# Along the one-way street: eastwards straight on, westwards round the block.
ONE_WAY_WEST, ONE_WAY_EAST = crossing(3, 2), crossing(6, 2)
# The two ends of the motor road's quick way round.
MOTOR_WEST, MOTOR_EAST = at(0, -200), at(1800, -200)
# The park's corners: 283 m on foot across, 400 m round for everybody else.
PARK_WEST, PARK_EAST = crossing(2, 4), crossing(3, 5)
PARK_MIDDLE = at(500, 900)
# Steps and a path 0.8 m wide between 纬六路 and 纬七路.
STEPS_SOUTH, STEPS_NORTH = at(700, 1000), at(700, 1200)
PATH_SOUTH, PATH_NORTH = at(900, 1000), at(900, 1200)
# A door of the compound: 40 m from 经七路 behind the wall, some 900 m round to the gate.
COMPOUND_DOOR, BEHIND_THE_WALL = at(1240, 600), at(1200, 600)
COMPOUND_GATE = at(1590, 600)
# On the island: streets are near, no other part of the town can be reached.
ISLAND = at(2350, 900)
# Inside the file's bounds, 400 m from any street; and 50 m from one, which is still fine.
FIELD = at(2200, 1800)
GARDEN = at(-50, 300)
# Far away from the file's bounds: nothing is known there.
ELSEWHERE = at(9000, 9000)
STATION = at(900, 1920)
SUPERMARKET = at(420, 230)
MARKET = at(1020, 790)
# A house: 纬五路 12号, on the street's south side.
HOUSE_STREET, HOUSE_NUMBER, HOUSE = "纬五路", "12", at(120 + 200, 800 - 15)


@dataclass
class Drawing:
    """OSM elements on their way into a file; a place that is used twice is one node."""

    nodes: dict[Point, int] = field(default_factory=dict)
    node_tags: dict[int, Tags] = field(default_factory=dict)
    ways: list[tuple[list[int], Tags]] = field(default_factory=list)

    def node(self, metres: Metres, tags: Tags | None = None) -> int:
        """The number of the node at this place."""
        number = self.nodes.setdefault(at(*metres), len(self.nodes) + 1)
        if tags:
            self.node_tags.setdefault(number, {}).update(tags)
        return number

    def way(self, line: Iterable[Metres], **tags: str) -> None:
        """A line through these places; `name_en` is written name:en and so on."""
        spelt = {key.replace("__", ":"): value for key, value in tags.items()}
        self.ways.append(([self.node(metres) for metres in line], spelt))

    def area(self, west: float, south: float, east: float, north: float, **tags: str) -> None:
        """A rectangle."""
        corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        self.way(corners, **tags)

    def write(self, file: Path, bounds: Sequence[float] = BOUNDS) -> Path:
        """Write all as OSM XML."""
        west, south, east, north = bounds
        lines = [
            "<?xml version='1.0' encoding='UTF-8'?>",
            '<osm version="0.6" generator="an invented town">',
            f'<bounds minlat="{south}" minlon="{west}" maxlat="{north}" maxlon="{east}"/>',
        ]
        for (lng, lat), number in self.nodes.items():
            tags = _tags(self.node_tags.get(number, {}))
            head = f'<node id="{number}" version="1" lat="{lat:.7f}" lon="{lng:.7f}"'
            lines.append(f"{head}>{tags}</node>" if tags else f"{head}/>")
        for number, (members, told) in enumerate(self.ways, start=1):
            inside = "".join(f'<nd ref="{member}"/>' for member in members)
            lines.append(f'<way id="{number}" version="1">{inside}{_tags(told)}</way>')
        lines.append("</osm>\n")
        file.write_text("\n".join(lines), "utf-8")
        return file


def _tags(tags: Tags) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def draw() -> Drawing:
    """The whole town."""
    drawing = Drawing()
    _streets(drawing)
    _outside(drawing)
    _on_foot(drawing)
    _compound(drawing)
    _water_and_green(drawing)
    _houses(drawing)
    _names(drawing)
    return drawing


def _streets(drawing: Drawing) -> None:
    for row in range(STREETS):
        kind = {4: "secondary", 7: "tertiary"}.get(row, "residential")
        tags = {"highway": kind, "name": f"纬{NUMBERS[row]}路", "name__en": f"Wei {row + 1} Road"}
        if row == 2:
            tags["oneway"] = "yes"
        for part in _parts(is_cut=row == 3):
            places = [x * BLOCK_M for x in part]
            more = [x for x in MORE_CROSSINGS.get(row, ()) if x < places[-1]]
            drawing.way([(x, row * BLOCK_M) for x in sorted(places + more)], **tags)
    for column in range(STREETS):
        kind = "tertiary" if column in (0, 9) else "residential"
        name = f"经{NUMBERS[column]}路"
        tags = {"highway": kind, "name": name, "name__en": f"Jing {column + 1} Road"}
        x = column * BLOCK_M
        for part in _parts((2, 4), is_cut=column == 7):
            inner = [row for row in part if row < 7]
            drawing.way([(x, row * BLOCK_M) for row in inner], **tags)
        drawing.way([(x, row * BLOCK_M) for row in (7, 8, 9)], **tags)
        if column == 9:
            drawing.way([(x, 1200), (x, 1260)], **tags)
            drawing.way([(x, 1260), (x, 1340)], bridge="yes", layer="1", **tags)
            drawing.way([(x, 1340), (x, 1400)], **tags)


def _parts(gap: tuple[int, int] = (6, 8), *, is_cut: bool) -> list[range]:
    """A street's crossings; a street that the compound cuts has two parts."""
    if not is_cut:
        return [range(STREETS)]
    return [range(gap[0] + 1), range(gap[1], STREETS)]


def _outside(drawing: Drawing) -> None:
    motor = [(x, -200.0) for x in range(0, 1801, 300)]
    drawing.way(motor, highway="trunk", motorroad="yes", maxspeed="80", name="环城快速路")
    for x in (0, 1800):
        drawing.way([(x, 0), (x, -200)], highway="tertiary", name="引桥路")
    island = [(2300, 900), (2400, 900), (2400, 1000), (2300, 1000), (2300, 900)]
    for start, end in itertools.pairwise(island):
        drawing.way([start, end], highway="residential", name="孤岛路", name__en="Island Road")
    drawing.way([(x, 1960.0) for x in range(-300, 2601, 290)], railway="rail", name="丰禾铁路")


def _on_foot(drawing: Drawing) -> None:
    across = [(400, 800), (450, 850), (500, 900), (550, 950), (600, 1000)]
    drawing.way(across, highway="footway", name="林荫小径", name__en="Shady Path")
    drawing.way([(700, 1000), (700, 1200)], highway="steps", name="百步梯")
    drawing.way([(900, 1000), (900, 1200)], highway="path", width="0.8", bicycle="yes")


def _compound(drawing: Drawing) -> None:
    drawing.area(1205, 405, 1595, 795, landuse="residential", name="幸福小区", barrier="wall")
    drawing.way([(1600, 600), (1590, 600), (1400, 600), (1240, 600)], highway="service")
    for x in (1240, 1400):
        drawing.way([(x, 450), (x, 600), (x, 750)], highway="service")
    drawing.node((1590, 600), {"barrier": "gate"})
    for number, (x, y) in enumerate([(1260, 470), (1260, 680), (1420, 470), (1420, 680)], 1):
        number_cn = f"{number}号楼"
        drawing.area(x, y, x + 60, y + 50, building="apartments", name=number_cn)


def _water_and_green(drawing: Drawing) -> None:
    drawing.way([(-300, 1300), (900, 1300), (2600, 1300)], waterway="canal", name="运粮河")
    drawing.area(-300, 1280, 2600, 1320, natural="water", water="canal", name="运粮河")
    drawing.area(410, 810, 590, 990, leisure="park", name="春风公园", name__en="Spring Park")
    drawing.area(1010, 1410, 1190, 1590, landuse="grass")


def _houses(drawing: Drawing) -> None:
    """Odd numbers at the north or west, even ones at the south or east, a door every 60 m."""
    for index in range(STREETS):
        across, up = f"纬{NUMBERS[index]}路", f"经{NUMBERS[index]}路"
        for place in range(1, 20):
            along, side = 20 + 60 * (place - 1), index * BLOCK_M
            pairs = ((2 * place - 1, 15), (2 * place, -15))
            for number, off in pairs:
                tags = {"addr:housenumber": str(number), "addr:street": across}
                drawing.node((along, side + off), tags)
                tags = {"addr:housenumber": f"{number}号", "addr:street": up}
                drawing.node((side - off, along + 7), tags)
    for column in range(STREETS - 1):
        for row in range(STREETS - 1):
            x, y = column * BLOCK_M + 70, row * BLOCK_M + 80
            if row != 6 and not (column in (6, 7) and row in (2, 3)) and (column, row) != (2, 4):
                drawing.area(x, y, x + 60, y + 40, building="yes")


def _names(drawing: Drawing) -> None:
    square = [(850, 1820), (900, 1820), (950, 1820), (950, 1900), (850, 1900), (850, 1820)]
    drawing.way(square, highway="pedestrian", area="yes", name="车站广场")
    drawing.way([(900, 1800), (900, 1820)], highway="footway")
    drawing.node((900, 1920), {"railway": "station", "name": "丰禾站", "name:en": "Fenghe"})
    drawing.node((420, 230), {"shop": "supermarket", "name": "好邻居超市"})
    drawing.node((1020, 790), {"amenity": "marketplace", "name": "阳光菜场"})
    drawing.node((230, 620), {"amenity": "pharmacy", "name": "仁心药房"})
    drawing.node((1500, 1650), {"amenity": "school", "name": "丰禾小学"})
    drawing.node((900, 700), {"place": "town", "name": "丰禾镇", "name:en": "Fenghe Town"})
    drawing.node((900, 500), {"place": "suburb", "name": "河南街道"})
    drawing.node((900, 1600), {"place": "suburb", "name": "河北街道"})
    drawing.node((300, 300), {"place": "neighbourhood", "name": "西门社区"})


@pytest.fixture(scope="session")
def town_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town as a file of OSM XML."""
    return draw().write(tmp_path_factory.mktemp("town") / "town.osm")


def build_town(file: Path, roads_dir: Path, modes: Sequence[Mode] = tuple(Mode)) -> Built:
    """The engines' files of a town, without any database: a fifth of a second per mode."""
    engine = engine_files.needed_programs()
    digest = engine_files.digest_of(file, list(modes), engine)
    extract = engine_input.look_through(file)
    return engine_build.build(extract, list(modes), roads_dir / digest, engine, lambda _: None)


@pytest.fixture(scope="session")
def town_built(town_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The files of engines for every mode."""
    return build_town(town_file, tmp_path_factory.mktemp("roads"))


@pytest.fixture(scope="session")
def town_engines(town_built: Built) -> Iterator[Engines]:
    """Real engines that answer for the town, one per mode."""
    with engine_run.running(town_built, engine_files.needed_programs()) as engines:
        yield engines
