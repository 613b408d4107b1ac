"""What a password must be, and how long wrong ones lock the door."""

from __future__ import annotations

from datetime import datetime, timedelta

PASSWORD_LENGTH_MIN, PASSWORD_LENGTH_MAX = 8, 200
FREE_ATTEMPTS = 5
LOCK_MAX = timedelta(minutes=15)


def locked_until(failed_attempts: int, at: datetime) -> datetime | None:
    """After five wrong passwords each further one doubles the wait, up to 15 minutes."""
    beyond = failed_attempts - FREE_ATTEMPTS
    if beyond < 0:
        return None
    return at + min(LOCK_MAX, timedelta(seconds=30 * 2 ** min(beyond, 10)))


def may_grant(granter: frozenset[str], roles: frozenset[str]) -> bool:
    """A coordinator appoints people, but not administrators; nobody here makes platform admins."""
    if "platform_admin" in roles:
        return False
    return "organisation_admin" in granter or "organisation_admin" not in roles
