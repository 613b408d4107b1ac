"""The one error of this room."""

from __future__ import annotations


class ClusterError(Exception):
    """Something about the private database or the running system that a person must mend.

    Its text is one sentence that says what is wrong and how to mend it.
    """
