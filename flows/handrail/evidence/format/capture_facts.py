"""Capture fields that must match between the log and the sidecar JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from handrail.evidence.format.canonical_json import written

_REPEATED = ("path", "sha256", "size", "caption", "masks", "url", "title", "own")

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Facts:
    """The compared fields, from the log or from the sidecar."""

    repeated: str
    """The fields that must be equal, as one text."""
    size: tuple[object, object]
    """Width and height of the picture in device pixels, as it was recorded."""
    ratio: float
    """Device pixels for each CSS pixel."""
    masks: tuple[Box, ...] | None
    """Left, top, width and height of each mask in CSS pixels; None if one is no rectangle."""

    def masks_fit(self, width: int, height: int) -> bool:
        """Whether every mask lies inside a picture of this many device pixels."""
        across, down = math.ceil(width / self.ratio), math.ceil(height / self.ratio)
        return self.masks is not None and all(_inside(mask, across, down) for mask in self.masks)


def read_facts(record: Any) -> Facts | None:
    """Return the compared fields of a capture's record; None if it is no such record."""
    if not isinstance(record, dict) or not isinstance(masks := record.get("masks"), list):
        return None
    boxes = tuple(_box(mask) for mask in masks)
    return Facts(
        repeated=written([record.get(key) for key in _REPEATED]),
        size=(record.get("width"), record.get("height")),
        ratio=_ratio(record.get("device_pixel_ratio")),
        masks=None if None in boxes else tuple(box for box in boxes if box),
    )


def _box(mask: Any) -> Box | None:
    if not isinstance(mask, dict):
        return None
    sides = tuple(mask.get(side) for side in ("x", "y", "width", "height"))
    return sides if all(type(side) is int for side in sides) else None  # type: ignore[return-value]  # four of them


def _inside(mask: Box, width: int, height: int) -> bool:
    x, y, across, down = mask
    return min(x, y) >= 0 < min(across, down) and x + across <= width and y + down <= height


def _ratio(value: object) -> float:
    """Return device pixels for each CSS pixel; fractions are texts in evidence."""
    try:
        ratio = float(value) if isinstance(value, int | str) else 1.0
    except (ValueError, OverflowError):
        return 1.0
    return ratio if 0.1 <= ratio <= 100 else 1.0
