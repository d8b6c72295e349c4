"""Captures, held against what the log and the facts beside them say of them."""

from __future__ import annotations

from collections.abc import Mapping

from handrail.evidence.format.capture_facts import Facts
from handrail.evidence.format.findings import Findings
from handrail.evidence.verify.file_reader import Read


def check_captures(
    captures: Mapping[str, Facts | None], read: Mapping[str, Read], findings: Findings
) -> None:
    """Check every picture's size and masks; what could not be read was found before."""
    for path, told in captures.items():
        beside = f"{path.removesuffix('.png')}.json"
        if path not in read or beside not in read or read[beside].reasons:
            continue
        facts, size = read[beside].facts, read[path].picture
        if facts is None or told is None or facts.repeated != told.repeated:
            findings.add("facts-differ", beside)
        elif size is not None and size != facts.size:
            findings.add("picture-size", path)
        elif size is not None and not facts.masks_fit(*size):
            findings.add("mask-outside", path)
