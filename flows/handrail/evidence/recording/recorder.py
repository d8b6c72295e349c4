"""Record one run's evidence in a partial folder while it happens, then seal it and move it whole."""

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
from handrail.evidence.format.json_access import as_list, as_mapping, as_text
from handrail.evidence.format.layout import ARTIFACTS, LOG, genesis_token_name
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.dsse import warm_up
from handrail.evidence.recording.errors import EvidenceNotSaved, NotSealed
from handrail.evidence.recording.event_log import Clock, Log
from handrail.evidence.recording.sealing import EndedRun, Scan, close
from handrail.evidence.recording.write_lock import PARTIAL, hold, let_go
from handrail.evidence.timestamps.authorities import PATIENCE_S, Asking, Authority, Stamp
from handrail.privacy.scan import Leak
from handrail.privacy.scan_rules import What

WALKED_TO_THE_END = frozenset({"done", "refused", "waiting", "kept"})
"""Outcomes of a run that got to its end; a bundle of own screenshots is always complete."""

FIRST_PATIENCE_S = 1.0
"""How long the second event waits for a timestamp of the first; a browser opens meanwhile."""


class Recorder:
    """The evidence of one run while it is written: a log chained by hash, and artifacts."""

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
        """The folder being written; `finish` moves it."""
        self.bundle_id = bundle_id
        """The name of the bundle and of its final folder."""
        self.notes: list[str] = []
        """Sentences for the person about the evidence itself."""
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
        self._entries: list[Entry] = []
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
        """Open a bundle under `out`, with `facts` in its first event; `site_kind` is the kind of site.

        `clean` redacts every text. Whatever `scan` still finds in the files prevents the seal, which
        `signer` signs. The `authorities` stamp the first event and the seal.
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
        """Continue the evidence of a killed run; `events` are all events of its log.

        Its texts need no redactor: they were redacted when they were written.
        """
        _right_key(signer, events[0].facts["site_kind"])
        bundle_id = folder.name.removeprefix(PARTIAL)
        log = Log(folder / LOG, events)
        recorder = cls(
            folder, bundle_id, log, lock, clean=str, signer=signer, scan=scan, authorities=authorities
        )
        recorder._entries = recorded_files(events)
        recorder._leaks = leaks_in(events)
        return recorder

    def event(self, kind: str, **facts: Json) -> None:
        """Append one event; it has been written to the file when this returns."""
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
        """Write a capture with the facts of its page; return the picture's file name.

        The event repeats `caption`, `masks`, `url`, `title` and `own` where `facts` has them. `thumbnail` is
        the reduced picture (WebP) for the report; without one it is made at the end.
        """
        self._captures += 1
        stem = f"{self._captures:04d}-{_slug(tidy_text(slug, self._clean))}"
        picture = self._keep(f"{ARTIFACTS}/{stem}.png", png)
        if thumbnail is not None:
            self._thumbnails[f"{ARTIFACTS}/{stem}.png"] = thumbnail
        page_facts = self._tidied({"caption": slug, "masks": [], **facts})
        beside = [self._keep(f"{ARTIFACTS}/{stem}.json", canonical({**page_facts, **picture}) + b"\n")]
        if aria is not None:
            snapshot = tidy_text(aria, self._clean)
            beside.append(self._keep(f"{ARTIFACTS}/{stem}.aria.yaml", snapshot.encode() + b"\n"))
        event_facts: dict[str, Json] = {
            key: page_facts[key] for key in ("caption", "masks", "url", "title", "own") if key in page_facts
        }
        self._append("capture", {**event_facts, **picture, "beside": beside})
        return f"{stem}.png"

    def note_leaks(self, leaks: list[Leak]) -> None:
        """Record that something private was readable in a capture; the bundle is then not sealed."""
        for leak in leaks:
            # In the log: if this run is killed, a later command must not seal it either.
            self._append("leak", {"where": leak.where, "what": leak.what, "rule": leak.rule})
        self._leaks += leaks

    def finish(self, result: Mapping[str, Json]) -> Path:
        """End the log, write the report and the manifest, seal, move the folder; return where it is now.

        `result` needs `outcome` and `exit_code`; all of it goes into manifest.json. Raises NotSealed
        if something private is readable, after moving it aside; EvidenceNotSaved if it
        could not be written, and a later command finishes it.
        """
        with self._ending():
            self.event("end", outcome=result["outcome"], exit_code=result["exit_code"])
            return self._close(result, complete=result["outcome"] in WALKED_TO_THE_END)

    def finish_later(self, result: Mapping[str, Json], **details: Json) -> Path:
        """Finish a killed run: like `finish`, but incomplete, with `details` in a `sealed-later` event."""
        with self._ending():
            self._append("sealed-later", details)
            return self._close(result, complete=False)

    @contextmanager
    def _ending(self) -> Iterator[None]:
        try:
            yield
        finally:
            # A later command that gets this lock finishes what could not be finished here.
            let_go(self._lock)

    def _close(self, result: Mapping[str, Json], *, complete: bool) -> Path:
        self._take_stamps(PATIENCE_S)
        self._write("seal", {"fingerprint": self._signer.fingerprint, "demo_key": self._signer.demo})
        ended = EndedRun(
            folder=self.folder,
            bundle_id=self.bundle_id,
            head=self._log.head,
            artifacts=self._entries,
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

    def _sealed(self, ended: EndedRun) -> list[Stamp]:
        try:
            return close(ended, self._signer, self._authorities)
        except NotSealed as refused:
            self.folder = refused.folder
            raise

    def _begin(self, facts: Mapping[str, Json]) -> None:
        genesis = {**_surroundings(), **self._tidied(facts), "bundle_id": self.bundle_id}
        line = self._write("genesis", genesis)
        if self._authorities:
            self._asking = Asking(line, self._authorities)
        warm_up()

    def _append(self, kind: str, facts: Mapping[str, Json]) -> None:
        self._take_stamps(FIRST_PATIENCE_S if self._log.count == 1 else 0)
        self._write(kind, facts)

    def _take_stamps(self, patience_s: float) -> None:
        """Write the authorities' answers about the first event into the log, before the next event."""
        answers = self._asking.answers(patience_s) if self._asking else []
        for answer in answers:
            who = answer.authority.host
            if answer.token is None:
                self._write("stamp-failed", {"authority": who, "why": answer.why_not})
                continue
            self._stamps += 1
            entry = self._keep(genesis_token_name(self._stamps), answer.data)
            time = f"{answer.token.at:%Y-%m-%dT%H:%M:%SZ}"
            self._write("stamp", {"of": "genesis", "authority": who, "at": time, **entry})
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
            self._entries.append(write_new(self.folder, name, data))
        return self._entries[-1]

    @contextmanager
    def _saving(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise EvidenceNotSaved(
                _("The evidence could not be saved: {why}.", why=system(error)),
                where=str(self.folder),
            ) from error


def recorded_files(events: Sequence[Event]) -> list[Entry]:
    """Return the path, hash and size of every artifact that a log records."""
    entries = (entry for event in events for entry in (event.facts, *as_list(event.facts.get("beside"))))
    return [
        {key: entry[key] for key in ("path", "sha256", "size")}
        for entry in map(as_mapping, entries)
        if entry.keys() >= {"path", "sha256", "size"}
    ]


def leaks_in(events: Sequence[Event]) -> list[Leak]:
    """Return the leaks that a log records."""
    leaks = (event.facts for event in events if event.kind == "leak")
    return [Leak(as_text(leak["where"]), cast(What, leak["what"]), as_text(leak["rule"])) for leak in leaks]


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
