"""What the mock marketplace counted, read from the mock itself: the second opinion on the ledger."""

from __future__ import annotations

import json
from collections import Counter
from http.client import HTTPException

from handrail.core.loopback import fetch
from handrail.engine.context.results import MockCount


def counts(base: str) -> Counter[tuple[str, str]]:
    """Read how often the mock at this address received each effect so far."""
    effects = json.loads(fetch(base + "/_mock/effects"))["effects"]
    return Counter({(each["channel"], each["effect"]): int(each["count"]) for each in effects})


def counts_or_none(base: str) -> Counter[tuple[str, str]] | None:
    """Read the counts, or return None where nobody answers as the mock does: the run will say so itself."""
    try:
        return counts(base)
    except (OSError, HTTPException, ValueError, LookupError, TypeError):
        return None


def since(before: Counter[tuple[str, str]] | None, base: str) -> list[MockCount]:
    """Return what the mock received since `before`; nothing where either count could not be read."""
    now = counts_or_none(base)
    if before is None or now is None:
        return []
    return [MockCount(channel, effect, count) for (channel, effect), count in sorted((now - before).items())]
