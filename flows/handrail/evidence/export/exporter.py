"""Export a verified bundle as a zip file, a PDF, or pictures."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from handrail.core.error_text import system
from handrail.core.errors import BadInput, HandrailError
from handrail.core.files import write_private
from handrail.core.i18n import gettext as _
from handrail.core.i18n import language, lazy
from handrail.evidence.capture.thumbnails import reduced_png
from handrail.evidence.export.withhold_business import paint_over, still_readable, without_business
from handrail.evidence.export.zip_writer import NotPacked, copy_out, write_zip
from handrail.evidence.format.attestation import SealFacts, statement
from handrail.evidence.format.canonical_json import parse
from handrail.evidence.format.copy_statement import (
    COPY_FORMAT,
    COPY_PREDICATE_TYPE,
    copy_facts,
    copy_predicate,
)
from handrail.evidence.format.events import Event, Json, canonical, read_events
from handrail.evidence.format.files import Entry, path_of, write_new
from handrail.evidence.format.json_access import as_text
from handrail.evidence.format.layout import ARTIFACTS, ENVELOPE, LOG, MANIFEST, REPORT, SIGNER, SUMS
from handrail.evidence.recording.dsse import envelope
from handrail.evidence.report.render import Copy, marks, render, signed_by
from handrail.evidence.verify.verdict import Verdict, rfc3339
from handrail.evidence.verify.verifier import NOBODY, verify

if TYPE_CHECKING:
    from handrail.browser.find import Browser
    from handrail.evidence.export.paper import Paper
    from handrail.evidence.keys.signer import Signer
    from handrail.evidence.verify.verdict import Trust


class NotExported(HandrailError):
    """The bundle does not verify, so no copy of it is made."""

    exit_code = 1
    hint = lazy("Run `handrail evidence verify` on it to see every reason.")


@dataclass(frozen=True)
class Checked:
    """A verified bundle in a folder of its own."""

    folder: Path
    """Where its files are."""
    verdict: Verdict
    """Its verdict."""
    seal: SealFacts
    """What its report states about the seal."""
    events: tuple[Event, ...]
    """Its log."""
    manifest: dict[str, Json]
    """Its manifest."""
    digest: str
    """The sha256 of its attestation.dsse.json, in hex."""

    @property
    def pictures(self) -> list[str]:
        """The paths of its captures, in order."""
        return [as_text(event.facts["path"]) for event in self.events if event.kind == "capture"]


@contextmanager
def checked(path: Path, trust: Trust = NOBODY) -> Iterator[Checked]:
    """Verify a bundle, a folder or a zip, and yield it; raises NotExported if it does not verify."""
    with TemporaryDirectory(prefix="handrail-export-") as aside:
        verdict = verify(path, trust)
        folder = Path(aside) / "bundle"
        if not verdict.reasons:
            copy_out(path, folder)
            # What is read from here on is what was checked: nobody else writes there.
            verdict = verify(folder, trust)
        if verdict.reasons:
            raise NotExported(
                _("It does not verify: {reason}", reason=verdict.reasons[0].sentence), where=str(path)
            )
        yield _read(folder, verdict)


def to_zip(bundle: Checked, out: Path) -> None:
    """Write the bundle as one new zip file.

    Raises BadInput where something stands there already, and NotPacked.
    """
    _refuse_to_overwrite(out, "--out")
    write_zip(bundle.folder, out)


def to_copy(bundle: Checked, out: Path, signer: Signer) -> None:
    """Write a copy without business facts as one new zip file, sealed as what it is by the same key.

    Raises BadInput where something stands there already or `signer` did not seal the bundle, NotExported
    where a business fact would stay readable, and NotPacked.
    """
    _refuse_to_overwrite(out, "--out")
    if signer.fingerprint != bundle.seal.fingerprint:
        raise BadInput(
            _("This copy has to be sealed by the key that sealed the bundle, which is not this machine's."),
            hint=_("Make the copy on the machine that made the bundle, or print it with --pdf FILE."),
            where="--redact",
        )
    with TemporaryDirectory(prefix="handrail-export-") as aside:
        _derive(bundle, Path(aside), signer)
        write_zip(Path(aside), out)


async def to_pdf(bundle: Checked, out: Path, browser: Browser, paper: Paper, *, redact: bool = False) -> None:
    """Write the report as a new PDF; raises BadInput where something stands there already, and NotPacked."""
    from handrail.evidence.export.paper import as_pdf

    _refuse_to_overwrite(out, "--pdf")
    html, _copy = _printable(bundle, redact=redact)
    data = await as_pdf(html, paper, browser)
    with _writing(out):
        write_private(out, data)


async def to_pictures(
    bundle: Checked, folder: Path, browser: Browser, paper: Paper, *, redact: bool = False
) -> list[Path]:
    """Write the report's pages as numbered PNG files into a new folder; return them. Raises NotPacked."""
    from handrail.evidence.export.paper import as_pictures

    html, copy = _printable(bundle, redact=redact)
    seal = bundle.seal
    corners = (
        f"Handrail · {seal.bundle_id}",
        " · ".join(marks(seal, copy, bundle.events)),
        signed_by(seal, copy),
    )
    pages = await as_pictures(html, paper, browser, corners)
    paths = [folder / f"{number:03d}.png" for number in range(1, len(pages) + 1)]
    with _writing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BadInput(
                _("{folder} is not empty.", folder=folder),
                hint=_("Name a new folder, so that no page of another report stays among these."),
                where="--images",
            )
        for path, data in zip(paths, pages, strict=True):
            write_private(path, data)
    return paths


