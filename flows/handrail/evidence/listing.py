"""The bundles in a folder, as they describe themselves: nothing here is checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
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

_SHORTEST_ID = 4
"""Characters at the end of an id that may stand for it."""
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
    account: str
    """Whose account it was, by the profile's own name for it."""
    began: str
    """When its first event was: RFC 3339 in UTC."""
    outcome: str
    """How the run ended; empty where nothing says so."""
    deadline: str
    """By when it has or had to be done: RFC 3339; empty where nothing says so."""
    standing: ActiveRun
    """Whether there is a seal; unfinished is what a run is writing, or was when it was killed."""


@dataclass(frozen=True)
class Wanted:
    """Which bundles of a folder are listed; what is None or empty asks for nothing."""

    account: str = ""
    """A part of the account's name, in capitals or small letters."""
    flow: str = ""
    """The flow's name."""
    site: str = ""
    """The site's id."""
    outcome: str = ""
    """How the run ended."""
    since: date | None = None
    """The first day of those that are listed, on this machine's clock."""

    def fits(self, bundle: Kept) -> bool:
        """Whether a bundle is one of those that were asked for."""
        return (
            self.account.casefold() in bundle.account.casefold()
            and self.flow in ("", bundle.flow)
            and self.site in ("", bundle.site)
            and self.outcome in ("", bundle.outcome)
            and (self.since is None or _is_since(bundle.began, self.since))
        )


def _is_since(began: str, day: date) -> bool:
    try:
        return datetime.fromisoformat(began).astimezone().date() >= day
    except ValueError:
        return False


def kept(out: Path, wanted: Wanted | None = None) -> list[Kept]:
    """Return the bundles in a folder, the newest first; none where there is no folder. Raises BadInput."""
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
    bundles = filter((wanted or Wanted()).fits, map(_described, folders))
    return sorted(bundles, key=lambda bundle: (bundle.began, bundle.id), reverse=True)


def one_bundle(path: Path, evidence: Path) -> Path:
    """Return the bundle's path: `path` itself, or that of the bundle in `evidence` whose id it is, or ends.

    Raises BadInput for a folder that is no bundle but holds some, and for an id of several; both name them.
    """
    if not path.exists() and len(path.parts) == 1:
        return _by_id(path.name, evidence) or path
    if not path.is_dir() or any((path / name).is_file() for name in ALWAYS_THERE):
        return path
    if inside := kept(path):
        raise BadInput(
            _("{path} is no bundle; it holds bundles: {count}.", path=path, count=len(inside)),
            hint=_("Name one of them, the newest first: {names}.", names=_names(inside)),
            where=str(path),
        )
    return path


def _by_id(name: str, evidence: Path) -> Path | None:
    """Return the one bundle in a folder whose id this is or ends; BadInput where it ends several."""
    if len(name) < _SHORTEST_ID:
        return None
    matching = [bundle for bundle in kept(evidence) if bundle.path.name.endswith(name)]
    exact = [bundle for bundle in matching if bundle.path.name == name]
    if len(matching) > 1 and not exact:
        raise BadInput(
            _("{id} is the end of several bundles' ids: {names}.", id=name, names=_names(matching)),
            hint=_("Type more of it, from the right."),
            where=name,
        )
    return next((bundle.path for bundle in (*exact, *matching)), None)


def _names(bundles: list[Kept]) -> str:
    return _(", ").join(shown(bundle.path.name) for bundle in bundles[:_NAMED])


def _described(folder: Path) -> Kept:
    genesis = _first_event(folder)
    result = mapped(_read(folder / MANIFEST, LARGEST[MANIFEST]).get("result"))
    return Kept(
        path=folder,
        id=shown(text(genesis.get("bundle_id")) or folder.name),
        flow=shown(text(genesis.get("flow"))),
        site=shown(text(genesis.get("site"))),
        account=shown(text(genesis.get("account"))),
        began=shown(text(genesis.get("utc"))),
        outcome=shown(text(result.get("outcome"))),
        deadline=shown(text(mapped(result.get("deadline")).get("at"))),
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
