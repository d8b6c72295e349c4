"""Take business facts out of a copy: names and addresses in texts, and in pictures."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from handrail.core.i18n import gettext as _
from handrail.evidence.export.business_names import BARRIER, NameForms, mail_domains, without_domains
from handrail.evidence.format.events import Event, Json
from handrail.evidence.format.json_access import as_list, as_mapping, as_text

_ADDRESSES = frozenset({"registered", "business"})
_ITEMS = frozenset({"legal-name", "registered-address", "business-address"})
_VALUES = ("before", "after", "shown", "wanted", "value")
_UNREAD = re.compile(r"(?s)data:image/[a-z]+;base64,[A-Za-z0-9+/=]+|<style>.*?</style>")
"""Parts of a report that are no text."""
_MARKUP = re.compile(r"<[^>]*>")
_SHORTEST = 3
"""Characters from which a fact is withheld anywhere in a text."""
_KEPT = frozenset({"kind", "path", "sha256", "commitment", "bundle_id", "prev", "utc", "outcome", "state"})
"""Members whose texts are Handrail's own words or hashes, whatever they look like."""


def without_business(
    events: Sequence[Event], manifest: Mapping[str, Json]
) -> tuple[list[Event], dict[str, Json]]:
    """Return the events and the manifest without the business facts that the log names."""
    hide = _hider(events)
    withheld = [replace(event, facts=_hidden(_withheld(event), hide)) for event in events]
    return withheld, _hidden(manifest, hide)


def paint_over(picture: Path, facts: Path) -> bytes | None:
    """Return a capture with its business facts painted over; None if their places were not recorded."""
    from PIL import Image

    from handrail.evidence.capture.screenshot import MASK_COLOUR

    page_facts = json.loads(facts.read_bytes()) if facts.is_file() else {}
    boxes = page_facts.get("business")
    if boxes is None:
        return None
    ratio = float(page_facts["device_pixel_ratio"])
    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    for x, y, width, height in boxes:
        edges = (int(x * ratio), int(y * ratio), int((x + width) * ratio) + 1, int((y + height) * ratio) + 1)
        image.paste(MASK_COLOUR, edges)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def still_readable(events: Sequence[Event], report: str) -> int:
    """Count the places of a finished report where a company's name or a mail domain can still be read."""
    visible = _MARKUP.sub(BARRIER, html.unescape(_UNREAD.sub("", report)))
    domains = sum(visible.casefold().count(domain) for domain in mail_domains(_texts(events)))
    return domains + len(_names(events).spans(visible))


def _hider(events: Sequence[Event]) -> Callable[[str], str]:
    withheld = _("[withheld]")
    facts = sorted({piece for event in events for piece in _pieces(event)}, key=len, reverse=True)
    pattern = re.compile("|".join(map(_pattern_of, facts)), re.IGNORECASE) if facts else None
    no_domain = without_domains(mail_domains(_texts(events)), withheld)
    names = _names(events)

    def hide(text: str) -> str:
        if pattern is not None:
            text = pattern.sub(withheld, text)
        return names.replace(no_domain(text), withheld)

    return hide


def _names(events: Sequence[Event]) -> NameForms:
    """Return the forms of every name the log states: the account's, the company's, and those on pages."""
    return NameForms.of(value for event in events for value in _name_values(event))


def _name_values(event: Event) -> Iterator[str]:
    if event.kind == "genesis":
        yield from (as_text(event.facts.get("legal_name")), as_text(event.facts.get("account")))
    elif event.facts.get("item") == "legal-name":
        yield from (as_text(event.facts.get(name)) for name in _VALUES)


def _texts(value: object) -> Iterator[str]:
    """Give every text of the events, however deep."""
    if isinstance(value, Event):
        value = value.facts
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _texts(member)
    elif isinstance(value, Sequence):
        for member in value:
            yield from _texts(member)


def _pattern_of(fact: str) -> str:
    pattern = r"[\s,，]+".join(map(re.escape, fact.split()))
    if len(fact) < _SHORTEST:
        # A state's two letters are a word of their own elsewhere.
        return rf"(?<=[“\"]){pattern}(?=[”\"])|(?<=, ){pattern}(?=,|$)"
    return rf"(?<![0-9A-Za-z]){pattern}(?![0-9A-Za-z])"


def _pieces(event: Event) -> Iterator[str]:
    for value in _values(event):
        for piece in (value, *re.split(r"[,，;；\n]\s*", value)):
            if piece.strip():
                yield piece.strip()


def _values(event: Event) -> Iterator[str]:
    facts = event.facts
    if event.kind == "genesis":
        yield from (as_text(facts.get("legal_name")), as_text(facts.get("account")))
    if _is_about_business(event):
        for part in (facts, *map(as_mapping, as_list(facts.get("fields")))):
            yield from (as_text(part.get(name)) for name in _VALUES)


def _is_about_business(event: Event) -> bool:
    return event.facts.get("channel") in _ADDRESSES or event.facts.get("item") in _ITEMS


def _withheld(event: Event) -> dict[str, Json]:
    """Return an event's facts without the values that are business facts by what they are."""
    facts = dict(event.facts)
    if event.kind == "confirmed":
        facts["by"] = _("[withheld]")
    if _is_about_business(event):
        facts |= _emptied(facts)
        if fields := as_list(facts.get("fields")):
            facts["fields"] = [{**as_mapping(member), **_emptied(as_mapping(member))} for member in fields]
    return facts


def _emptied(members: Mapping[str, Json]) -> dict[str, Json]:
    return {name: _("[withheld]") for name in _VALUES if members.get(name)}


def _hidden(members: Mapping[str, Json], hide: Callable[[str], str]) -> dict[str, Json]:
    return {key: value if key in _KEPT else _without(value, hide) for key, value in members.items()}


def _without(value: Json, hide: Callable[[str], str]) -> Json:
    if isinstance(value, str):
        return hide(value)
    if isinstance(value, Mapping):
        return _hidden(value, hide)
    if isinstance(value, Sequence):
        return [_without(member, hide) for member in value]
    return value
