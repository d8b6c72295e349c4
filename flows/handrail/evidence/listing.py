"""List the bundles in a folder by what they state about themselves; nothing is verified."""

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
from handrail.evidence.format.findings import printable
from handrail.evidence.format.json_access import as_mapping, as_text
from handrail.evidence.format.layout import ALWAYS_THERE, ENVELOPE, LOG, MANIFEST
from handrail.evidence.format.limits import LARGEST, LONGEST_LINE

_SHORTEST_ID = 4
"""The fewest last characters that may be typed for an id."""
_MOST_NAMED = 5
"""The most bundles listed in the error message."""

SealState: TypeAlias = Literal["sealed", "unsealed", "unfinished"]


@dataclass(frozen=True)
class BundleSummary:
    """One bundle as it describes itself; every text is safe to print."""

    path: Path
    """Its folder."""
    id: str
    """Its name."""
    flow: str
    """The flow that was run."""
    site: str
    """The site it ran on."""
    account: str
    """The account, by the profile's name for it."""
    began: str
    """The time of its first event: RFC 3339 in UTC."""
    outcome: str
    """How the run ended; empty if nothing says so."""
    deadline: str
    """The deadline: RFC 3339; empty if there was none."""
    standing: SealState
    """Whether it is sealed; unfinished: a run writes it, or was killed while writing."""


@dataclass(frozen=True)
class BundleFilter:
    """Which bundles to list; None and empty values match all."""

    account: str = ""
    """A part of the account's name; case does not matter."""
    flow: str = ""
    """The flow's name."""
    site: str = ""
    """The site's id."""
    outcome: str = ""
    """How the run ended."""
    since: date | None = None
    """The first day, in this machine's time zone."""

    def fits(self, bundle: BundleSummary) -> bool:
        """Whether a bundle matches."""
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


def list_bundles(out: Path, bundle_filter: BundleFilter | None = None) -> list[BundleSummary]:
    """Return the bundles in a folder, newest first; none if there is no folder. Raises BadInput."""
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
    bundles = filter((bundle_filter or BundleFilter()).fits, map(_summary, folders))
    return sorted(bundles, key=lambda bundle: (bundle.began, bundle.id), reverse=True)


def require_bundle(path: Path, evidence: Path) -> Path:
    """Return a bundle's path: `path`, or the bundle in `evidence` whose id is or ends in `path`.

    Raises BadInput, naming the bundles, for a folder of bundles and for the end of several ids.
    """
    if not path.exists() and len(path.parts) == 1:
        return _by_id(path.name, evidence) or path
    if not path.is_dir() or any((path / name).is_file() for name in ALWAYS_THERE):
        return path
    if inside := list_bundles(path):
        raise BadInput(
            _("{path} is no bundle; it holds bundles: {count}.", path=path, count=len(inside)),
            hint=_("Name one of them, the newest first: {names}.", names=_names(inside)),
            where=str(path),
        )
    return path


def _by_id(name: str, evidence: Path) -> Path | None:
    """Return the bundle in a folder whose id is or ends in `name`; BadInput if there are several."""
    if len(name) < _SHORTEST_ID:
        return None
    matching = [bundle for bundle in list_bundles(evidence) if bundle.path.name.endswith(name)]
    exact = [bundle for bundle in matching if bundle.path.name == name]
    if len(matching) > 1 and not exact:
        raise BadInput(
            _("{id} is the end of several bundles' ids: {names}.", id=name, names=_names(matching)),
            hint=_("Type more of it, from the right."),
            where=name,
        )
    return next((bundle.path for bundle in (*exact, *matching)), None)


def _names(bundles: list[BundleSummary]) -> str:
    return _(", ").join(printable(bundle.path.name) for bundle in bundles[:_MOST_NAMED])


def _summary(folder: Path) -> BundleSummary:
    genesis = _first_event(folder)
    result = as_mapping(_read(folder / MANIFEST, LARGEST[MANIFEST]).get("result"))
    return BundleSummary(
        path=folder,
        id=printable(as_text(genesis.get("bundle_id")) or folder.name),
        flow=printable(as_text(genesis.get("flow"))),
        site=printable(as_text(genesis.get("site"))),
        account=printable(as_text(genesis.get("account"))),
        began=printable(as_text(genesis.get("utc"))),
        outcome=printable(as_text(result.get("outcome"))),
        deadline=printable(as_text(as_mapping(result.get("deadline")).get("at"))),
        standing=_seal_state(folder),
    )


def _seal_state(folder: Path) -> SealState:
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
        return as_mapping(json.loads(data))
    except (ValueError, RecursionError):
        return {}
