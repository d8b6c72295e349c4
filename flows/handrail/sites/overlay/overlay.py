"""Overlays: what a user's own machine has learned about where things stand on a site."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.toml_files import read_toml, validate
from handrail.sites.schema.base import Strict, Text
from handrail.sites.schema.locators import Learnable
from handrail.sites.schema.site import Site, tree

SOURCE = "shown by a person on the page"
"""What a learned wording names as its source."""


class Learned(Strict):
    """One place of a site file, as a person has shown it on the page."""

    now: Learnable = Field(description="Where it stands, or what it is called.")
    was: Learnable | None = Field(
        default=None, description="What the site file said; absent for a new place."
    )
    sure: Literal["seen"] = "seen"
    seen: date = Field(description="The day it was shown.")
    base: str = Field(description="The digest of the site file it was learned over.")


class Overlay(Strict):
    """Everything learned about one site, by its place in the site file."""

    site: str = Field(description="The id of the site.")
    learned: dict[str, Learned] = Field(default={}, description="By place, such as contact.phone.field.")


def load_overlay(path: Path) -> Overlay | None:
    """Return what was learned, or None where nothing was; BadInput names the key that is wrong."""
    if not path.exists():
        return None
    what = _("overlay")
    return validate(Overlay, read_toml(path, what), what, str(path))


def laid_over(data: Mapping[str, Any], overlay: Overlay, site: Site, where: str) -> dict[str, Any]:
    """Return the site file's tables with what was learned in place; what has no place there stays out.

    Raises BadInput for anything but places and wordings: hosts, terms and `sends` are never learned.
    """
    known = {path: value for path, _key, value in tree(site)}
    merged = deepcopy(dict(data))
    for path, entry in overlay.learned.items():
        value = known.get(path)
        if (value is None and _is_new_container(path)) or type(value) is type(entry.now):
            put(merged, path.split("."), plain(entry.now))
        elif value is not None:
            raise BadInput(
                _("{file}: {place} is no place or wording that can be learned.", file=where, place=path),
                hint=_("Remove that entry; only where a thing stands and what it is called may stand there."),
                where=where,
            )
    return merged


def notes(overlay: Overlay, site: Site) -> tuple[str, ...]:
    """Say which entries were learned over something that the site file says otherwise by now."""
    known = {path: value for path, _key, value in tree(site)}
    told = []
    for path, entry in overlay.learned.items():
        value = known.get(path)
        if value is None and not _is_new_container(path):
            told.append(_("What was learned for {place} has no place in the site file any more.", place=path))
        elif entry.was is not None and value != entry.was:
            told.append(
                _(
                    "The site file says something new for {place}; what was learned on {day} is still used.",
                    place=path,
                    day=entry.seen,
                )
            )
    return tuple(told)


def entries(site: Site, changes: Mapping[str, Learnable]) -> dict[str, Learned]:
    """Return the changes as they are kept: each with what the site file says, and today's date."""
    origin = site.origin
    known = {path: value for path, _key, value in tree(origin.packaged if origin else site)}
    digest = _digest("".join(layer.text for layer in origin.layers) if origin else "")
    today = date.today()  # the person's own day, as they would write it
    found: dict[str, Learned] = {}
    for path, now in changes.items():
        was = known.get(path)
        place = was if isinstance(was, Learnable) else None
        found[path] = Learned(now=now, was=place, seen=today, base=digest)
    return found


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def plain(place: Learnable) -> dict[str, Any]:
    """Return a place as TOML has it: only what was said, and a single wording as a text."""
    said = place.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
    return {key: _plain(value) for key, value in said.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, tuple | list):
        return value[0] if len(value) == 1 else list(value)
    return value


def put(tables: Any, path: Sequence[str], value: Any) -> None:
    """Put a place where it belongs: into plain tables, or into a document that keeps its own form."""
    from tomlkit.items import Table

    for part in path[:-1]:
        if isinstance(tables, list):
            tables = tables[int(part)]
            continue
        if part not in tables:
            tables[part] = {}
        tables = tables[part]
    last: Any = int(path[-1]) if isinstance(tables, list) else path[-1]
    before = tables[last] if isinstance(last, int) or last in tables else None
    if isinstance(before, Table):
        # Only what differs: the table keeps its comments and its form.
        for key in [key for key in before if key not in value]:
            del before[key]
        before.update({key: one for key, one in value.items() if before.get(key) != one})
    else:
        tables[last] = value


def _is_new_container(path: str) -> bool:
    table, _dot, name = path.partition(".")
    return table == "containers" and bool(name) and "." not in name


def extended(text: Text | None, wording: str) -> Text:
    """Return the text with one more wording, seen today; the others count on: a site changes bit by bit."""
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in wording)
    before = text.model_dump(exclude={"seen"}) if text is not None else {"en": (), "zh": ()}
    # How sure of the other language is another matter, and stays as it was.
    sure: dict[str, Any] = {"sure": "seen"}
    if text is not None and (text.en if chinese else text.zh):
        sure = {"sure_zh": "seen"} if chinese else {"sure": "seen", "sure_zh": text.sure_zh or text.sure}
    key = "zh" if chinese else "en"
    sources = dict.fromkeys(one for one in (before.get("source"), SOURCE) if one)
    said = {key: (*before[key], wording), "source": "; ".join(sources), "seen": date.today()}
    return Text.model_validate({**before, **said, **sure})
