"""The report: one HTML page, complete in itself, of what a run did and saw."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from handrail.core import i18n
from handrail.core.html import environment
from handrail.core.i18n import gettext as _
from handrail.core.labels import VERDICTS, label
from handrail.core.time_format import readable
from handrail.evidence.format.attestation import SealFacts
from handrail.evidence.format.events import Event, Json
from handrail.evidence.format.json_access import as_int, as_list, as_mapping, as_text
from handrail.evidence.report import summary
from handrail.evidence.report.decisions import decisions
from handrail.evidence.report.formatting import clock_note, local_time
from handrail.evidence.report.timeline import lines

if TYPE_CHECKING:
    from jinja2 import Template

_GROUP = 4
"""Characters of a fingerprint between two spaces, as people compare them."""
_SHORT = 16
"""Characters of a fingerprint at the foot of a page."""


@dataclass(frozen=True)
class Copy:
    """What a copied report states about the original bundle."""

    digest: str
    """The sha256 of the original's attestation.dsse.json, in hex."""
    derived: bool = False
    """Whether something was taken out, so that it is no longer the evidence itself."""
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """The pictures (PNG) by path, for a copy that has no folder beside it."""


def render(
    events: Sequence[Event],
    manifest: Mapping[str, Json],
    language: str,
    seal: SealFacts | None,
    thumbnails: Mapping[str, bytes] | None = None,
    copy: Copy | None = None,
) -> str:
    """Render the report's HTML from a bundle's own events and manifest, in English or Chinese.

    `seal` is None where there is none, and the report says so. `thumbnails` are reduced pictures (WebP)
    by their originals' paths; `copy` marks what is not the bundle's own report.
    """
    with _speaking(language):
        page = load_template()
        return page.render(
            _=_,
            lang=language,
            seal=seal,
            copy=copy,
            large={path: _as_address(png, "png") for path, png in copy.pictures.items()} if copy else {},
            fingerprint=_grouped(seal.fingerprint) if seal else "",
            marks=marks(seal, copy, events),
            signed_by=signed_by(seal, copy),
            stamped=_stamped(events, seal),
            thumbnails={
                path: _as_address(small, "webp") for path, small in (thumbnails or {}).items() if small
            },
            **_contents(events, manifest),
        )


def load_template() -> Template:
    """Compile the report's template, or return it where that is done: before the end it holds nobody up."""
    return environment("handrail.evidence.report").get_template("report.html.j2")


def _contents(events: Sequence[Event], manifest: Mapping[str, Json]) -> dict[str, object]:
    genesis, result = events[0].facts, as_mapping(manifest.get("result"))
    offset = timedelta(minutes=as_int(genesis.get("utc_offset_minutes")))
    would_send = summary.would_have_sent(events)
    rehearsed = bool(would_send) and result.get("outcome") == "done"
    certified = summary.certified(events)
    verdict, meaning = _verdict(result, rehearsed=rehearsed, certified=certified, offset=offset)
    return {
        "bundle_id": as_text(manifest.get("bundle_id")),
        "dry_run": manifest.get("dry_run") is True,
        "rehearsal": manifest.get("rehearsal") is True,
        "on_test_site": manifest.get("kind") == "test",
        "own_pictures": summary.added_by_hand(events),
        "complete": manifest.get("complete") is True,
        "outcome": as_text(result.get("outcome")),
        "verdict": verdict,
        "meaning": meaning,
        "until": summary.until(result),
        "advice": summary.advice(result),
        "error": as_mapping(result.get("error")),
        "subject": label("flow", genesis.get("flow")),
        "account": as_text(genesis.get("legal_name")) or as_text(genesis.get("account")),
        "facts": summary.facts(events, offset),
        "deadline": _due(events, result, rehearsed=rehearsed),
        "standings": summary.standings(result, certified=certified),
        "compared": summary.compared(events),
        "confirmed": summary.confirmed(events, offset),
        "changes": summary.changed(events),
        "effects": summary.sent(events, result),
        "counted": bool(as_list(result.get("site_saw"))),
        "would_send": would_send,
        "held_back": summary.held_back(result),
        "decisions": decisions(events, offset),
        "timeline": lines(events, offset),
        "clocks": clock_note(events[0], offset),
        "hidden": summary.hidden(manifest),
        "files": [as_mapping(entry) for entry in as_list(manifest.get("artifacts"))],
        "chain": as_mapping(manifest.get("chain")),
    }


def _verdict(
    result: Mapping[str, Json], *, rehearsed: bool, certified: summary.Certified | None, offset: timedelta
) -> tuple[str, str]:
    """Return the report's headline and the sentence below it."""
    outcome = as_text(result.get("outcome"))
    if outcome == "done" and certified is not None:
        at = readable(certified.at.astimezone(timezone(offset)))
        heading = _("Certified, by the person's word") if certified.is_persons_word else _("Certified")
        return heading, summary.certified_sentence(
            certified.by, at, is_persons_word=certified.is_persons_word
        )
    verdict, meaning = VERDICTS.get("rehearsed" if rehearsed else outcome, VERDICTS["unknown"])
    return str(verdict), str(meaning)


def _due(events: Sequence[Event], result: Mapping[str, Json], *, rehearsed: bool) -> summary.Due | None:
    due = summary.deadline(events)
    # What is done has no deadline left, unless it says that it was met.
    over = as_text(result.get("outcome")) == "done" and not rehearsed
    return None if due is not None and over and not due.met else due


def _stamped(events: Sequence[Event], seal: SealFacts | None) -> str:
    if seal is None or seal.genesis_time is None:
        return ""
    offset = timedelta(minutes=as_int(events[0].facts.get("utc_offset_minutes")))
    return readable(local_time(seal.genesis_time, offset), seconds=True)


def marks(seal: SealFacts | None, copy: Copy | None, events: Sequence[Event]) -> list[str]:
    """Return the marks on every page, such as DRY RUN or INCOMPLETE, in the language in use."""
    if seal is None:
        return [_("NOT SEALED")]
    applies = {
        _("ADDED BY HAND"): summary.added_by_hand(events),
        _("DRY RUN"): seal.kind == "mock",
        _("TEST SITE"): seal.kind == "test",
        _("REHEARSAL"): seal.rehearsal,
        _("INCOMPLETE"): not seal.complete,
        _("DERIVED COPY"): copy is not None and copy.derived,
    }
    return [mark for mark, holds in applies.items() if holds]


def signed_by(seal: SealFacts | None, copy: Copy | None) -> str:
    """Return the foot of every page: the key that signed."""
    if seal is None:
        return _("NOT SEALED")
    key = f"{seal.fingerprint[:_SHORT]}…"
    if copy is not None and copy.derived:
        return _("The original is signed by {key}", key=key)
    return _("Signed by {key}", key=key)


def _grouped(fingerprint: str) -> str:
    return " ".join(fingerprint[at : at + _GROUP] for at in range(0, len(fingerprint), _GROUP))


def _as_address(picture: bytes, kind: str) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"


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
