"""Captures, held against what the log and the facts beside them say of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from handrail.evidence.contents import Read
from handrail.evidence.events import Event
from handrail.evidence.findings import Findings
from handrail.evidence.manifest import same

_REPEATED = ("path", "sha256", "size", "caption", "masks", "url", "title")
"""What the log says of a capture, and the facts beside it say again."""


def check_captures(captures: Mapping[str, Event], read: Mapping[str, Read], findings: Findings) -> None:
    """Check every picture's size and masks; what could not be read was found before."""
    for path, event in captures.items():
        beside = f"{path.removesuffix('.png')}.json"
        if path not in read or beside not in read or read[beside].reasons:
            continue
        facts, size = read[beside].facts, read[path].picture
        if not _repeated(event, facts):
            findings.add("facts-differ", beside)
        elif size is not None:
            _check_picture(path, facts, size, findings)


def _repeated(event: Event, facts: Any) -> bool:
    if not isinstance(facts, dict) or not isinstance(facts.get("masks"), list):
        return False
    return all(same(event.facts.get(key), facts.get(key)) for key in _REPEATED)


def _check_picture(path: str, facts: dict[str, Any], size: tuple[int, int], findings: Findings) -> None:
    if size != (facts.get("width"), facts.get("height")):
        findings.add("picture-size", path)
        return
    ratio = _ratio(facts.get("device_pixel_ratio"))
    width, height = (math.ceil(side / ratio) for side in size)
    if not all(_inside(mask, width, height) for mask in facts["masks"]):
        findings.add("mask-outside", path)


def _inside(mask: Any, width: int, height: int) -> bool:
    match mask:
        case {"x": int(x), "y": int(y), "width": int(across), "height": int(down)}:
            return min(x, y) >= 0 < min(across, down) and x + across <= width and y + down <= height
        case _:
            return False


def _ratio(value: object) -> float:
    """Return device pixels for each CSS pixel; fractions are texts in evidence."""
    try:
        ratio = float(value) if isinstance(value, int | str) else 1.0
    except (ValueError, OverflowError):
        return 1.0
    return ratio if 0.1 <= ratio <= 100 else 1.0
