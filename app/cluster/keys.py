"""Passwords and keys of one installation: made once, kept in a file that only its owner reads."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from app.cluster.errors import ClusterError

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Passwords:
    """The private cluster's three roles."""

    superuser: str
    owner: str
    app: str


@dataclass(frozen=True, slots=True)
class Secrets:
    """Everything that a private installation must keep to itself.

    `field_key` (encrypts personal fields) is 32 random bytes in base64 text.
    """

    passwords: Passwords
    field_key: str


def load_or_create(file: Path) -> Secrets:
    """Read the secrets, or make them on the first start (mode 0600, written in one step).

    Raises ClusterError when the file is there but unreadable: making new keys would lock the
    personal data that the old ones encrypted.
    """
    if not file.exists():
        _write(file)
    try:
        kept = json.loads(file.read_text("utf-8"))
        return Secrets(
            passwords=Passwords(**kept["passwords"]),
            field_key=kept["field_key"],
        )
    except (ValueError, KeyError, TypeError):
        raise ClusterError(
            f"{file} is damaged: put your backup copy back, or start afresh with `make reset`."
        ) from None


def _write(file: Path) -> None:
    content = {
        "passwords": {role: secrets.token_hex(KEY_BYTES) for role in ("superuser", "owner", "app")},
        "field_key": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=2)
    try:
        os.link(unfinished, file)  # never over a file that another start made meanwhile
    except FileExistsError:
        pass
    finally:
        unfinished.unlink()
