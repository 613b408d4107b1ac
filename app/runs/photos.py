"""A photo of a hand-over: made small and stripped of everything but its picture."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from uuid import UUID

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import Session

from app.accounts.access import Subject
from app.audit.service import record
from app.core.find import find
from app.core.problems import Malformed
from app.runs.models import Stop
from app.runs.service import drivers_run
from app.settings import settings

LONGEST_SIDE_PX, QUALITY = 1280, 70
PIXELS_MAX = 50_000_000
# What phones make. Fewer decoders mean fewer ways in: no GIF, TIFF or PostScript.
FORMATS = ("JPEG", "PNG", "WEBP")
# What Pillow raises on bytes that only look like one of them, or that would not fit in memory.
UNREADABLE = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


def plain_jpeg(data: bytes) -> bytes:
    """The picture alone, at most 1280 px: no place, time, comment or thumbnail. Raises Malformed."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > PIXELS_MAX:
                raise Malformed("照片太大了。", "The photo is too large.")
            # A JPEG is read at a half, a quarter or an eighth: enough, and far less memory.
            opened.draft("RGB", (2 * LONGEST_SIDE_PX, 2 * LONGEST_SIDE_PX))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except UNREADABLE:
        raise Malformed(
            "这不是照片，或照片已损坏。", "This is not a photo, or it is damaged."
        ) from None
    upright.thumbnail((LONGEST_SIDE_PX, LONGEST_SIDE_PX))
    clean = Image.new(
        "RGB", upright.size
    )  # Pillow keeps a JPEG's comment on save; a new image has none
    clean.paste(upright)
    written = io.BytesIO()
    clean.save(written, "JPEG", quality=QUALITY)
    return written.getvalue()


def attach(db: Session, subject: Subject, stop_id: UUID, data: bytes) -> Stop:
    """Keep a photo of one's own stop; a second one replaces the first."""
    stop = find(db, Stop, subject.org_id, stop_id)
    drivers_run(db, subject, stop.run_id)
    picture = plain_jpeg(data)
    name = f"{stop.org_id}/{stop.id}.jpg"
    path = photo_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(picture)
    stop.photo = name
    record(db, subject.org_id, subject.person_id, "attached_photo", ("stop", stop.id))
    return stop


def photo_path(name: str) -> Path:
    """Where a stop's photo lies."""
    return settings().files_dir / name
