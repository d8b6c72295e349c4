"""Compare captures with the log and with their sidecar JSON."""

from __future__ import annotations

from collections.abc import Mapping

from handrail.evidence.format.capture_facts import Facts
from handrail.evidence.format.findings import Findings
from handrail.evidence.verify.file_reader import FileCheck


def check_captures(
    captures: Mapping[str, Facts | None], read: Mapping[str, FileCheck], findings: Findings
) -> None:
    """Check every picture's size and masks; unreadable files are reported already."""
    for path, logged in captures.items():
        beside = f"{path.removesuffix('.png')}.json"
        if path not in read or beside not in read or read[beside].reasons:
            continue
        facts, size = read[beside].facts, read[path].picture
        if facts is None or logged is None or facts.repeated != logged.repeated:
            findings.add("facts-differ", beside)
        elif size is not None and size != facts.size:
            findings.add("picture-size", path)
        elif size is not None and not facts.masks_fit(*size):
            findings.add("mask-outside", path)
