"""Collect every sentence a person reads into the Chinese catalogue, and compile it; --check only looks."""

from __future__ import annotations

import ast
import io
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "flows" / "handrail" / "locale" / "zh" / "LC_MESSAGES"
PO, MO = FOLDER / "handrail.po", FOLDER / "handrail.mo"
HEADER = "# Simplified Chinese. Translate here; `make messages` adds and removes sentences, and compiles."
SOURCES = ("flows", "cli", "fixtures")
KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "lazy": None}


class Sentences(Catalog):
    """A catalogue whose header tells no time and no tool, so that the same sentences give the same bytes."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """What gettext needs to know of the file."""
        return [
            ("Language", "zh"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def marked(
    file: IO[bytes], _keywords: object, _tags: object, options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield the sentences of a Python file; those inside f-strings too, on every Python."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            sentence = node.args[0]
            if not (isinstance(sentence, ast.Constant) and isinstance(sentence.value, str)):
                sys.exit(f"{file.name}:{node.lineno}: {node.func.id}() takes a sentence as it is written.")
            yield node.lineno, node.func.id, sentence.value, []


FORMS = [("**.py", marked), ("**/templates/**.j2", "jinja2"), ("**/templates/**.html", "jinja2")]


def collected() -> dict[str, set[str]]:
    """Return every marked sentence, with the files it stands in."""
    found: dict[str, set[str]] = {}
    for source in SOURCES:
        for name, _line, message, *_ in extract_from_dir(
            ROOT / source, method_map=FORMS, keywords=KEYWORDS, comment_tags=()
        ):
            found.setdefault(str(message), set()).add(f"{source}/{Path(name).as_posix()}")
    return found


def merged(old: Catalog) -> Sentences:
    """Return the sentences there are now with the translations there were; the obsolete go."""
    new = Sentences(locale="zh", header_comment=HEADER, fuzzy=False)
    for sentence, places in sorted(collected().items()):
        known = old.get(sentence)
        new.add(
            sentence,
            string=str(known.string) if known else "",
            locations=[(place, 0) for place in sorted(places)],
            flags=known.flags if known else (),
            user_comments=known.user_comments if known else (),
        )
    return new


def faults(catalogue: Catalog) -> Iterator[str]:
    """Say what keeps the catalogue from being complete, one sentence for each fault."""
    for message in catalogue:
        if not message.id:
            continue
        sentence, translation = str(message.id), str(message.string)
        if not translation:
            yield f"{PO.name} has no translation of: {sentence}"
        elif message.fuzzy:
            yield f"{PO.name} is unsure (fuzzy) about: {sentence}"
        elif places(sentence) != places(translation):
            yield f"{PO.name} has other {{places}} than the source in: {sentence}"


def places(sentence: str) -> set[str]:
    """Return the names of the {named} places in a sentence."""
    return {name for _text, name, _format, _conversion in string.Formatter().parse(sentence) if name}


def written(catalogue: Catalog) -> tuple[bytes, bytes]:
    """Return the bytes of the .po and of the .mo."""
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalogue, width=100, include_lineno=False)
    write_mo(mo, catalogue)
    return po.getvalue(), mo.getvalue()


def load() -> Catalog:
    """Return the catalogue as it stands."""
    if not PO.exists():
        return Catalog(locale="zh")
    with PO.open("rb") as file:
        return read_po(file, locale="zh")


def check() -> str | None:
    """Return the first thing that is wrong with the catalogue, or None."""
    now = merged(load())
    po, mo = written(now)
    first = next(faults(now), None)
    if first is not None:
        return first
    for path, fresh in ((PO, po), (MO, mo)):
        if not path.exists() or path.read_bytes() != fresh:
            return f"{path.name} is stale: run tests/tools/messages.py."
    return None


def main(arguments: list[str]) -> int:
    """Update and compile, or with --check only look; 1 where something is wrong."""
    if "--check" in arguments:
        wrong = check()
        if wrong is not None:
            sys.stderr.write(wrong + "\n")
        return int(wrong is not None)
    now = merged(load())
    FOLDER.mkdir(parents=True, exist_ok=True)
    for path, content in zip((PO, MO), written(now), strict=True):
        path.write_bytes(content)
    left = list(faults(now))
    sys.stderr.writelines(f"{one}\n" for one in left)
    return int(bool(left))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