def _read(folder: Path, verdict: Verdict) -> Checked:
    events = read_events(folder / LOG)
    manifest: dict[str, Json] = parse((folder / MANIFEST).read_bytes())
    began = verdict.time.began_after if verdict.time else None
    seal = SealFacts(
        bundle_id=verdict.bundle_id or "",
        fingerprint=verdict.fingerprint or "",
        kind=verdict.kind or "live",
        complete=verdict.complete is True,
        rehearsal=verdict.nature == "rehearsal",
        genesis_time=rfc3339(began) if began else None,
    )
    digest = hashlib.sha256((folder / ENVELOPE).read_bytes()).hexdigest()
    return Checked(folder, verdict, seal, events, manifest, digest)


def _printable(bundle: Checked, *, redact: bool) -> tuple[str, Copy]:
    pictures: dict[str, bytes] = {}
    for path in bundle.pictures:
        png = _withheld(bundle, path) if redact else (bundle.folder / path).read_bytes()
        if png is not None:
            pictures[path] = png
    copy = Copy(bundle.digest, derived=redact, pictures=pictures)
    small = {path: reduced_png(png) for path, png in pictures.items()}
    return _rendered(bundle, copy, small), copy


def _derive(bundle: Checked, into: Path, signer: Signer) -> None:
    """Lay out a copy without business facts: its report, its pictures, its origin, and its seal."""
    (into / ARTIFACTS).mkdir()
    entries: list[Entry] = []
    small: dict[str, bytes] = {}
    for path in bundle.pictures:
        if (png := _withheld(bundle, path)) is not None:
            entries.append(write_new(into, path, png))
            small[path] = reduced_png(png)
    report = _rendered(bundle, Copy(bundle.digest, derived=True), small)
    if leaks := still_readable(bundle.events, report):
        raise NotExported(
            _("{count} business facts would still be readable in the copy.", count=leaks),
            where=bundle.seal.bundle_id,
            hint=_("Nothing was written. Please report it: the copy would not keep its promise."),
        )
    vouched = copy_predicate(copy_facts(bundle.seal, bundle.digest, "business"))
    entries.sort(key=path_of)
    manifest = canonical(
        {
            "format": COPY_FORMAT,
            **vouched,
            "marks": marks(bundle.seal, Copy(bundle.digest, derived=True), bundle.events),
            "artifacts": entries,
        }
    )
    listed = [*entries, write_new(into, MANIFEST, manifest), write_new(into, REPORT, report.encode())]
    sums = "".join(f"{entry['sha256']}  {path_of(entry)}\n" for entry in sorted(listed, key=path_of)).encode()
    write_new(into, SUMS, sums)
    write_new(into, SIGNER, signer.public_pem)
    write_new(into, ENVELOPE, envelope(statement(sums, manifest, vouched, COPY_PREDICATE_TYPE), signer))


def _withheld(bundle: Checked, path: str) -> bytes | None:
    picture = bundle.folder / path
    return paint_over(picture, picture.with_suffix(".json"))


def _rendered(bundle: Checked, copy: Copy, small: dict[str, bytes]) -> str:
    events: list[Event] = list(bundle.events)
    manifest = bundle.manifest
    if copy.derived:
        events, manifest = without_business(events, manifest)
    return render(events, manifest, language(), bundle.seal, small, copy)


def _refuse_to_overwrite(out: Path, option: str) -> None:
    if os.path.lexists(out):
        raise BadInput(
            _("{path} is there already, and nothing is overwritten.", path=out),
            hint=_("Name a file that is not there yet."),
            where=option,
        )


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotPacked(
            _("{file} cannot be written: {why}.", file=out, why=system(error)), where=str(out)
        ) from error
