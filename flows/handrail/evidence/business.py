"""Copies without business facts: names and addresses taken out of texts, and painted over in pictures."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from handrail.evidence.events import Event, Json
from handrail.evidence.reading import listed, mapped, text
from handrail.i18n import gettext as _

_ADDRESSES = frozenset({"registered", "business"})
_ITEMS = frozenset({"legal-name", "registered-address", "business-address"})
_VALUES = ("before", "after", "shown", "wanted", "value")
_SHORTEST = 3
"""Characters; a shorter piece of an address, such as a country's code, stands in other words too."""
_KEPT = frozenset({"kind", "path", "sha256", "commitment", "bundle_id", "prev", "utc", "outcome", "state"})
"""Members whose texts are Handrail's own words or hashes, whatever they look like."""


def without_business(
    events: Sequence[Event], manifest: Mapping[str, Json]
) -> tuple[list[Event], dict[str, Json]]:
    """Return the events and the manifest with every business fact that the log names taken out."""
    hide = _hider(events)
    hidden = [replace(event, facts=_hidden(event.facts, hide)) for event in events]
    told = [_unnamed(event) if event.kind == "confirmed" else event for event in hidden]
    return told, _hidden(manifest, hide)


def paint_over(picture: Path, facts: Path) -> bytes | None:
    """Return a capture with its business facts painted over; None where nobody knows their places."""
    from PIL import Image

    from handrail.evidence.capture import MASK_COLOUR

    known = json.loads(facts.read_bytes()) if facts.is_file() else {}
    boxes = known.get("business")
    if boxes is None:
        return None
    ratio = float(known["device_pixel_ratio"])
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    for x, y, width, height in boxes:
        edges = (int(x * ratio), int(y * ratio), int((x + width) * ratio) + 1, int((y + height) * ratio) + 1)
        image.paste(MASK_COLOUR, edges)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _hider(events: Sequence[Event]) -> Callable[[str], str]:
    facts = sorted({piece for event in events for piece in _pieces(event)}, key=len, reverse=True)
    if not facts:
        return lambda said: said
    words = (r"[\s,，]+".join(map(re.escape, fact.split())) for fact in facts)
    pattern = re.compile(rf"(?<![0-9A-Za-z])(?:{'|'.join(words)})(?![0-9A-Za-z])", re.IGNORECASE)
    return lambda said: pattern.sub(_("[withheld]"), said)


def _pieces(event: Event) -> Iterator[str]:
    for value in _values(event):
        for piece in (value, *re.split(r"[,，;；\n]\s*", value)):
            if len(piece.strip()) >= _SHORTEST:
                yield piece.strip()


def _values(event: Event) -> Iterator[str]:
    facts = event.facts
    if event.kind == "genesis":
        yield from (text(facts.get("legal_name")), text(facts.get("account")))
    if facts.get("channel") in _ADDRESSES or facts.get("item") in _ITEMS:
        for part in (facts, *map(mapped, listed(facts.get("fields")))):
            yield from (text(part.get(name)) for name in _VALUES)


def _unnamed(event: Event) -> Event:
    return replace(event, facts={**event.facts, "by": _("[withheld]")})


def _hidden(members: Mapping[str, Json], hide: Callable[[str], str]) -> dict[str, Json]:
    return {key: value if key in _KEPT else _without(value, hide) for key, value in members.items()}


def _without(value: Json, hide: Callable[[str], str]) -> Json:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, Mapping):
        return _hidden(value, hide)
    if isinstance(value, Sequence):
        return [_without(one, hide) for one in value]
    return value
