"""An engine's manoeuvres as sentences in Chinese and English. Pure.

The words of manoeuvres and modifiers are OSRM's (docs/http.md of osrm-backend, "StepManeuver");
other engines' are translated into them first.
"""

from __future__ import annotations

from dataclasses import dataclass

STRAIGHT = "straight"
# Modifier: zh as a turn, en as a turn, zh side, en side.
TURNS = {
    "uturn": ("掉头", "Make a U-turn", "左", "left"),
    "sharp left": ("向左急转弯", "Turn sharp left", "左", "left"),
    "left": ("左转", "Turn left", "左", "left"),
    "slight left": ("稍向左转", "Turn slightly left", "左", "left"),
    STRAIGHT: ("直行", "Go straight", "中", "straight"),
    "slight right": ("稍向右转", "Turn slightly right", "右", "right"),
    "right": ("右转", "Turn right", "右", "right"),
    "sharp right": ("向右急转弯", "Turn sharp right", "右", "right"),
}
WINDS = (
    ("北", "north"),
    ("东北", "north-east"),
    ("东", "east"),
    ("东南", "south-east"),
    ("南", "south"),
    ("西南", "south-west"),
    ("西", "west"),
    ("西北", "north-west"),
)
ROUNDABOUTS = frozenset({"roundabout", "rotary"})
LEAVING_ROUNDABOUTS = frozenset({"exit roundabout", "exit rotary"})
RAMPS = frozenset({"on ramp", "ramp"})
# Going on as before, perhaps under another name.
GOING_ON = frozenset({"turn", "continue", "new name", "notification", "use lane"})


@dataclass(frozen=True)
class Manoeuvre:
    """What to do at one place.

    `road` is the name of the road that follows, "" when it has none; `bearing_deg` the direction
    then, clockwise from north; `exit_number` counts a roundabout's exits; `by` is how that part is
    travelled ("ferry", "pushing bike", …). How far it goes on stands beside the sentence, in `Step`.
    """

    kind: str
    modifier: str = ""
    road: str = ""
    bearing_deg: float = 0.0
    exit_number: int | None = None
    roundabout: str = ""
    by: str = ""
    on_foot: bool = False


def sentences(what: Manoeuvre) -> tuple[str, str]:
    """The instruction in Chinese and in English."""
    zh, en = _words(what)
    if what.by == "pushing bike" and what.kind != "arrive":
        return f"{zh}（下车推行）", f"{en} (push the bicycle)"
    return zh, en


def _words(what: Manoeuvre) -> tuple[str, str]:  # noqa: PLR0911 - a table of kinds
    if what.kind == "arrive":
        return _arrive(what)
    if what.by == "ferry":
        return f"乘渡轮{_quoted(what.road)}", f"Take the ferry{_spaced(what.road)}"
    if what.kind == "depart":
        return _depart(what)
    if what.kind in ROUNDABOUTS:
        return _round(what)
    if what.kind in LEAVING_ROUNDABOUTS:
        return f"驶出环岛{_into(what)}", f"Leave the roundabout{_onto(what)}"
    turn = TURNS.get(what.modifier)
    if turn is None or (what.modifier == STRAIGHT and what.kind in GOING_ON):
        return _go_on(what)
    return _turn(what, *turn)


def _turn(  # noqa: PLR0911 - a table of kinds
    what: Manoeuvre, zh: str, en: str, side: str, side_en: str
) -> tuple[str, str]:
    """A manoeuvre with a direction."""
    into, onto = _into(what), _onto(what)
    is_straight = what.modifier == STRAIGHT
    match what.kind:
        case "continue" if what.road and what.modifier != "uturn":
            return f"{zh}，继续走{what.road}", f"{en} to stay on {what.road}"
        case "merge":
            where = ("", "") if is_straight else (f"向{side}", f" {side_en}")
            return f"{where[0]}并入车流{into}", f"Merge{where[1]}{onto}"
        case kind if kind in RAMPS:
            where = ("", "") if is_straight else (f"从{side}侧", f" on the {side_en}")
            return f"{where[0]}上匝道{into}", f"Take the ramp{where[1]}{onto}"
        case "off ramp":
            where = ("", "") if is_straight else (f"从{side}侧", f" on the {side_en}")
            return f"{where[0]}出口驶出{into}", f"Take the exit{where[1]}{onto}"
        case "fork":
            keep = ("走中间", "Keep straight") if is_straight else (f"靠{side}", f"Keep {side_en}")
            return f"岔路口{keep[0]}{into}", f"{keep[1]} at the fork{onto}"
        case "end of road":
            return f"路到尽头{zh}{into}", f"At the end of the road {_lower(en)}{onto}"
        case "roundabout turn":
            return f"在小环岛{zh}{into}", f"At the small roundabout {_lower(en)}{onto}"
        case _:
            return f"{zh}{into}", f"{en}{onto}"


def _depart(what: Manoeuvre) -> tuple[str, str]:
    zh, en = WINDS[round(what.bearing_deg / 45) % 8]
    along = f"，沿{what.road}走" if what.road else ""
    return f"向{zh}出发{along}", f"Head {en}{_on(what)}"


def _arrive(what: Manoeuvre) -> tuple[str, str]:
    *_, side, side_en = TURNS.get(what.modifier, TURNS[STRAIGHT])
    if side_en == STRAIGHT:
        return "到达", "You have arrived"
    return f"到达，在{side}侧", f"You have arrived, on the {side_en}"


def _round(what: Manoeuvre) -> tuple[str, str]:
    zh, en = f"进入{what.roundabout or '环岛'}", f"Enter {what.roundabout or 'the roundabout'}"
    if not what.exit_number:
        return f"{zh}{_into(what)}", f"{en}{_onto(what)}"
    number = what.exit_number
    return (
        f"{zh}，从第 {number} 个出口出来{_into(what)}",
        f"{en} and take the {_ordinal(number)} exit{_onto(what)}",
    )


def _go_on(what: Manoeuvre) -> tuple[str, str]:
    """Straight on; also the plain sentence for a manoeuvre that nobody here knows."""
    along = f"沿{what.road}" if what.road else ""
    return f"{along}直行", f"Go straight{_on(what)}"


def _into(what: Manoeuvre) -> str:
    verb = "走上" if what.on_foot else "驶入"
    return f"，{verb}{what.road}" if what.road else ""


def _onto(what: Manoeuvre) -> str:
    return f" onto {what.road}" if what.road else ""


def _on(what: Manoeuvre) -> str:
    return f" on {what.road}" if what.road else ""


def _quoted(name: str) -> str:
    return f"“{name}”" if name else ""


def _spaced(name: str) -> str:
    return f" {name}" if name else ""


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
