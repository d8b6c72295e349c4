"""The event log: one canonical JSON line per event, each with the hash of the line before it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import rfc8785

from handrail.core.errors import HandrailError
from handrail.core.i18n import lazy
from handrail.evidence.format.canonical_json import WHY, NonCanonicalJson, parse
from handrail.evidence.format.findings import reason

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"
"""What an event may hold; fractions are texts, because JSON writers differ on them."""

Clean: TypeAlias = Callable[[str], str]
"""A redactor: returns a text with private values hidden."""

NO_PREVIOUS = "0" * 64
"""The `prev` of the first event."""

FRAME = ("seq", "prev", "utc", "mono_us", "kind")
"""The keys that the log itself writes; an event's facts may not use them."""

_HASH = re.compile("[0-9a-f]{64}")


class BundleBroken(HandrailError):
    """Evidence is not as it was written."""

    exit_code = 1
    hint = lazy("Ask for the original bundle again; do not rely on this copy.")


class BrokenLine(ValueError):
    """A line of a log that is not as it was written."""

    def __init__(self, code: str, number: int, **values: object) -> None:
        super().__init__(code)
        self.number = number
        """Which line, from 1."""
        self.reason = reason(code, "events.jsonl", line=number, **values)
        """What is wrong with it."""


@dataclass(frozen=True)
class Event:
    """One thing that happened in a run."""

    seq: int
    """Place in the log, from 0."""
    prev: str
    """The sha256 of the line before, in hex; 64 zeros for the first."""
    utc: str
    """When, by this machine's clock: RFC 3339 in UTC with milliseconds."""
    mono_us: int
    """Microseconds since the first event, by a clock that never runs backwards."""
    kind: str
    """What happened, from the log's small vocabulary."""
    facts: Mapping[str, Json]
    """Everything else that was recorded."""
    digest: str
    """The sha256 of this event's own line without its LF, in hex."""


def canonical(value: Json) -> bytes:
    """Write a value as RFC 8785 JSON."""
    return rfc8785.dumps(value)


def tidy(value: object, clean: Clean) -> Json:
    """Redact every text of a value, in NFC, and convert it to what canonical JSON can hold."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else repr(value)
    if isinstance(value, str):
        return tidy_text(value, clean)
    if isinstance(value, Mapping):
        return {
            tidy_text(str(key), clean): tidy_member(str(key), member, clean) for key, member in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [tidy(member, clean) for member in value]
    raise TypeError(f"an event cannot hold {type(value).__name__}")


def tidy_member(key: str, value: object, clean: Clean) -> Json:
    """Tidy the value of a key; a commitment stays as it is.

    A redactor that looks for runs of digits would spoil a hash.
    """
    if key == "commitment" and isinstance(value, str) and _HASH.fullmatch(value):
        return value
    return tidy(value, clean)


def tidy_text(text: str, clean: Clean) -> str:
    """Redact one text, in NFC; lone surrogates, which UTF-8 cannot hold, become question marks."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", clean(unicodedata.normalize("NFC", whole)))


def read_events(path: Path, *, head: str | None = None) -> tuple[Event, ...]:
    """Read a log and check its chain; `head` is the manifest's hash of the last line.

    Only `head` can tell that lines are missing at the end. Raises BundleBroken with the line.
    """
    data = path.read_bytes()
    lines = data.split(b"\n")
    try:
        if lines.pop():
            raise BrokenLine("line-cut", len(lines) + 1)
        events = tuple(check_lines(lines or [b""]))
        if head is not None and events[-1].digest != head:
            raise BrokenLine("chain-end", len(events))
    except BrokenLine as broken:
        raise BundleBroken(broken.reason.sentence, where=f"{path.name}: {broken.number}") from broken
    return events


def check_lines(lines: Iterable[bytes]) -> Iterator[Event]:
    """Yield a log's events from its lines without LF; raises BrokenLine at the first bad line."""
    before: Event | None = None
    for number, line in enumerate(lines, start=1):
        event = _read_line(number, line)
        _check_place(number, event, before)
        yield event
        before = event


def _read_line(number: int, line: bytes) -> Event:
    try:
        fields = parse(line)
    except NonCanonicalJson as wrong:
        raise BrokenLine("line", number, why=WHY[wrong.code]) from wrong
    if not isinstance(fields, dict):
        raise BrokenLine("not-an-event", number)
    seq, prev, utc, mono_us, kind = (fields.pop(key, None) for key in FRAME)
    if not (_whole(seq) and _whole(mono_us)) or not all(isinstance(text, str) for text in (prev, utc, kind)):
        raise BrokenLine("not-an-event", number)
    digest = hashlib.sha256(line).hexdigest()
    return Event(seq, prev, utc, mono_us, kind, fields, digest)


def _check_place(number: int, event: Event, before: Event | None) -> None:
    if event.prev != (before.digest if before else NO_PREVIOUS):
        raise BrokenLine("chain", number)
    if event.seq != number - 1 or (event.kind == "genesis") != (before is None):
        raise BrokenLine("place", number)
    if event.mono_us < (before.mono_us if before else 0):
        raise BrokenLine("time-backwards", number)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
