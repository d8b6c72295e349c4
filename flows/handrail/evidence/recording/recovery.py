"""Finish the evidence of a killed run from its log, and seal it as incomplete."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from filelock import BaseFileLock

from handrail.core.error_text import system
from handrail.core.errors import HandrailError
from handrail.core.i18n import gettext as _
from handrail.core.outcome import Outcome
from handrail.evidence.format.attestation import Kind
from handrail.evidence.format.events import BundleBroken, Event, Json, read_events
from handrail.evidence.format.layout import ARTIFACTS, LOG
from handrail.evidence.keys.signer import Signer
from handrail.evidence.recording.errors import NotSealed
from handrail.evidence.recording.recorder import Recorder, recorded_files
from handrail.evidence.recording.write_lock import PARTIAL, hold, let_go
from handrail.evidence.timestamps.authorities import Authority
from handrail.privacy.scan import Leak, scan
from handrail.privacy.scan_rules import Hidden


@dataclass(frozen=True)
class _Means:
    """The signer and the authorities for each kind of site."""

    signer_for: Callable[[Kind], Signer]
    authorities_for: Callable[[Kind], Sequence[Authority]]


@dataclass(frozen=True)
class Recovered:
    """What was done with the evidence of one killed run."""

    where: Path | None
    """Where it is now; None if it was empty."""
    sealed: bool
    """Whether it could be sealed."""
    message: str
    """What was done, in a sentence."""
    why: str = ""
    """Why it is not sealed, in a sentence."""


def seal_unfinished(
    out: Path,
    signer_for: Callable[[Kind], Signer],
    authorities_for: Callable[[Kind], Sequence[Authority]] = lambda _kind: (),
) -> list[Recovered]:
    """Seal the evidence of killed runs under `out` and return what was done with each; raise no error.

    Evidence that a running process is writing is left alone.
    """
    means = _Means(signer_for, authorities_for)
    recovered = []
    for folder in sorted(out.absolute().glob(f"{PARTIAL}*")):
        try:
            if folder.is_dir() and (lock := hold(folder)) is not None:
                recovered += _recover(folder, lock, means)
        except OSError as error:
            recovered.append(_waiting(folder, system(error)))
    return recovered


def _recover(folder: Path, lock: BaseFileLock, means: _Means) -> list[Recovered]:
    try:
        # Whoever had the lock may have finished it just now.
        return [_sealed(folder, lock, means)] if folder.is_dir() else []
    except NotSealed as refused:
        return [Recovered(refused.folder, sealed=False, message=refused.message)]
    except (BundleBroken, ChangedSince) as broken:
        return [_aside(folder, broken.message)]
    except HandrailError as error:
        return [_waiting(folder, error.message)]
    finally:
        let_go(lock)


def _sealed(folder: Path, lock: BaseFileLock, means: _Means) -> Recovered:
    cut = _cut_torn_line(folder / LOG)
    if not (folder / LOG).stat().st_size:
        shutil.rmtree(folder)
        return Recovered(None, sealed=False, message=_("A run was cut off before it had done anything."))
    events = read_events(folder / LOG)
    kind = events[0].facts.get("site_kind")
    if kind not in get_args(Kind):
        raise ChangedSince(_("The log does not say what the run was on."))
    signer, authorities = means.signer_for(cast(Kind, kind)), means.authorities_for(cast(Kind, kind))
    unrecorded = _clear(folder, events)
    recorder = Recorder.resume(folder, events, lock, signer=signer, scan=_scan, authorities=authorities)
    bundle = recorder.finish_later(_result(events), cut_bytes=cut, unrecorded=unrecorded)
    return Recovered(
        bundle,
        sealed=True,
        message=_("A run had been cut off. Its evidence is sealed now, as incomplete: {path}.", path=bundle),
    )


def _cut_torn_line(log: Path) -> int:
    """Remove a half-written last line; return how many bytes it had."""
    log.touch(mode=0o600)
    data = log.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        with log.open("r+b") as file:
            file.truncate(whole)
    return len(data) - whole


def _clear(folder: Path, events: Sequence[Event]) -> list[str]:
    """Remove every file the log does not record; return the names of the artifacts among them.

    Raises ChangedSince where an artifact is not what was recorded.
    """
    recorded = {str(entry["path"]): entry["sha256"] for entry in recorded_files(events)}
    for name, digest in recorded.items():
        path = folder / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise ChangedSince(_("{name} is not what the run had recorded.", name=name))
    for path in folder.iterdir():
        if path.is_file() and path.name != LOG:
            path.unlink()
    artifacts = sorted((folder / ARTIFACTS).iterdir())
    unrecorded = [path for path in artifacts if f"{ARTIFACTS}/{path.name}" not in recorded]
    for path in unrecorded:
        path.unlink()
    return [path.name for path in unrecorded]


class ChangedSince(HandrailError):
    """The evidence of a killed run was changed before it was sealed."""

    exit_code = 1


def _result(events: Sequence[Event]) -> dict[str, Json]:
    genesis, outcome = events[0].facts, _outcome(events)
    return {
        "flow": genesis.get("flow"),
        "site": genesis.get("site"),
        "dry_run": genesis.get("dry_run"),
        "outcome": outcome.value,
        "exit_code": outcome.exit_code,
        "advice": [_("This run was cut off. What it had written until then was sealed by a later command.")],
    }


def _outcome(events: Sequence[Event]) -> Outcome:
    """Return the outcome of the `end` event; without one, unknown if an effect was sent and not observed."""
    last = next((event.facts["outcome"] for event in events if event.kind == "end"), None)
    if recorded := next((outcome for outcome in Outcome if outcome.value == last), None):
        return recorded
    in_doubt: set[tuple[Json, Json]] = set()
    for event in events:
        effect = (event.facts.get("step"), event.facts.get("effect"))
        if event.kind in ("effect-intended", "effect-released"):
            in_doubt.add(effect)
        elif event.kind == "effect-observed" and event.facts.get("outcome"):
            in_doubt.discard(effect)
    return Outcome.UNKNOWN if in_doubt else Outcome.UNFINISHED


def _scan(folder: Path, already: Collection[str]) -> list[Leak]:
    # The seller's own values are no longer known; their patterns still are.
    return scan(folder, Hidden(), already)


def _aside(folder: Path, why: str) -> Recovered:
    aside = folder.with_name(f"unsealed-{folder.name.removeprefix(PARTIAL)}")
    folder.rename(aside)
    message = _("Evidence of a run that was cut off cannot be sealed, and is kept aside: {path}.", path=aside)
    return Recovered(aside, sealed=False, message=message, why=why)


def _waiting(folder: Path, why: str) -> Recovered:
    message = _("Evidence of a run that was cut off still waits to be sealed: {path}.", path=folder)
    return Recovered(folder, sealed=False, message=message, why=why)
