"""The public pages as HTML: one request each, no script needed, nothing from other hosts."""

from __future__ import annotations

import base64
import hashlib
import io
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.core.ids import spaced_code
from app.tracking import words
from app.tracking.picture import Spot, drawing
from app.tracking.queries import Place, Tracked
from app.tracking.timeline import Event, View

TEMPLATES = Path(__file__).parent / "templates"
BAR_WIDTH = 1000
FILLS = {
    "delivered": "#00703c",
    "on_the_way": "#6b4c9a",
    "to_hub": "#bcd3dc",
    "in_hub": "#fff",
    "loss": "url(#h)",
}
# The button stays hidden where the browser cannot share; the page is whole without it.
SCRIPT = (
    "var u=location.href.split('?')[0],n=navigator,s=document.getElementById('s'),k=document.getElementById('k');"
    "if(n.share){s.hidden=false;s.onclick=function(){n.share({title:document.title,url:u}).catch(function(){})}}"
    "if(n.clipboard){k.hidden=false;k.onclick=function(){n.clipboard.writeText(u).then(function(){k.textContent=k.title})}}"
)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )


@lru_cache(maxsize=1)
def _css() -> str:
    return (TEMPLATES / "track.css").read_text("utf-8").replace("\n", "")


def _hash(block: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(block.encode()).digest()).decode() + "'"


@lru_cache(maxsize=1)
def policy() -> str:
    """The pages' own content policy: their one style and one script, by hash, and nothing else."""
    return (
        f"default-src 'none'; style-src {_hash(_css())}; script-src {_hash(SCRIPT)}; img-src data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def ask_page(lang: str, *, unknown: bool) -> str:
    """The form for a code; `unknown` says that the last one was not found."""
    said = words.words(lang)
    page = _templates().get_template("ask.html")
    return page.render(
        lang=lang,
        w=said,
        css=_css(),
        script="",
        title=said["unknown" if unknown else "title"],
        unknown=unknown,
    )


def gift_page(
    found: Tracked,
    seen: View,
    at: datetime,
    *,
    url: str,
    lang: str,
    spots: tuple[Place | None, dict[str, Place]],
) -> str:
    """A gift's page. `url` is its own address; `spots` the giver's place and those of told areas."""
    said = words.words(lang)
    mass = seen.followed.mass
    code = spaced_code(found.code)
    return (
        _templates()
        .get_template("track.html")
        .render(
            lang=lang,
            w=said,
            css=_css(),
            script=SCRIPT,
            title=f"{said['title']} {code}",
            code=code,
            demo=found.is_demo,
            headline=said[f"state_{seen.state}"],
            food=found.food,
            eta=_eta(seen, at, found.around.zone, lang),
            step=seen.step,
            total=words.kg(mass.collected) if mass.collected else "",
            delivered=words.kg(mass.delivered),
            announced=words.kg(found.gift.announced_grams),
            bar=_bar(seen, said),
            events=[_event(event, found, at, lang) for event in seen.events],
            qr=_qr(url, said["qr"]),
            url=url,
            picture=_picture(found, seen, spots, said),
        )
    )


def _picture(
    found: Tracked,
    seen: View,
    spots: tuple[Place | None, dict[str, Place]],
    said: dict[str, str],
) -> str:
    giver, places = spots
    if giver is None:
        return ""
    areas: dict[str, int] = {}
    for line in seen.followed.lines:
        if line.area in places:
            areas[line.area] = areas.get(line.area, 0) + line.households_about
    told = [
        Spot(
            places[area].lng, places[area].lat, area, said["some_households"].replace("{n}", str(n))
        )
        for area, n in areas.items()
    ]
    return drawing(Spot(giver.lng, giver.lat, found.site_name), told, said["where_to"])


def _eta(seen: View, at: datetime, zone: str, lang: str) -> str:
    if seen.eta is None:
        return ""
    key = "eta_pickup" if seen.state == "accepted" else "eta_way"
    return words.words(lang)[key].replace("{window}", words.window_text(seen.eta, at, zone, lang))


def _bar(seen: View, said: dict[str, str]) -> list[dict[str, Any]]:
    """The parts of the mass bar: where each begins and how wide it is, of 1000."""
    mass, x, parts = seen.followed.mass, 0.0, []
    for name, fill in FILLS.items():
        grams = getattr(mass, name)
        if grams > 0:
            width = BAR_WIDTH * grams / mass.collected
            parts.append(
                {
                    "name": said[name],
                    "kg": words.kg(grams),
                    "x": f"{x:.1f}",
                    "w": f"{width:.1f}",
                    "fill": fill,
                }
            )
            x += width
    return parts


def _event(event: Event, found: Tracked, at: datetime, lang: str) -> dict[str, str]:
    zone = found.around.zone
    return {
        "datetime": event.at.isoformat(timespec="minutes") if event.at else event.on,
        "when": words.when(event, at, zone, lang),
        "what": words.what(event, found.site_name, lang),
        "kg": words.kg(event.grams) if event.grams else "",
    }


def qr_picture(url: str) -> bytes:
    """The code that leads to `url`, as a picture of its own: black on white, with its quiet zone."""
    picture = io.BytesIO()
    segno.make(url, error="q").save(picture, kind="svg", scale=4, light="white", title=url)
    return picture.getvalue()


def _qr(url: str, label: str) -> str:
    picture = io.BytesIO()
    segno.make(url, error="m").save(
        picture, kind="svg", scale=4, xmldecl=False, svgns=False, title=label, omitsize=False
    )
    return picture.getvalue().decode()
