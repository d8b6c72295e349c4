"""The bundle: one run's evidence, written aside as it happens, then moved whole."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias, cast

from filelock import BaseFileLock

from handrail import __version__
from handrail.errors import BadInput, HandrailError
from handrail.evidence import redaction
from handrail.evidence.events import FRAME, Clean, Event, Json, canonical, read_events, tidy_member, tidy_text
from handrail.evidence.living import PARTIAL, hold, let_go
from handrail.evidence.log import Log
from handrail.evidence.reading import listed, mapped, text
from handrail.evidence.scan import Leak
from handrail.evidence.seal import envelope, warm_up
from handrail.evidence.signer import Signer
from handrail.evidence.sought import What
from handrail.evidence.statement import (
    ARTIFACTS,
    ENVELOPE,
    FORMAT,
    LOG,
    MANIFEST,
    REPORT,
    SIGNER,
    SUMS,
    Kind,
    SealFacts,
    predicate,
    statement,
)
from handrail.evidence.strictjson import parse
from handrail.evidence.thumbnails import reduced_file
from handrail.i18n import gettext as _
from handrail.i18n import language, lazy
from handrail.reasons import system

WALKED_TO_THE_END = frozenset({"done", "refused", "waiting", "kept"})
"""Outcomes of a run that went as far as the site lets anybody go; own screenshots have nowhere to go."""


Scan: TypeAlias = Callable[[Path, Collection[str]], "list[Leak]"]
"""Looks in a folder for what may not be sealed, but not in the files named."""


class EvidenceNotSaved(HandrailError):
    """The evidence could not be finished; what there is stays where it was being written."""

    hint = lazy("Make room, and run the same command again: it seals what is there.")


class NotSealed(HandrailError):
    """Something private can be read in the evidence, so it is kept aside without a seal."""

    exit_code = 4

    def __init__(self, leaks: list[Leak], folder: Path) -> None:
        super().__init__(redaction.refusal(leaks), hint=redaction.way_out(folder), where=str(folder))
        self.folder = folder
        """Where the evidence is now."""


class Recorder:
    """Write one run's evidence: events chained by hash, artifacts, then moved whole."""

    def __init__(
        self,
        folder: Path,
        bundle_id: str,
        log: Log,
        lock: BaseFileLock,
        *,
        clean: Clean,
        signer: Signer,
        scan: Scan | None = None,
    ) -> None:
        self.folder = folder
        """Where the evidence is being written; `finish` moves it."""
        self.bundle_id = bundle_id
        """Names this bundle, and its folder, for good."""
        self._clean = clean
        self._signer = signer
        self._scan = scan
        self._leaks: list[Leak] = []
        self._log = log
        self._lock = lock
        self._captures = 0
        self._kept: list[dict[str, Json]] = []
        self._thumbnails: dict[str, bytes] = {}

    @classmethod
    def begin(
        cls,
        out: Path,
        *,
        facts: Mapping[str, Json],
        clean: Clean,
        signer: Signer,
        scan: Scan | None = None,
    ) -> Recorder:
        """Open a bundle under `out`, with `facts` in its first event; `site_kind` says what the run is on.

        `clean` is the redactor that every text passes; what `scan` finds in the files all the same
        refuses the seal, which is `signer`'s. Raises BadInput where `out` takes no files.
        """
        _right_key(signer, facts["site_kind"])
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{_slug(str(facts.get('flow', 'run')))}"
        bundle_id = f"{name}-{secrets.token_hex(4)}"
        folder = out.absolute() / f"{PARTIAL}{bundle_id}"
        try:
            out.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = hold(folder)
            assert lock is not None  # noqa: S101  # the name is new
            folder.mkdir(mode=0o700)
            (folder / ARTIFACTS).mkdir(mode=0o700)
            log = Log(folder / LOG)
            recorder = cls(folder, bundle_id, log, lock, clean=clean, signer=signer, scan=scan)
        except OSError as error:
            raise BadInput(
                _("No evidence can be written to {folder}: {why}.", folder=out, why=system(error)),
                hint=_("Name a folder you can write to with --out DIR."),
                where=str(out),
            ) from error
        told = {**_surroundings(), **recorder._tidied(facts), "bundle_id": bundle_id}
        recorder._append("genesis", told)
        warm_up()
        return recorder

    @classmethod
    def resume(
        cls, folder: Path, events: Sequence[Event], lock: BaseFileLock, *, signer: Signer, scan: Scan
    ) -> Recorder:
        """Go on with the evidence of a run that ended without a word; `events` is all its log holds.

        What the run kept private is known here no more: its texts were cleaned when they were written.
        """
        _right_key(signer, events[0].facts["site_kind"])
        bundle_id = folder.name.removeprefix(PARTIAL)
        log = Log(folder / LOG, events)
        recorder = cls(folder, bundle_id, log, lock, clean=str, signer=signer, scan=scan)
        recorder._kept = kept_by(events)
        recorder._leaks = leaks_in(events)
        return recorder

    def event(self, kind: str, **facts: Json) -> None:
        """Append one event; it is with the operating system when this returns."""
        if taken := facts.keys() & set(FRAME):
            raise ValueError(f"the log writes {sorted(taken)} itself")
        self._append(kind, self._tidied(facts))

    def artifact(
        self,
        slug: str,
        png: bytes,
        facts: Mapping[str, object],
        aria: str | None,
        thumbnail: bytes | None = None,
    ) -> str:
        """Keep a capture with what is known of the page; return the picture's file name.

        The event repeats `caption`, `masks`, `url`, `title` and `own` where `facts` has them. `thumbnail` is
        the picture made small (WebP) for the report; without one it is made in the end.
        """
        self._captures += 1
        stem = f"{self._captures:04d}-{_slug(tidy_text(slug, self._clean))}"
        picture = self._keep(f"{stem}.png", png)
        if thumbnail is not None:
            self._thumbnails[f"{ARTIFACTS}/{stem}.png"] = thumbnail
        known = self._tidied({"caption": slug, "masks": [], **facts})
        beside = [self._keep(f"{stem}.json", canonical({**known, **picture}) + b"\n")]
        if aria is not None:
            said = tidy_text(aria, self._clean)
            beside.append(self._keep(f"{stem}.aria.yaml", said.encode() + b"\n"))
        told: dict[str, Json] = {
            key: known[key] for key in ("caption", "masks", "url", "title", "own") if key in known
        }
        self._append("capture", {**told, **picture, "beside": beside})
        return f"{stem}.png"

    def found(self, leaks: list[Leak]) -> None:
        """Note that something private was readable where it was captured; it refuses the seal."""
        for leak in leaks:
            # Were this run killed, whoever seals later must know.
            self._append("leak", {"where": leak.where, "what": leak.what, "rule": leak.rule})
        self._leaks += leaks

    def finish(self, result: Mapping[str, Json]) -> Path:
        """End the log, write what is read from it, seal it, move the folder whole; return where it is now.

        `result` needs `outcome` and `exit_code`; all of it goes into manifest.json. Raises NotSealed
        where something private is readable in it, once it is kept aside.
        """
        with self._ending():
            self.event("end", outcome=result["outcome"], exit_code=result["exit_code"])
            return self._close(result, complete=result["outcome"] in WALKED_TO_THE_END)

    def finish_later(self, result: Mapping[str, Json], **found: Json) -> Path:
        """Do what `finish` does, for a run that was cut off: with what was found, and as incomplete."""
        with self._ending():
            self._append("sealed-later", found)
            return self._close(result, complete=False)

    @contextmanager
    def _ending(self) -> Iterator[None]:
        try:
            yield
        finally:
            # What could not be finished is finished by the next command that finds nobody writing it.
            let_go(self._lock)

    def _close(self, result: Mapping[str, Json], *, complete: bool) -> Path:
        self._append("seal", {"fingerprint": self._signer.fingerprint, "demo_key": self._signer.demo})
        final = self.folder.with_name(self.bundle_id)
        with self._saving():
            self._log.close()
            self._leaks += self._scanned(already=())
            facts, sums, told = self._write_summaries(result, complete=complete)
            # What was written last is read as well.
            self._leaks += self._scanned(already=[LOG, *map(_path, self._kept)])
            if self._leaks:
                self._keep_aside()
            self._seal(facts, sums, told)
            self.folder.rename(final)
        self.folder = final
        return final

    def _scanned(self, already: Collection[str]) -> list[Leak]:
        return self._scan(self.folder, already) if self._scan else []

    def _keep_aside(self) -> None:
        leaks = sorted(set(self._leaks))
        events = read_events(self.folder / LOG, head=self._log.head)
        manifest = {
            **parse((self.folder / MANIFEST).read_bytes()),
            "redaction": redaction.record(events, leaks, scanned=True),
        }
        # What says that it is sealed must not stay.
        for name in (SUMS, MANIFEST, REPORT):
            (self.folder / name).unlink()
        self._last(MANIFEST, canonical(manifest))
        self._last(REPORT, self._report(events, manifest, None))
        self._last("UNSEALED.txt", redaction.note(leaks).encode())
        aside = self.folder.with_name(f"unsealed-{self.bundle_id}")
        self.folder.rename(aside)
        self.folder = aside
        raise NotSealed(leaks, aside)

    def _append(self, kind: str, facts: Mapping[str, Json]) -> None:
        with self._saving():
            self._log.append(kind, facts)

    def _tidied(self, facts: Mapping[str, object]) -> dict[str, Json]:
        return {key: tidy_member(key, value, self._clean) for key, value in facts.items()}

    def _write_summaries(
        self, result: Mapping[str, Json], *, complete: bool
    ) -> tuple[SealFacts, bytes, bytes]:
        events = read_events(self.folder / LOG, head=self._log.head)
        kept = sorted(self._kept, key=_path)
        facts = SealFacts(
            bundle_id=self.bundle_id,
            fingerprint=self._signer.fingerprint,
            kind=cast(Kind, events[0].facts["site_kind"]),
            complete=complete,
            rehearsal=events[0].facts.get("rehearsal") is True,
            genesis_time=None,
        )
        manifest: dict[str, Json] = {
            "format": FORMAT,
            **self._vouched(facts),
            "result": self._tidied(result),
            "redaction": redaction.record(events, self._leaks, scanned=self._scan is not None),
            "artifacts": kept,
        }
        told = canonical(manifest)
        listed = [
            # As they were when written: a file changed since then must not pass.
            *self._kept,
            _described(LOG, (self.folder / LOG).read_bytes()),
            self._last(MANIFEST, told),
            self._last(REPORT, self._report(events, manifest, facts)),
        ]
        sums = "".join(f"{entry['sha256']}  {_path(entry)}\n" for entry in sorted(listed, key=_path)).encode()
        self._last(SUMS, sums)
        return facts, sums, told

    def _report(
        self, events: Sequence[Event], manifest: Mapping[str, Json], facts: SealFacts | None
    ) -> bytes:
        from handrail.evidence.report import render

        pictures = [text(event.facts.get("path")) for event in events if event.kind == "capture"]
        small = {path: self._thumbnails.get(path) or reduced_file(self.folder / path) for path in pictures}
        return render(events, manifest, language(), facts, small).encode()

    def _seal(self, facts: SealFacts, sums: bytes, manifest: bytes) -> None:
        self._last(SIGNER, self._signer.public_pem)
        self._last(ENVELOPE, envelope(statement(sums, manifest, self._vouched(facts)), self._signer))

    def _vouched(self, facts: SealFacts) -> dict[str, Json]:
        return predicate(facts, head=self._log.head, count=self._log.count)

    def _last(self, name: str, data: bytes) -> dict[str, Json]:
        _write_new(self.folder / name, data, durable=True)
        return _described(name, data)

    def _keep(self, name: str, data: bytes) -> dict[str, Json]:
        with self._saving():
            _write_new(self.folder / ARTIFACTS / name, data)
        self._kept.append(_described(f"{ARTIFACTS}/{name}", data))
        return self._kept[-1]

    @contextmanager
    def _saving(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise EvidenceNotSaved(
                _("The evidence could not be saved: {why}.", why=system(error)),
                where=str(self.folder),
            ) from error


def kept_by(events: Sequence[Event]) -> list[dict[str, Json]]:
    """Return the path, hash and size of every artifact that a log speaks of."""
    entries = (entry for event in events for entry in (event.facts, *listed(event.facts.get("beside"))))
    return [
        {key: entry[key] for key in ("path", "sha256", "size")}
        for entry in map(mapped, entries)
        if entry.keys() >= {"path", "sha256", "size"}
    ]


def leaks_in(events: Sequence[Event]) -> list[Leak]:
    """Return what a log says was readable where it was captured."""
    found = (event.facts for event in events if event.kind == "leak")
    return [Leak(text(one["where"]), cast(What, one["what"]), text(one["rule"])) for one in found]


def _right_key(signer: Signer, site_kind: Json) -> None:
    if signer.demo == (site_kind == "live"):
        raise ValueError(f"the wrong key for a bundle of the kind {site_kind}")


def _described(name: str, data: bytes) -> dict[str, Json]:
    return {"path": name, "sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}


def _path(entry: Mapping[str, Json]) -> str:
    # Names are ASCII, so that their order as text is their order in bytes, as LC_ALL=C has it.
    return str(entry["path"])


def _surroundings() -> dict[str, Json]:
    here = datetime.now(UTC).astimezone()
    offset = here.utcoffset()
    return {
        "handrail": __version__,
        "language": language(),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "time_zone": here.tzname(),
        "utc_offset_minutes": int(offset.total_seconds()) // 60 if offset else 0,
    }


def _slug(text: str) -> str:
    plain = (c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", "".join(plain))[:60].strip("-") or "page"


def _write_new(path: Path, data: bytes, *, durable: bool = False) -> None:
    # Private from the start: a file whose mode is changed later was readable for a moment.
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
