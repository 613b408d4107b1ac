"""Leaflet's own files, from the built pages, made fit to stand inside a document."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parents[1]
PLACES = (
    HERE.parent / "static" / "dist" / "leaflet",
    HERE / "_pages" / "leaflet",
    HERE.parent / "static" / "node_modules" / "leaflet" / "dist",
)
# Asked for before a marker gets its own picture; without it Leaflet would look for files beside it.
NO_PICTURES = "L.Icon.Default.imagePath='data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E#';"


@lru_cache(maxsize=1)
def inline_leaflet() -> tuple[str, str] | None:
    """Leaflet as (script, style) for inlining; None where the pages were never built."""
    folder = next((place for place in PLACES if (place / "leaflet.js").is_file()), None)
    if folder is None:
        return None
    script, style = ((folder / name).read_text("utf-8") for name in ("leaflet.js", "leaflet.css"))
    return fit_to_inline(script, style)


def fit_to_inline(script: str, style: str) -> tuple[str, str]:
    """Without pictures, source map and outside addresses: the document must ask nobody."""
    script = re.sub(r"//# sourceMappingURL=\S*", "", script)
    script = script.replace("https://leafletjs.com", "#").replace("</", "<\\/").strip()
    return f"{script}\n{NO_PICTURES}", re.sub(r"url\([^)]*\)", "none", style).strip()
