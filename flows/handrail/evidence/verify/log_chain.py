"""Check the log while reading it: its chain, its times, and the artifacts it records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from handrail.evidence.format.capture_facts import Facts, read_facts
from handrail.evidence.format.events import BrokenLine, Event, Json, check_lines
from handrail.evidence.format.findings import Findings
from handrail.evidence.format.json_access import as_list, as_mapping
from handrail.evidence.format.layout import ARTIFACTS
from handrail.evidence.format.limits import LONGEST_LINE

_BELOW = f"{ARTIFACTS}/"
_UTC = re.compile(r"2[0-9]{3}(?:-[0-9]{2}){2}T[0-9]{2}(?::[0-9]{2}){2}\.[0-9]{3}Z")


@dataclass(frozen=True)
class Mention:
    """An artifact as the log records it."""

    sha256: str
    """The sha256 it had, in hex."""
    size: int
    """Its size in bytes."""
    seq: int
    """The event that records it."""


@dataclass
class Log:
    """The results of reading a whole log."""

    count: int = 0
    """How many events there were."""
    head: str = ""
    """The sha256 of the last line, in hex."""
    genesis: Mapping[str, Json] = field(default_factory=dict)
    """What the first event says of the run."""
    first: bytes = b""
    """The first line, without its LF."""
    sealed_by: Json = None
    """The fingerprint that the event `seal` names; None where there is no such event."""
    outcome: str = ""
    """The outcome in the `end` event; empty without one."""
    mentions: dict[str, Mention] = field(default_factory=dict)
    """Every artifact by its path."""
    captures: dict[str, Facts | None] = field(default_factory=dict)
    """Every picture's facts, by its path."""
    times: list[datetime] = field(default_factory=list)
    """When every event was, by the machine's clock."""


def read_log(
    chunks: Iterator[bytes], findings: Findings, on_event: Callable[[Event], None] | None
) -> Log | None:
    """Read the log to its end; None if it is broken, with the reason in the findings."""
    log = Log()
    try:
        for event in check_lines(_keep_first(_lines(chunks), log)):
            _take(log, event, findings)
            if on_event is not None:
                on_event(event)
        if not log.count:
            raise BrokenLine("line-cut", 1)
    except BrokenLine as broken:
        findings.extend((broken.reason,))
        return None
    return log


def _keep_first(lines: Iterator[bytes], log: Log) -> Iterator[bytes]:
    for line in lines:
        log.first = log.first or line
        yield line


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    number, have = 1, b""
    for chunk in chunks:
        *whole, have = (have + chunk).split(b"\n")
        for line in whole:
            if len(line) > LONGEST_LINE:
                break
            yield line
            number += 1
        if max(map(len, (*whole, have))) > LONGEST_LINE:
            raise BrokenLine("line-long", number)
    if have:
        raise BrokenLine("line-cut", number)


def _take(log: Log, event: Event, findings: Findings) -> None:
    if not _UTC.fullmatch(event.utc):
        raise BrokenLine("event-time", event.seq + 1)
    try:
        log.times.append(datetime.fromisoformat(event.utc))
    except ValueError:
        raise BrokenLine("event-time", event.seq + 1) from None
    if event.kind == "genesis":
        log.genesis = event.facts
    if event.kind == "end":
        log.outcome = str(event.facts.get("outcome"))
    log.count, log.head = event.seq + 1, event.digest
    log.sealed_by = event.facts.get("fingerprint") if event.kind == "seal" else None
    for record in (event.facts, *map(as_mapping, as_list(event.facts.get("beside")))):
        _mention(log, record, event.seq, findings)
    if event.kind == "capture":
        log.captures[str(event.facts.get("path"))] = read_facts(event.facts)


def _mention(log: Log, record: Mapping[str, Json], seq: int, findings: Findings) -> None:
    match record:
        case {"path": str(path), "sha256": str(sha256), "size": int(size)} if path.startswith(
            f"{ARTIFACTS}/"
        ):
            if path in log.mentions:
                findings.add("artifact-twice", path)
            log.mentions[path] = Mention(sha256, size, seq)
        case _:
            pass


def check_mentions(
    log: Log, artifacts: Mapping[str, str], sizes: Mapping[str, int], findings: Findings
) -> None:
    """Compare the artifacts in the log with those in SHA256SUMS; `sizes` are from the manifest."""
    for path, mention in log.mentions.items():
        if path not in artifacts:
            findings.add("artifact-absent", path)
        elif (mention.sha256, mention.size) != (artifacts[path], sizes.get(path, mention.size)):
            findings.add("artifact-differs", path)
    for path in log.captures.keys() - log.mentions.keys():
        findings.add("artifact-absent", path)
    for path in artifacts:
        if path not in log.mentions:
            findings.add("artifact-never", path)
