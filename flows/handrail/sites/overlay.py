"""Overlays: what a user's own machine has learned about where things stand on a site."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from handrail.errors import BadInput
from handrail.i18n import gettext as _
from handrail.sites.family import Layer, whose
from handrail.sites.model import Learnable, Origin, Site, Strict, Text, tree
from handrail.tomlfile import read_toml, validate

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Item

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
            _put(merged, path.split("."), plain(entry.now))
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


def difference(
    origin: Origin, before: Mapping[str, Learned], after: Mapping[str, Learned], *, context: int = 0
) -> str:
    """Return a unified diff from what was known before to after, of each file of the site's it stands in."""
    told: list[str] = []
    for layer in origin.layers:
        told += difflib.unified_diff(
            _with_learned(origin, layer, before).splitlines(),
            _with_learned(origin, layer, after).splitlines(),
            layer.where,
            _("{file} (yours)", file=layer.where),
            lineterm="",
            n=context,
        )
    return "\n".join(told)


def _with_learned(origin: Origin, layer: Layer, learned: Mapping[str, Learned]) -> str:
    """Return a file's text with what was learned of it written into it, comments and order kept."""
    import tomlkit

    own = {path: one for path, one in learned.items() if whose(origin.layers, path) == layer.where}
    if not own:
        return layer.text
    document = tomlkit.parse(layer.text)
    for path, entry in own.items():
        _put(document, path.split("."), _inline(plain(entry.now)))
    return tomlkit.dumps(document)


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


def keep(path: Path, site_id: str, learned: Mapping[str, Learned]) -> None:
    """Write what was learned into the overlay, private, whole or not at all; OSError says why not."""
    from filelock import FileLock

    from handrail.portable import write_private

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(path.with_suffix(".lock")):
        write_private(path, _written(path, site_id, learned).encode())


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


def exported(overlay: Overlay, impersonal: Callable[[str], bool]) -> tuple[str, list[str]]:
    """Return the overlay as it may be sent to others, and the places whose entries are not `impersonal`."""
    safe = {
        place: entry
        for place, entry in overlay.learned.items()
        if all(impersonal(text) for value in (entry.now, entry.was) if value for text in _texts(plain(value)))
    }
    left_out = [place for place in overlay.learned if place not in safe]
    document = _filled(_new_document(overlay.site), safe)
    return document.as_string(), left_out


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            # A role is a word of ARIA's, and a key of [containers] is the site file's.
            yield from () if key in ("role", "within") else _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def _written(path: Path, site_id: str, learned: Mapping[str, Learned]) -> str:
    import tomlkit

    known = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else _new_document(site_id)
    return _filled(known, learned).as_string()


def _new_document(site_id: str) -> TOMLDocument:
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment("What a person has shown on this site's pages, on this machine only."))
    document.add(tomlkit.comment("Remove an entry to forget it; the site file itself is not changed."))
    document["site"] = site_id
    return document


def _filled(document: TOMLDocument, learned: Mapping[str, Learned]) -> TOMLDocument:
    import tomlkit

    if "learned" not in document:
        document["learned"] = tomlkit.table(is_super_table=True)
    for place, entry in learned.items():
        table = tomlkit.table()
        table["now"] = _inline(plain(entry.now))
        if entry.was is not None:
            table["was"] = _inline(plain(entry.was))
        table["sure"], table["seen"], table["base"] = entry.sure, entry.seen, entry.base
        # A table of tables: TOML's own, however the library types it.
        tables: Any = document["learned"]
        tables[place] = table
    return document


def _inline(value: Any) -> Item:
    import tomlkit

    if not isinstance(value, dict):
        item: Item = tomlkit.item(value)
        return item
    inside = ", ".join(
        f"{tomlkit.key(key).as_string()} = {_inline(one).as_string()}" for key, one in value.items()
    )
    table: Item = tomlkit.value(f"{{ {inside} }}")
    return table


def _put(tables: Any, path: Sequence[str], value: Any) -> None:
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
