"""One frozen settings object, read from the environment; a bad value stops the start."""

from __future__ import annotations

import base64
import binascii
import sys
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

FIELD_KEY_BYTES = 32


def _places(text: str) -> frozenset[tuple[str, int]]:
    found = set()
    for one in filter(None, (part.strip() for part in text.split(","))):
        host, _, port = one.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
            raise ValueError("must be host:port, separated by commas")
        found.add((host.strip("[]"), int(port)))
    return frozenset(found)


class Settings(BaseSettings):
    """What an operator may set. Every name is also the environment variable's name."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    database_url: str = Field(description="Serves: neither owner nor BYPASSRLS.")
    database_owner_url: str = Field(default="", description="Migrates; only the CLI needs it.")
    field_key: SecretStr = Field(description="32 bytes, base64: seals phones and notes.")
    base_url: str = Field(default="http://127.0.0.1:8000", description="As people reach it.")
    files_dir: Path = Field(default=Path("var/files"), description="Photos of hand-overs.")
    roads_dir: Path = Field(default=Path("var/roads"), description="Built road networks.")
    osrm_url: str = Field(
        default="", description="An OSRM of the operator's, http://…/{mode}; plain: cars only."
    )
    valhalla_url: str = Field(default="", description="A Valhalla of the operator's, any mode.")
    tile_url: str = Field(default="", description="Operator's own ground, {z}/{x}/{y}.")
    tile_attribution: str = ""
    tile_datum: Literal["wgs84", "gcj02", "bd09"] = Field(
        default="wgs84", description="What TILE_URL's pictures are drawn in."
    )
    geocoder: Literal["", "amap", "tencent", "tianditu", "nominatim"] = Field(
        default="", description="Is told old people's addresses; empty: nobody is."
    )
    geocoder_url: str = Field(default="", description="Instead of its usual one: own Nominatim.")
    geocoder_key: SecretStr = Field(default=SecretStr(""), validate_default=True)
    outbound_allow: str = Field(
        default="", description="host:port,… in the own network that may be asked: own Nominatim."
    )
    pool_size: int = Field(default=8, ge=1, le=100)
    session_days: int = Field(default=30, ge=1, le=366)
    upload_bytes_max: int = Field(default=20_000_000, ge=1_000)
    plan_seconds: float = Field(default=12.0, gt=0, le=3600)
    expiry_margin_minutes: int = Field(
        default=60, ge=0, le=1440, description="Food is handed over so long before it expires."
    )
    worker_concurrency: int = Field(default=2, ge=1, le=64)
    heartbeat_s: float = Field(default=10.0, gt=0, le=600, description="A worker says it lives.")
    stalled_after_s: float = Field(default=35.0, gt=0, le=3600, description="Then it is dead.")
    log_level: str = "INFO"

    @field_validator("database_url", "database_owner_url")
    @classmethod
    def _names_its_driver(cls, url: str) -> str:
        """SQLAlchemy 2.1 would pick psycopg 3 for a bare postgresql:// address."""
        for bare in ("postgresql://", "postgres://"):
            if url.startswith(bare):
                return "postgresql+psycopg2://" + url.removeprefix(bare)
        if url and not url.startswith("postgresql+psycopg2://"):
            raise ValueError("must begin with postgresql+psycopg2://")
        return url

    @field_validator("osrm_url", "valhalla_url", "geocoder_url")
    @classmethod
    def _is_a_web_address(cls, url: str) -> str:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return url.rstrip("/")

    @field_validator("field_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr) -> SecretStr:
        try:
            raw = base64.b64decode(key.get_secret_value(), validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("must be base64") from None
        if len(raw) != FIELD_KEY_BYTES:
            raise ValueError("must hold exactly 32 bytes")
        return key

    @field_validator("geocoder_key")
    @classmethod
    def _opens_the_geocoder(cls, key: SecretStr, read: ValidationInfo) -> SecretStr:
        if read.data.get("geocoder") in ("amap", "tencent", "tianditu") and not key:
            raise ValueError("this geocoder wants a key")
        return key

    @field_validator("outbound_allow")
    @classmethod
    def _names_hosts_and_ports(cls, places: str) -> str:
        _places(places)
        return places

    @field_validator("stalled_after_s")
    @classmethod
    def _outlasts_a_late_heartbeat(cls, seconds: float, read: ValidationInfo) -> float:
        """A job called stalled while its worker still lives would run twice."""
        if seconds < 2 * read.data.get("heartbeat_s", 0):
            raise ValueError("must be at least twice HEARTBEAT_S")
        return seconds

    @property
    def served_over_https(self) -> bool:
        """Cookies are Secure and __Host- exactly then."""
        return self.base_url.startswith("https://")

    @property
    def outbound_places(self) -> frozenset[tuple[str, int]]:
        """(host, port) inside the own network that the guarded client may ask."""
        return _places(self.outbound_allow)

    @property
    def field_key_bytes(self) -> bytes:
        """The key as 32 raw bytes."""
        return base64.b64decode(self.field_key.get_secret_value())


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Read the environment once; stop the program with a sentence per bad value."""
    try:
        return Settings()  # type: ignore[call-arg]  # the values come from the environment
    except ValidationError as error:
        for fault in error.errors(include_input=False, include_url=False):
            name = str(fault["loc"][0]).upper()
            print(f"Setting {name}: {fault['msg']}", file=sys.stderr)  # noqa: T201 - before logs exist
        raise SystemExit(2) from None
