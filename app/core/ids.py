"""Ids that sort by time, secrets nobody can guess, and codes people can type."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

# Crockford's base 32: no I, L, O or U, so a code read over the telephone survives.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_HEARD_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
TRACKING_CODE_LENGTH = 12
TOKEN_BYTES = 32


def new_id() -> UUID:
    """A version 7 UUID."""
    return uuid7()


def new_token() -> str:
    """256 random bits, url-safe. Only its hash is ever stored."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """SHA-256 of a token: 32 bytes."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def new_code(length: int = TRACKING_CODE_LENGTH) -> str:
    """A code to type: `length` characters of Crockford's alphabet (5 bits each)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def clean_code(typed: str) -> str:
    """What a person typed, as the code it must mean: case, blanks, hyphens, I/L/O."""
    return "".join(typed.upper().translate(_HEARD_AS).replace("-", " ").split())


def spaced_code(code: str) -> str:
    """A code in groups of four, as labels print it: `7K3M 0PQR 5TVX`."""
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))
