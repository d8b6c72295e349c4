"""Read values of an event whose types nobody has checked yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handrail.evidence.format.events import Json


def listed(value: Json | None) -> Sequence[Json]:
    """Return a list's members; nothing for what is no list."""
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def mapped(value: Json | None) -> Mapping[str, Json]:
    """Return a mapping; an empty one for what is none."""
    return value if isinstance(value, Mapping) else {}


def whole(value: Json | None) -> int:
    """Return a whole number; 0 for what is none."""
    return value if isinstance(value, int) else 0


def text(value: Json | None) -> str:
    """Return a value as text; nothing where there is none."""
    return "" if value is None else str(value)
