"""Seal a bundle whose log has ended: write the files made from the log, scan them, sign."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, cast

from handrail.core.i18n import language
from handrail.evidence.capture.thumbnails import reduced_file
from handrail.evidence.format.attestation import Kind, SealFacts, predicate, statement
from handrail.evidence.format.canonical_json import parse
from handrail.evidence.format.events import Event, Json, canonical, read_events
from handrail.evidence.format.files import Entry, described, path_of, write_new
from handrail.evidence.format.json_access import as_text
from handrail.evidence.format.layout import (
    ENVELOPE,
    FORMAT,
    LOG,
    MANIFEST,
    REPORT,
    SIGNER,
    SUMS,
    TSA_CHAIN,
    token_name,
)
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording import redaction_record
from handrail.evidence.recording.dsse import envelope
from handrail.evidence.recording.errors import NotSealed
from handrail.evidence.timestamps.authorities import PATIENCE_S, Asking, Authority, Stamp, chain_of
from handrail.privacy.scan import Leak

Scan: TypeAlias = Callable[[Path, Collection[str]], "list[Leak]"]
"""Return the leaks in a folder's files, except the files named."""


@dataclass(frozen=True)
class EndedRun:
    """A run's evidence after its last event."""

    folder: Path
    """Where it was written."""
    bundle_id: str
    """Its name for good."""
    head: str
    """The sha256 of the log's last line, in hex."""
    artifacts: Sequence[Entry]
    """Everything in artifacts/, as it was when it was written."""
    thumbnails: Mapping[str, bytes]
    """Reduced pictures, by the path of the original."""
    result: Mapping[str, Json]
    """The run's result, redacted."""
    complete: bool
    """Whether it got to its end."""
    leaks: Sequence[Leak]
    """What was readable in captures."""
    scan: Scan | None
    """Scans every file once more; None for no scan."""


def close(ended: EndedRun, signer: Signer, authorities: Sequence[Authority]) -> list[Stamp]:
    """Write the manifest and the report, seal, have the seal stamped; return every authority's answer.

    Raises OSError, and NotSealed if something private is readable, after moving the folder aside.
    """
    return _Closing(ended, signer).run(authorities)


class _Closing:
    """One bundle while it is sealed."""

    def __init__(self, ended: EndedRun, signer: Signer) -> None:
        self._ended = ended
        self._folder = ended.folder
        self._signer = signer
        self._events = read_events(ended.folder / LOG, head=ended.head)
        self._leaks = list(ended.leaks)
        self._facts = SealFacts(
            bundle_id=ended.bundle_id,
            fingerprint=signer.fingerprint,
            kind=cast(Kind, self._events[0].facts["site_kind"]),
            complete=ended.complete,
            rehearsal=self._events[0].facts.get("rehearsal") is True,
            genesis_time=_genesis_time(self._events),
        )
        self._vouched = predicate(self._facts, head=ended.head, count=len(self._events))

    def run(self, authorities: Sequence[Authority]) -> list[Stamp]:
        self._look(already=())
        manifest = self._manifest()
        sums = self._write_summaries(manifest)
        # The files written just now are scanned as well.
        self._look(already=[LOG, *map(path_of, self._ended.artifacts)])
        if self._leaks:
            self._keep_aside()
        return self._seal(canonical(manifest), sums, authorities)

    def _look(self, already: Collection[str]) -> None:
        if self._ended.scan is not None:
            self._leaks += self._ended.scan(self._folder, already)

    def _manifest(self) -> dict[str, Json]:
        scanned = self._ended.scan is not None
        artifacts = sorted(self._ended.artifacts, key=path_of)
        return {
            "format": FORMAT,
            **self._vouched,
            "result": self._ended.result,
            "redaction": redaction_record.record(self._events, self._leaks, scanned=scanned),
            "artifacts": artifacts,
        }

    def _write_summaries(self, manifest: Mapping[str, Json]) -> bytes:
        listed = [
            # Hashes from when they were written: a file changed since then must not pass.
            *self._ended.artifacts,
            described(LOG, (self._folder / LOG).read_bytes()),
            self._write(MANIFEST, canonical(manifest)),
            self._write(REPORT, self._report(manifest, self._facts)),
        ]
        sums = [f"{entry['sha256']}  {path_of(entry)}\n" for entry in sorted(listed, key=path_of)]
        self._write(SUMS, "".join(sums).encode())
        return "".join(sums).encode()

    def _report(self, manifest: Mapping[str, Json], facts: SealFacts | None) -> bytes:
        from handrail.evidence.report.render import render

        small = self._ended.thumbnails
        pictures = [as_text(event.facts.get("path")) for event in self._events if event.kind == "capture"]
        thumbnails = {path: small.get(path) or reduced_file(self._folder / path) for path in pictures}
        return render(self._events, manifest, language(), facts, thumbnails).encode()

    def _seal(self, manifest: bytes, sums: bytes, authorities: Sequence[Authority]) -> list[Stamp]:
        sealed = envelope(statement(sums, manifest, self._vouched), self._signer)
        asking = Asking(sealed, authorities)
        self._write(SIGNER, self._signer.public_pem)
        self._write(ENVELOPE, sealed)
        answers = asking.answers(PATIENCE_S)
        stamps = [answer for answer in answers if answer.token is not None]
        for number, stamp in enumerate(stamps, start=1):
            self._write(token_name(number), stamp.data)
        if stamps:
            self._write(TSA_CHAIN, chain_of(stamps))
        return answers

    def _keep_aside(self) -> None:
        leaks = sorted(set(self._leaks))
        manifest = {
            **parse((self._folder / MANIFEST).read_bytes()),
            "redaction": redaction_record.record(self._events, leaks, scanned=True),
        }
        # These say that the bundle is sealed.
        for name in (SUMS, MANIFEST, REPORT):
            (self._folder / name).unlink()
        self._write(MANIFEST, canonical(manifest))
        self._write(REPORT, self._report(manifest, None))
        self._write("UNSEALED.txt", redaction_record.note(leaks).encode())
        aside = self._folder.with_name(f"unsealed-{self._ended.bundle_id}")
        self._folder.rename(aside)
        raise NotSealed(leaks, aside)

    def _write(self, name: str, data: bytes) -> Entry:
        return write_new(self._folder, name, data, durable=True)


def _genesis_time(events: Sequence[Event]) -> str | None:
    stamps = (event.facts for event in events if event.kind == "stamp")
    return min((as_text(stamp.get("at")) for stamp in stamps), default=None)
