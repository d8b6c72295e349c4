"""The report: what a run did and saw, on one page that needs nothing but a browser."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from handrail import i18n
from handrail.evidence import summary
from handrail.evidence.decisions import decisions
from handrail.evidence.events import Event, Json
from handrail.evidence.reading import listed, mapped, text, whole, zone
from handrail.evidence.statement import SealFacts
from handrail.evidence.timeline import lines
from handrail.evidence.words import VERDICTS, word
from handrail.htmlpage import environment
from handrail.i18n import gettext as _

_GROUP = 4
"""Characters of a fingerprint between two spaces, as people compare them."""


@dataclass(frozen=True)
class Derived:
    """What a copy with something taken out says of its original."""

    bundle_id: str
    """The original's name."""
    digest: str
    """The sha256 of the original's attestation.dsse.json, in hex."""


def render(
    events: Sequence[Event],
    manifest: Mapping[str, Json],
    language: str,
    seal: SealFacts | None,
    thumbnails: Mapping[str, bytes] | None = None,
    derived: Derived | None = None,
) -> str:
    """Render the report's HTML from a bundle's own events and manifest, in English or Chinese.

    `seal` is None where there is none, and the report says so. `thumbnails` are reduced pictures (WebP)
    by their originals' paths; `derived` marks a copy that is no longer the evidence itself.
    """
    with _speaking(language):
        page = environment("handrail.evidence").get_template("report.html.j2")
        return page.render(
            _=_,
            lang=language,
            seal=seal,
            derived=derived,
            fingerprint=_grouped(seal.fingerprint) if seal else "",
            marks=_marks(seal, derived),
            thumbnails={path: _as_address(small) for path, small in (thumbnails or {}).items() if small},
            **_contents(events, manifest),
        )


def _contents(events: Sequence[Event], manifest: Mapping[str, Json]) -> dict[str, object]:
    genesis, result = events[0].facts, mapped(manifest.get("result"))
    offset = timedelta(minutes=whole(genesis.get("utc_offset_minutes")))
    held = summary.held(events)
    rehearsed = bool(held) and result.get("outcome") == "done"
    verdict, meaning = VERDICTS.get(
        "rehearsed" if rehearsed else text(result.get("outcome")), VERDICTS["unknown"]
    )
    return {
        "bundle_id": text(manifest.get("bundle_id")),
        "dry_run": manifest.get("dry_run") is True,
        "rehearsal": manifest.get("rehearsal") is True,
        "on_test_site": manifest.get("kind") == "test",
        "own_pictures": genesis.get("own_pictures") is True,
        "complete": manifest.get("complete") is True,
        "outcome": text(result.get("outcome")),
        "verdict": str(verdict),
        "meaning": str(meaning),
        "until": summary.until(result),
        "advice": summary.advice(result),
        "error": mapped(result.get("error")),
        "subject": word("flow", genesis.get("flow")),
        "account": text(genesis.get("legal_name")) or text(genesis.get("account")),
        "facts": summary.facts(events, offset),
        "deadline": summary.deadline(events),
        "standings": summary.standings(result),
        "compared": summary.compared(events),
        "confirmed": summary.confirmed(events, offset),
        "changes": summary.changed(events),
        "effects": summary.sent(events, result),
        "counted": bool(listed(result.get("site_saw"))),
        "held": held,
        "held_back": summary.held_back(result),
        "decisions": decisions(events, offset),
        "timeline": lines(events, offset),
        "zone": zone(offset),
        "hidden": summary.hidden(manifest),
        "files": [mapped(entry) for entry in listed(manifest.get("artifacts"))],
        "chain": mapped(manifest.get("chain")),
    }


def _marks(seal: SealFacts | None, derived: Derived | None) -> list[str]:
    """Return what every printed page has to say of what it is."""
    marks = []
    if seal is None:
        marks.append(_("NOT SEALED"))
    elif seal.kind == "mock":
        marks.append(_("DRY RUN"))
    elif seal.kind == "test":
        marks.append(_("TEST SITE"))
    if seal is not None and seal.rehearsal:
        marks.append(_("REHEARSAL"))
    if seal is not None and not seal.complete:
        marks.append(_("INCOMPLETE"))
    if derived is not None:
        marks.append(_("DERIVED COPY"))
    return marks


def _grouped(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + _GROUP] for at in range(0, len(fingerprint), _GROUP))


def _as_address(small: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(small).decode()}"


@contextmanager
def _speaking(language: str) -> Iterator[None]:
    before = i18n.language()
    if language != before:
        i18n.choose(language)
    try:
        yield
    finally:
        if language != before:
            i18n.choose(before)
