"""A photo of a hand-over: only its picture is kept, and what is no photo is refused in words."""

from __future__ import annotations

import io
import zlib
from typing import Any

import pytest
from PIL import Image

from tests.runs.road import Road, hub_road
from tests.world import World

SIDE = 64


@pytest.fixture
def road(world: World) -> Road:
    """Return a run with a load stop."""
    return hub_road(world, doors=1)


def sent(road: Road, data: bytes) -> Any:
    path = f"/api/v1/stops/{road.stops['load'][0]}/photo"
    return road.phone.post(path, files={"photo": ("a.jpg", data, "image/jpeg")})


def kept(road: Road) -> Image.Image:
    answer = road.phone.get(f"/api/v1/stops/{road.stops['load'][0]}/photo")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    return Image.open(io.BytesIO(answer.content))


def picture(kind: str, size: tuple[int, int] = (SIDE, SIDE), **more: Any) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, (180, 120, 60)).save(written, kind, **more)
    return written.getvalue()


def test_place_camera_and_comment_are_stripped_and_the_picture_stands_upright(road: Road) -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "某某相机", 6  # maker, turned by a quarter
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 52.0), 3: "E", 4: (121.0, 28.0, 1.0)})
    assert sent(road, picture("JPEG", (80, 40), exif=exif, comment=b"Li")).status_code == 204
    clean = kept(road)
    assert clean.size == (40, 80)
    assert dict(clean.getexif()) == {}
    assert "comment" not in clean.info


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_other_pictures_become_a_plain_jpeg(road: Road, kind: str) -> None:
    assert sent(road, picture(kind)).status_code == 204
    assert kept(road).format == "JPEG"


def test_a_large_photo_is_made_small(road: Road) -> None:
    assert sent(road, picture("JPEG", (4000, 3000))).status_code == 204
    assert kept(road).size == (1280, 960)


def test_a_second_photo_replaces_the_first(road: Road) -> None:
    sent(road, picture("JPEG"))
    sent(road, picture("JPEG", (32, 16)))
    assert kept(road).size == (32, 16)


def png_of(width: int, height: int) -> bytes:
    """A PNG that promises so many pixels in a few bytes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data)
        return len(data).to_bytes(4, "big") + name + data + check.to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    body = zlib.compress(bytes(1 << 20))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no photo",
        picture("GIF"),
        picture("TIFF"),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        picture("JPEG")[:200],
        picture("PNG")[:60],
        png_of(300, 300)[:80] + b"\x00" * 40,
        png_of(30_000, 30_000),
        png_of(10_000, 9_500),
        png_of(8_000, 7_000),
    ],
    ids=[
        "empty",
        "text",
        "gif",
        "tiff",
        "svg",
        "eps",
        "half",
        "half-png",
        "torn",
        "900-mp",
        "95-mp",
        "56-mp",
    ],
)
def test_what_is_no_photo_is_refused_in_words_and_not_kept(road: Road, data: bytes) -> None:
    refused = sent(road, data)
    assert refused.status_code == 422, refused.text
    assert refused.json()["type"] == "/problems/malformed"
    path = f"/api/v1/stops/{road.stops['load'][0]}/photo"
    assert road.phone.get(path).status_code == 404


def test_nobody_else_sees_or_sends_a_photo(road: Road, world: World) -> None:
    sent(road, picture("JPEG"))
    world.volunteer("keeper", name="另一位", on_duty=False)
    path = f"/api/v1/stops/{road.stops['load'][0]}/photo"
    other = world.client("keeper")
    assert other.get(path).status_code == 404
    files = {"photo": ("a.jpg", picture("JPEG"), "image/jpeg")}
    assert other.post(path, files=files).status_code == 404
    assert world.client("coordinator").get(path).status_code == 200
