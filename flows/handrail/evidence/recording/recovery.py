"""What a killed run left behind: found by a later command, finished from its log, sealed as incomplete."""

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
from handrail.evidence.recording.recorder import Recorder, kept_by
from handrail.evidence.recording.write_lock import PARTIAL, hold, let_go
from handrail.evidence.timestamps.authorities import Authority
from handrail.privacy.scan import Leak, scan
from handrail.privacy.scan_rules import Hidden


@dataclass(frozen=True)
class _Means:
    """What sealing takes, by what a run was on."""

    signer_for: Callable[[Kind], Signer]
    authorities_for: Callable[[Kind], Sequence[Authority]]


@dataclass(frozen=True)
class LeftBehind:
    """Evidence of a run that ended without a word."""

    where: Path | None
    """Where it is now; None where there was nothing in it."""
    sealed: bool
    """Whether it could be sealed."""
    told: str
    """What was done about it, in a sentence."""
    why: str = ""
    """Why it is not sealed, in a sentence."""


def seal_left_behind(
    out: Path,
    signer_for: Callable[[Kind], Signer],
    authorities_for: Callable[[Kind], Sequence[Authority]] = lambda _kind: (),
) -> list[LeftBehind]:
    """Seal what killed runs left under `out`, and say of each what was done; raises nothing of it.

    Evidence that a living process writes is left alone.
    """
    means = _Means(signer_for, authorities_for)
    found = []
    for folder in sorted(out.absolute().glob(f"{PARTIAL}*")):
        try:
            if folder.is_dir() and (lock := hold(folder)) is not None:
                found += _dealt_with(folder, lock, means)
        except OSError as error:
            found.append(_left(folder, system(error)))
    return found


def _dealt_with(folder: Path, lock: BaseFileLock, means: _Means) -> list[LeftBehind]:
    try:
        # Whoever had the lock may have finished it just now.
        return [_sealed(folder, lock, means)] if folder.is_dir() else []
    except NotSealed as refused:
        return [LeftBehind(refused.folder, sealed=False, told=refused.message)]
    except (BundleBroken, ChangedSince) as broken:
        return [_aside(folder, broken.message)]
    except HandrailError as error:
        return [_left(folder, error.message)]
    finally:
        let_go(lock)


def _sealed(folder: Path, lock: BaseFileLock, means: _Means) -> LeftBehind:
    cut = _cut_torn_line(folder / LOG)
    if not (folder / LOG).stat().st_size:
        shutil.rmtree(folder)
        return LeftBehind(None, sealed=False, told=_("A run was cut off before it had done anything."))
    events = read_events(folder / LOG)
    kind = events[0].facts.get("site_kind")
    if kind not in get_args(Kind):
        raise ChangedSince(_("The log does not say what the run was on."))
    signer, authorities = means.signer_for(cast(Kind, kind)), means.authorities_for(cast(Kind, kind))
    unrecorded = _clear(folder, events)
    recorder = Recorder.resume(folder, events, lock, signer=signer, scan=_scan, authorities=authorities)
    bundle = recorder.finish_later(_result(events), cut_bytes=cut, unrecorded=unrecorded)
    return LeftBehind(
        bundle,
        sealed=True,
        told=_("A run had been cut off. Its evidence is sealed now, as incomplete: {path}.", path=bundle),
    )


def _cut_torn_line(log: Path) -> int:
    """Cut what the kill left of a line that was being written; return how many bytes that was."""
    log.touch(mode=0o600)
    data = log.read_bytes()
    whole = data.rfind(b"\n") + 1
    if whole < len(data):
        with log.open("r+b") as file:
            file.truncate(whole)
    return len(data) - whole


def _clear(folder: Path, events: Sequence[Event]) -> list[str]:
    """Leave only the log and what it speaks of; return the names of artifacts it never came to record.

    Raises ChangedSince where an artifact is not what was recorded.
    """
    kept = {str(entry["path"]): entry["sha256"] for entry in kept_by(events)}
    for name, digest in kept.items():
        path = folder / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise ChangedSince(_("{name} is not what the run had recorded.", name=name))
    for path in folder.iterdir():
        if path.is_file() and path.name != LOG:
            path.unlink()
    half = [path for path in sorted((folder / ARTIFACTS).iterdir()) if f"{ARTIFACTS}/{path.name}" not in kept]
    for path in half:
        path.unlink()
    return [path.name for path in half]


class ChangedSince(HandrailError):
    """What a run left behind was changed before it could be sealed."""

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
    """Say how the run ended, by its last event; without one, an effect nobody saw the end of is in doubt."""
    last = next((event.facts["outcome"] for event in events if event.kind == "end"), None)
    if said := next((outcome for outcome in Outcome if outcome.value == last), None):
        return said
    in_doubt: set[tuple[Json, Json]] = set()
    for event in events:
        act = (event.facts.get("step"), event.facts.get("effect"))
        if event.kind in ("effect-intended", "effect-released"):
            in_doubt.add(act)
        elif event.kind == "effect-observed" and event.facts.get("outcome"):
            in_doubt.discard(act)
    return Outcome.UNKNOWN if in_doubt else Outcome.UNFINISHED


def _scan(folder: Path, already: Collection[str]) -> list[Leak]:
    # Whose numbers and codes they were is no longer known; their shapes are.
    return scan(folder, Hidden(), already)


def _aside(folder: Path, why: str) -> LeftBehind:
    aside = folder.with_name(f"unsealed-{folder.name.removeprefix(PARTIAL)}")
    folder.rename(aside)
    told = _("Evidence of a run that was cut off cannot be sealed, and is kept aside: {path}.", path=aside)
    return LeftBehind(aside, sealed=False, told=told, why=why)


def _left(folder: Path, why: str) -> LeftBehind:
    told = _("Evidence of a run that was cut off still waits to be sealed: {path}.", path=folder)
    return LeftBehind(folder, sealed=False, told=told, why=why)
