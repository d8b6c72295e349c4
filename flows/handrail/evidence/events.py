"""The event log: one canonical JSON line per event, each naming the hash of the line before it."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import rfc8785

from handrail.errors import HandrailError
from handrail.i18n import gettext as _
from handrail.i18n import lazy

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"
"""What an event may hold; fractions are kept as text, because two JSON writers differ on them."""

Clean: TypeAlias = Callable[[str], str]
"""The redactor: takes a text, returns it with what is private hidden."""

NO_PREVIOUS = "0" * 64
"""What the first event names as the line before it."""

FRAME = ("seq", "prev", "utc", "mono_us", "kind")
"""The keys that the log itself writes; an event's facts may not use them."""

_HASH = re.compile("[0-9a-f]{64}")


class BundleBroken(HandrailError):
    """Evidence is not as it was written."""

    exit_code = 1
    hint = lazy("Ask for the original bundle again; do not rely on this copy.")


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
    """Clean every text of a value, bring it to NFC, and leave only what canonical JSON can hold."""
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
    """Tidy what stands under a key; a commitment stays as it is.

    A redactor that looks for runs of digits would find some in a hash, and spoil it.
    """
    if key == "commitment" and isinstance(value, str) and _HASH.fullmatch(value):
        return value
    return tidy(value, clean)


def tidy_text(text: str, clean: Clean) -> str:
    """Clean one text; lone surrogates, which UTF-8 cannot hold, become question marks."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFC", clean(unicodedata.normalize("NFC", whole)))


def read_events(path: Path, *, head: str | None = None) -> tuple[Event, ...]:
    """Read a log and check its chain; `head` is the manifest's hash of the last line.

    Only `head` can tell that lines are missing at the end. Raises BundleBroken with the line.
    """
    data = path.read_bytes()
    if not data.endswith(b"\n"):
        count = data.count(b"\n") + 1
        raise _broken(path, count, _("the last line of the log is cut short"))
    events: list[Event] = []
    for number, line in enumerate(data[:-1].split(b"\n"), start=1):
        event = _read_line(path, number, line)
        _follows(path, number, event, events[-1] if events else None)
        events.append(event)
    if head is not None and events[-1].digest != head:
        raise _broken(path, len(events), _("the log does not end where the manifest says it does"))
    return tuple(events)


def _read_line(path: Path, number: int, line: bytes) -> Event:
    try:
        fields = json.loads(line, object_pairs_hook=_no_twins)
        canonical_line = canonical(fields)
    except ValueError as error:
        raise _broken(path, number, _("a line of the log cannot be read")) from error
    if not isinstance(fields, dict) or canonical_line != line:
        raise _broken(path, number, _("a line of the log is not written in the canonical form"))
    seq, prev, utc, mono_us, kind = (fields.pop(key, None) for key in FRAME)
    if not (_whole(seq) and _whole(mono_us)) or not all(isinstance(text, str) for text in (prev, utc, kind)):
        raise _broken(path, number, _("a line of the log is not an event"))
    digest = hashlib.sha256(line).hexdigest()
    return Event(seq, prev, utc, mono_us, kind, fields, digest)


def _follows(path: Path, number: int, event: Event, before: Event | None) -> None:
    if event.prev != (before.digest if before else NO_PREVIOUS):
        raise _broken(path, number, _("the line before this one was changed, moved or removed"))
    if event.seq != number - 1 or (event.kind == "genesis") != (before is None):
        raise _broken(path, number, _("an event is not in its place"))
    if before is not None and event.mono_us < before.mono_us:
        raise _broken(path, number, _("time runs backwards"))


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key stands twice")
    return fields


def _broken(path: Path, number: int, what: str) -> BundleBroken:
    return BundleBroken(
        _("The evidence is not as it was written: {what}.", what=what),
        where=f"{path.name}: {number}",
    )
