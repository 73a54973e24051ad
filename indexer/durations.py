"""How long something takes, as people say it."""

from __future__ import annotations

import math


def in_words(seconds: float) -> str:
    """Return a time as ``1 minute``, ``65 minutes`` or ``5 hours``: minutes up, hours rounded."""
    minutes = max(math.ceil(seconds / 60), 1)
    if minutes >= 100:
        return f"{round(minutes / 60)} hours"
    return f"{minutes} minute{'s' if minutes > 1 else ''}"
