"""Read SHA256SUMS strictly: every tool must see the same list in it."""

from __future__ import annotations

import re

from handrail.evidence.format.findings import CheckFailed
from handrail.evidence.format.layout import SUMS
from handrail.evidence.format.limits import is_summed

_LINE = re.compile(rb"([0-9a-f]{64})  ([^\n]+)")


def read_sums(data: bytes) -> dict[str, str]:
    """Return each listed file's sha256 in hex by its name, in the file's order; raises CheckFailed."""
    listed: dict[str, str] = {}
    last = ""
    lines = data.split(b"\n")
    if lines.pop():
        raise CheckFailed("sums-format", SUMS, line=len(lines) + 1)
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise CheckFailed("sums-format", SUMS, line=number)
        name = match[2].decode("utf-8", "surrogateescape")
        if not is_summed(name):
            raise CheckFailed("sums-name", name, line=number)
        if name <= last:
            raise CheckFailed("sums-order", name, line=number)
        listed[name] = match[1].decode()
        last = name
    return listed
