"""Personal fields at rest: AES-256-GCM, and a keyed index to find equals without reading."""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.settings import settings

NONCE_BYTES = 12  # NIST SP 800-38D, 96-bit nonces
KEY_BYTES = 32
TAG_BYTES = 16


@lru_cache(maxsize=256)
def _key(org_id: UUID, purpose: str) -> bytes:
    """One key per organisation and purpose (HKDF, RFC 5869), from the key outside the database."""
    derive = HKDF(SHA256(), KEY_BYTES, salt=org_id.bytes, info=purpose.encode())
    return derive.derive(settings().field_key_bytes)


def _bound_to(org_id: UUID, place: str, row_id: UUID) -> bytes:
    return f"{org_id}|{place}|{row_id}".encode()


def seal_bytes(value: bytes, *, org_id: UUID, place: str, row_id: UUID) -> bytes:
    """Encrypt a whole value; `place` is "table|field", so a copied value opens nowhere else."""
    nonce = os.urandom(NONCE_BYTES)
    cipher = AESGCM(_key(org_id, "field"))
    return nonce + cipher.encrypt(nonce, value, _bound_to(org_id, place, row_id))


def unseal_bytes(sealed: bytes, *, org_id: UUID, place: str, row_id: UUID) -> bytes:
    """The value in clear. Raises cryptography's InvalidTag for a moved or altered value."""
    cipher = AESGCM(_key(org_id, "field"))
    nonce, body = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    return cipher.decrypt(nonce, body, _bound_to(org_id, place, row_id))


def seal(value: str | None, *, org_id: UUID, place: str, row_id: UUID) -> bytes | None:
    """Encrypt one field of text; nothing typed is nothing stored."""
    if value is None or value == "":
        return None
    return seal_bytes(value.encode(), org_id=org_id, place=place, row_id=row_id)


def unseal(sealed: bytes | None, *, org_id: UUID, place: str, row_id: UUID) -> str | None:
    """The field in clear. Raises cryptography's InvalidTag for a moved or altered value."""
    if sealed is None:
        return None
    return unseal_bytes(sealed, org_id=org_id, place=place, row_id=row_id).decode()


def sign(value: bytes, purpose: str) -> bytes:
    """A tag (HMAC-SHA-256, 16 bytes kept) that only this installation can make."""
    return hmac.digest(_key(UUID(int=0), f"sign|{purpose}"), value, hashlib.sha256)[:TAG_BYTES]


def blind_index(value: str | None, *, org_id: UUID, field: str) -> bytes | None:
    """A keyed hash (HMAC-SHA-256, 16 bytes kept): equal values are found, none is read."""
    if not value:
        return None
    return hmac.digest(_key(org_id, f"index|{field}"), value.encode(), hashlib.sha256)[:TAG_BYTES]
