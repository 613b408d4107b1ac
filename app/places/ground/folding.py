"""How names are compared: written differently, typed differently, still the same name."""

from __future__ import annotations

import unicodedata

NAME_MAX = 200
# Characters that neither people nor PostgreSQL want in a name: controls, surrogates, unassigned.
UNWANTED = ("Cc", "Cs", "Cn", "Cf")


def key(name: str) -> str:
    """A name as it is looked up: full-width forms folded (NFKC), lower case, no spaces.

    >>> key("Ｃaoyang  Road")
    'caoyangroad'
    """
    together = "".join(unicodedata.normalize("NFKC", name).lower().split())
    # An accent that stood after a space has come to stand on a letter.
    return unicodedata.normalize("NFKC", together)


def clean(text: str | None) -> str | None:
    """A mapper's text as we store it: one line, nothing invisible, at most 200 characters."""
    if not text:
        return None
    seen = text if text.isascii() and text.isprintable() else _visible(text)
    return " ".join(seen.split())[:NAME_MAX].strip() or None


def _visible(text: str) -> str:
    signs = (
        " " if sign.isspace() else sign
        for sign in text
        if sign.isspace() or unicodedata.category(sign) not in UNWANTED
    )
    return unicodedata.normalize("NFC", "".join(signs))
