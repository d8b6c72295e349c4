"""Read values of unchecked JSON leniently: a value of another type becomes an empty one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from handrail.evidence.format.events import Json


def as_list(value: Json | None) -> Sequence[Json]:
    """Return a list's members; () for any other value."""
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def as_mapping(value: Json | None) -> Mapping[str, Json]:
    """Return a mapping; {} for any other value."""
    return value if isinstance(value, Mapping) else {}


def as_int(value: Json | None) -> int:
    """Return a whole number; 0 for any other value."""
    return value if isinstance(value, int) else 0


def as_text(value: Json | None) -> str:
    """Return a value as text; "" for None."""
    return "" if value is None else str(value)
