"""The bundle: one run's evidence, written aside as it happens, then moved whole."""

from __future__ import annotations

import platform
import re
import secrets
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from filelock import BaseFileLock

from handrail.core.error_text import system
from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.i18n import language
from handrail.core.version import __version__
from handrail.evidence.format.events import FRAME, Clean, Event, Json, canonical, tidy_member, tidy_text
from handrail.evidence.format.files import Entry, write_new
from handrail.evidence.format.json_access import listed, mapped, text
from handrail.evidence.format.layout import ARTIFACTS, LOG, genesis_token_name
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.dsse import warm_up
from handrail.evidence.recording.errors import EvidenceNotSaved, NotSealed
from handrail.evidence.recording.event_log import Clock, Log
from handrail.evidence.recording.sealing import Ended, Scan, close
from handrail.evidence.recording.write_lock import PARTIAL, hold, let_go
from handrail.evidence.timestamps.authorities import PATIENCE_S, Asking, Authority, Stamp
from handrail.privacy.scan import Leak
from handrail.privacy.scan_rules import What

WALKED_TO_THE_END = frozenset({"done", "refused", "waiting", "kept"})
"""Outcomes of a run that went as far as the site lets anybody go; own screenshots have nowhere to go."""

FIRST_PATIENCE_S = 1.0
"""How long the first event waits for the genesis to be stamped: while a browser opens, nobody notices."""


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
        authorities: Sequence[Authority] = (),
    ) -> None:
        self.folder = folder
        """Where the evidence is being written; `finish` moves it."""
        self.bundle_id = bundle_id
        """Names this bundle, and its folder, for good."""
        self.notes: list[str] = []
        """What whoever runs this should hear about the evidence itself, in sentences."""
        self._clean = clean
        self._signer = signer
        self._scan = scan
        self._leaks: list[Leak] = []
        self._log = log
        self._lock = lock
        self._captures = 0
        self._authorities = authorities
        self._asking: Asking | None = None
        self._stamps = 0
        self._kept: list[Entry] = []
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
        authorities: Sequence[Authority] = (),
        clock: Clock = time.monotonic_ns,
    ) -> Recorder:
        """Open a bundle under `out`, with `facts` in its first event; `site_kind` says what the run is on.

        `clean` is the redactor that every text passes; what `scan` finds in the files all the same
        refuses the seal, which is `signer`'s. The `authorities` stamp the beginning and the seal.
        Raises BadInput where `out` takes no files.
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
            log = Log(folder / LOG, clock=clock)
        except OSError as error:
            raise BadInput(
                _("No evidence can be written to {folder}: {why}.", folder=out, why=system(error)),
                hint=_("Name a folder you can write to with --out DIR."),
                where=str(out),
            ) from error
        recorder = cls(
            folder, bundle_id, log, lock, clean=clean, signer=signer, scan=scan, authorities=authorities
        )
        recorder._begin(facts)
        return recorder

    @classmethod
    def resume(
        cls,
        folder: Path,
        events: Sequence[Event],
        lock: BaseFileLock,
        *,
        signer: Signer,
        scan: Scan,
        authorities: Sequence[Authority] = (),
    ) -> Recorder:
        """Go on with the evidence of a run that ended without a word; `events` is all its log holds.

        What the run kept private is known here no more: its texts were cleaned when they were written.
        """
        _right_key(signer, events[0].facts["site_kind"])
        bundle_id = folder.name.removeprefix(PARTIAL)
        log = Log(folder / LOG, events)
        recorder = cls(
            folder, bundle_id, log, lock, clean=str, signer=signer, scan=scan, authorities=authorities
        )
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
        picture = self._keep(f"{ARTIFACTS}/{stem}.png", png)
        if thumbnail is not None:
            self._thumbnails[f"{ARTIFACTS}/{stem}.png"] = thumbnail
        known = self._tidied({"caption": slug, "masks": [], **facts})
        beside = [self._keep(f"{ARTIFACTS}/{stem}.json", canonical({**known, **picture}) + b"\n")]
        if aria is not None:
            said = tidy_text(aria, self._clean)
            beside.append(self._keep(f"{ARTIFACTS}/{stem}.aria.yaml", said.encode() + b"\n"))
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
        where something private is readable in it, once it is kept aside; EvidenceNotSaved where it
        stays as it is for a later command.
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
        self._take_stamps(PATIENCE_S)
        self._write("seal", {"fingerprint": self._signer.fingerprint, "demo_key": self._signer.demo})
        ended = Ended(
            folder=self.folder,
            bundle_id=self.bundle_id,
            head=self._log.head,
            kept=self._kept,
            thumbnails=self._thumbnails,
            result=self._tidied(result),
            complete=complete,
            leaks=self._leaks,
            scan=self._scan,
        )
        with self._saving():
            self._log.close()
            self._note(self._sealed(ended))
            self.folder = self.folder.rename(self.folder.with_name(self.bundle_id))
        return self.folder

    def _sealed(self, ended: Ended) -> list[Stamp]:
        try:
            return close(ended, self._signer, self._authorities)
        except NotSealed as refused:
            self.folder = refused.folder
            raise

    def _begin(self, facts: Mapping[str, Json]) -> None:
        told = {**_surroundings(), **self._tidied(facts), "bundle_id": self.bundle_id}
        line = self._write("genesis", told)
        if self._authorities:
            self._asking = Asking(line, self._authorities)
        warm_up()

    def _append(self, kind: str, facts: Mapping[str, Json]) -> None:
        self._take_stamps(FIRST_PATIENCE_S if self._log.count == 1 else 0)
        self._write(kind, facts)

    def _take_stamps(self, patience_s: float) -> None:
        """Put what the authorities have answered about the beginning into the log, before what follows."""
        answers = self._asking.answers(patience_s) if self._asking else []
        for answer in answers:
            who = answer.authority.host
            if answer.token is None:
                self._write("stamp-failed", {"authority": who, "why": answer.why_not})
                continue
            self._stamps += 1
            entry = self._keep(genesis_token_name(self._stamps), answer.data)
            at = f"{answer.token.at:%Y-%m-%dT%H:%M:%SZ}"
            self._write("stamp", {"of": "genesis", "authority": who, "at": at, **entry})
        self._note(answers)

    def _note(self, answers: Sequence[Stamp]) -> None:
        for answer in answers:
            if answer.token is None:
                who, why = answer.authority.host, answer.why_not
                self.notes.append(_("No trusted time from {authority}: {why}.", authority=who, why=why))

    def _write(self, kind: str, facts: Mapping[str, Json]) -> bytes:
        with self._saving():
            return self._log.append(kind, facts)

    def _tidied(self, facts: Mapping[str, object]) -> dict[str, Json]:
        return {key: tidy_member(key, value, self._clean) for key, value in facts.items()}

    def _keep(self, name: str, data: bytes) -> Entry:
        with self._saving():
            self._kept.append(write_new(self.folder, name, data))
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


def kept_by(events: Sequence[Event]) -> list[Entry]:
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
