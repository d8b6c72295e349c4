"""Overlays as TOML: a diff against the site file, the private file, and an export without personal data."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handrail.core.i18n import gettext as _
from handrail.sites.family import Layer, defining_file
from handrail.sites.overlay.overlay import SOURCE, Learned, Overlay, plain, put
from handrail.sites.schema.site import Origin, Site, tree

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Item


def difference(
    origin: Origin, before: Mapping[str, Learned], after: Mapping[str, Learned], *, context: int = 0
) -> str:
    """Return a unified diff between two sets of corrections, over each file of the site."""
    lines: list[str] = []
    for layer in origin.layers:
        lines += difflib.unified_diff(
            _with_learned(origin, layer, before).splitlines(),
            _with_learned(origin, layer, after).splitlines(),
            layer.where,
            _("{file} (yours)", file=layer.where),
            lineterm="",
            n=context,
        )
    return "\n".join(lines)


def _with_learned(origin: Origin, layer: Layer, learned: Mapping[str, Learned]) -> str:
    """Return a file's text with its corrections applied; comments and order are kept."""
    import tomlkit

    own = {
        path: entry for path, entry in learned.items() if defining_file(origin.layers, path) == layer.where
    }
    if not own:
        return layer.text
    document = tomlkit.parse(layer.text)
    for path, entry in own.items():
        put(document, path.split("."), _inline(plain(entry.now)))
    return tomlkit.dumps(document)


def keep(path: Path, site_id: str, learned: Mapping[str, Learned]) -> None:
    """Write corrections to the overlay file, private and atomic; raises OSError."""
    from filelock import FileLock

    from handrail.core.files import write_private

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(path.with_suffix(".lock")):
        write_private(path, _as_toml(path, site_id, learned).encode())


@dataclass(frozen=True)
class Export:
    """An overlay without personal data, to be sent to others."""

    text: str
    """The TOML text."""
    wordings: Mapping[str, tuple[str, ...]]
    """Every wording in it, by key path."""
    left_out: tuple[str, ...]
    """Key paths whose entries may contain personal data."""


def exported(overlay: Overlay, impersonal: Callable[[str], bool], published: frozenset[str]) -> Export:
    """Return the entries of which every text is `published` already or accepted by `impersonal`."""
    wordings = {place: _values_of(entry, published) for place, entry in overlay.learned.items()}
    safe = {
        place: overlay.learned[place]
        for place, texts in wordings.items()
        if all(text in published or impersonal(text) for text in (place, *texts))
    }
    return Export(
        text=_filled(_new_document(overlay.site), safe).as_string(),
        wordings={place: wordings[place] for place in safe},
        left_out=tuple(place for place in overlay.learned if place not in safe),
    )


def everything_in(site: Site) -> frozenset[str]:
    """Return every name and text of a site file; those of a packaged one are public."""
    names = {part for path, key, _value in tree(site) for part in (path, key)}
    return frozenset(names | {value for _path, _key, value in tree(site) if isinstance(value, str)})


def _values_of(entry: Learned, published: frozenset[str]) -> tuple[str, ...]:
    """Return an entry's texts, except sources from the package."""
    sources = {f"{name}; {SOURCE}" for name in published} | published | {SOURCE}
    texts = [text for value in (entry.now, entry.was) if value for text in _texts(plain(value), sources)]
    return tuple(dict.fromkeys(texts))


def _texts(value: Any, sources: Set[str]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            # Roles are ARIA's words, and confidences Handrail's.
            if key not in ("role", "sure", "sure-zh") and not (key == "source" and member in sources):
                yield from _texts(member, sources)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member, sources)
    elif isinstance(value, str):
        yield value


def _as_toml(path: Path, site_id: str, learned: Mapping[str, Learned]) -> str:
    import tomlkit

    document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else _new_document(site_id)
    return _filled(document, learned).as_string()


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
        # A table of tables, which the library types as an item.
        tables: Any = document["learned"]
        tables[place] = table
    return document


def _inline(value: Any) -> Item:
    import tomlkit

    if not isinstance(value, dict):
        item: Item = tomlkit.item(value)
        return item
    inside = ", ".join(
        f"{tomlkit.key(key).as_string()} = {_inline(member).as_string()}" for key, member in value.items()
    )
    table: Item = tomlkit.value(f"{{ {inside} }}")
    return table
