"""The bundles in a folder, as they describe themselves: nothing here is checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from handrail.core.error_text import system
from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.evidence.format.events import Json
from handrail.evidence.format.findings import shown
from handrail.evidence.format.json_access import mapped, text
from handrail.evidence.format.layout import ALWAYS_THERE, ENVELOPE, LOG, MANIFEST
from handrail.evidence.format.limits import LARGEST, LONGEST_LINE

_NAMED = 5
"""So many bundles are named where one was meant."""

ActiveRun: TypeAlias = Literal["sealed", "unsealed", "unfinished"]


@dataclass(frozen=True)
class Kept:
    """One bundle, by what it says of itself; every text is safe to print."""

    path: Path
    """Its folder."""
    id: str
    """Its name."""
    flow: str
    """What was walked."""
    site: str
    """Where."""
    began: str
    """When its first event was: RFC 3339 in UTC."""
    outcome: str
    """How the run ended; empty where nothing says so."""
    standing: ActiveRun
    """Whether there is a seal; unfinished is what a run is writing, or was when it was killed."""


def kept(out: Path) -> list[Kept]:
    """Return the bundles in a folder, the oldest first; none where there is no folder. Raises BadInput."""
    try:
        folders = [path for path in out.iterdir() if (path / LOG).is_file()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise BadInput(
            _("{path} cannot be read: {why}.", path=out, why=system(error)),
            hint=_("Name the folder that the evidence is in with --out DIR."),
            where="--out",
        ) from None
    return sorted(map(_described, folders), key=lambda one: (one.began, one.id))


def one_bundle(path: Path) -> Path:
    """Return the path; BadInput for a folder that is no bundle but holds some, which it names."""
    if not path.is_dir() or any((path / name).is_file() for name in ALWAYS_THERE):
        return path
    inside = kept(path)
    if not inside:
        return path
    named = [one.path.name for one in reversed(inside[-_NAMED:])]
    raise BadInput(
        _("{path} is no bundle; it holds bundles: {count}.", path=path, count=len(inside)),
        hint=_("Name one of them, the newest first: {names}.", names=_(", ").join(map(shown, named))),
        where=str(path),
    )


def _described(folder: Path) -> Kept:
    genesis = _first_event(folder)
    result = mapped(_read(folder / MANIFEST, LARGEST[MANIFEST]).get("result"))
    return Kept(
        path=folder,
        id=shown(text(genesis.get("bundle_id")) or folder.name),
        flow=shown(text(genesis.get("flow"))),
        site=shown(text(genesis.get("site"))),
        began=shown(text(genesis.get("utc"))),
        outcome=shown(text(result.get("outcome"))),
        standing=_standing(folder),
    )


def _standing(folder: Path) -> ActiveRun:
    if (folder / ENVELOPE).is_file():
        return "sealed"
    return "unfinished" if folder.name.startswith(".") else "unsealed"


def _first_event(folder: Path) -> Mapping[str, Json]:
    try:
        with (folder / LOG).open("rb") as file:
            return _object(file.readline(LONGEST_LINE))
    except OSError:
        return {}


def _read(path: Path, most: int) -> Mapping[str, Json]:
    try:
        with path.open("rb") as file:
            return _object(file.read(most))
    except OSError:
        return {}


def _object(data: bytes) -> Mapping[str, Json]:
    try:
        return mapped(json.loads(data))
    except (ValueError, RecursionError):
        return {}
