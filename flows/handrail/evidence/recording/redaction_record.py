"""The manifest's redaction record, and the sentences for evidence that is not sealed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from handrail.core.i18n import gettext as _
from handrail.core.labels import label
from handrail.evidence.format.events import Event, Json
from handrail.evidence.format.json_access import as_list, as_mapping, as_text
from handrail.privacy.scan import Leak
from handrail.privacy.scan_rules import SHAPES

_MOST_FILES = 3


def record(events: Sequence[Event], leaks: Sequence[Leak], *, scanned: bool) -> dict[str, Json]:
    """Return manifest.json's record: masks by class, and what the scan found.

    It names rules and files, never a value.
    """
    masks = Counter(
        as_text(as_mapping(mask).get("hides"))
        for event in events
        if event.kind == "capture"
        for mask in as_list(event.facts.get("masks"))
    )
    return {
        "masks": dict(sorted((hides, count) for hides, count in masks.items() if hides)),
        "scan": {
            "done": scanned,
            "shapes": [rule.name for rule in SHAPES] if scanned else [],
            "found": [{"where": leak.where, "what": leak.what, "rule": leak.rule} for leak in leaks],
        },
    }


def refusal(leaks: Sequence[Leak]) -> str:
    """Return why the evidence is not sealed, in a sentence without the private values."""
    whats = _(", ").join(dict.fromkeys(label("private", leak.what) for leak in leaks))
    files = list(dict.fromkeys(leak.where for leak in leaks))
    named = _(", ").join(files[:_MOST_FILES]) + (" …" if len(files) > _MOST_FILES else "")
    return _(
        "The evidence is not sealed, because it may show something private: {what}, in {files}.",
        what=whats,
        files=named,
    )


def way_out(folder: Path) -> str:
    """Return what to do with evidence that was not sealed."""
    return _(
        "Look at it yourself, hand it to nobody, and delete it when you do not need it: {folder}. "
        "Then run the same command again; what was done already is not done twice.",
        folder=folder,
    )


def note(leaks: Sequence[Leak]) -> str:
    """Return the text of UNSEALED.txt."""
    lines = [_("This evidence was kept aside and NOT sealed."), refusal(leaks), ""]
    lines += [f"{leak.where}: {label('private', leak.what)} ({leak.rule})" for leak in leaks]
    return "\n".join(lines) + "\n"
