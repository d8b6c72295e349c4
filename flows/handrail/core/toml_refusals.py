"""Errors of TOML files: every wrong key with its line, or the character that is no TOML."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handrail.core.error_text import reason, syntax
from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.core.toml_lines import line_in_file

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

_QUOTES = dict.fromkeys("“”„‟＂「」『』〝〞", '"') | dict.fromkeys("‘’‚‛＇", "'")
_SIGNS = {"＝": "=", "，": ",", "、": ",", "［": "[", "］": "]", "【": "[", "】": "]", "｛": "{", "｝": "}"}
_CLOSED_OTHERWISE = re.compile(rf"""=[ \t]*["'][^"'\n]*([{"".join(_QUOTES)}])[ \t]*(?:#.*)?$""", re.MULTILINE)
_CHARACTERS_AT_MOST = 400
"""The most wrong characters reported of one file."""


@dataclass(frozen=True)
class Mistake:
    """One wrong key of a file."""

    where: str
    """The file and the key: me.toml: documents[1].name."""
    key: str
    """The key: documents[1].name."""
    line: int | None
    """Its line, from 1; for a missing key, its table's line. None if unknown."""
    reason: str
    """What is wrong, as the end of a sentence."""
    hint: str | None
    """What to do, in one sentence."""

    def as_json(self) -> dict[str, Any]:
        """Return the mistake as plain values."""
        return {"where": self.where, "line": self.line, "message": self.reason, "hint": self.hint}


class WrongKeys(BadInput):
    """A file with wrong keys."""

    def __init__(self, message: str, *, hint: str | None, where: str, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(message, hint=hint, where=where)
        self.mistakes = mistakes
        """Every wrong key, in the order of the file."""


def refusal(
    model: type[BaseModel], error: ValidationError, what: str, where: str | Callable[[str], str]
) -> WrongKeys:
    """Return all mistakes of a validation error as one error, without the values.

    `where` is the file, or a function from a key path to its file.
    """
    details = _without_misspelt(model, _leaves(error.errors(include_input=False, include_url=False)))
    mistakes = _in_order(_mistake(model, detail, where) for detail in details)
    first = mistakes[0]
    file = first.where.removesuffix(f": {first.key}")
    if len(mistakes) == 1:
        return WrongKeys(
            _(
                "{what} {path}: {key}: {reason}.",
                what=what,
                path=_at(file, first),
                key=first.key,
                reason=first.reason,
            ),
            hint=first.hint,
            where=first.where,
            mistakes=mistakes,
        )
    lines = [_("{what} {path} has {count} mistakes.", what=what, path=file, count=len(mistakes))]
    lines += [f"  {_listed(mistake, file)}" for mistake in mistakes]
    return WrongKeys(
        "\n".join(lines),
        hint=_("Mend them all and run the same command again."),
        where=first.where,
        mistakes=mistakes,
    )


def syntax_refusal(text: str, error: tomllib.TOMLDecodeError, what: str, where: str) -> BadInput:
    """Say why a text is no TOML; characters of a Chinese keyboard are named with all their lines."""
    wrong = _foreign_characters(text, error)
    if not wrong:
        return BadInput(
            _(
                "The {what} at {path} is not valid TOML: {reason}.",
                what=what,
                path=where,
                reason=syntax(error),
            ),
            hint=_("Mend that line and run the same command again."),
            where=where,
        )
    characters = " ".join(dict.fromkeys(character for _line, character in wrong))
    lines = ", ".join(str(line) for line in dict.fromkeys(line for line, _character in wrong))
    straight = " ".join(dict.fromkeys(_straight(character) for _line, character in wrong))
    if all(character in _QUOTES for _line, character in wrong):
        sentence = _(
            "The {what} at {path} has Chinese or curly quotation marks ({characters}) in line {lines}.",
            what=what,
            path=where,
            characters=characters,
            lines=lines,
        )
    else:
        sentence = _(
            "The {what} at {path} has signs of a Chinese keyboard ({characters}) in line {lines}.",
            what=what,
            path=where,
            characters=characters,
            lines=lines,
        )
    return BadInput(
        sentence,
        hint=_(
            "Type these in their place, with the keyboard switched to English: {straight}", straight=straight
        ),
        where=where,
    )


def closest(name: str, known: list[str], *, likeness: float = 0.5) -> str | None:
    """Return the known name most like this one, or None when nothing is as close as this (0 to 1)."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=likeness)
    return near[0] if near else None


def _mistake(model: type[BaseModel], detail: ErrorDetails, where: str | Callable[[str], str]) -> Mistake:
    key = _key_path(detail)
    file = where if isinstance(where, str) else where(key)
    near = _nearest_key(model, detail)
    hint = _("Did you mean {name}?", name=near) if near else detail.get("ctx", {}).get("hint")
    return Mistake(f"{file}: {key}", key, line_in_file(file, key), reason(detail), hint)


def _in_order(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """Return the mistakes line by line, one for each key; those of an unknown line come last."""
    by_key: dict[str, Mistake] = {}
    for mistake in mistakes:
        # A key that may be of several kinds is refused by each of them; the first says enough.
        by_key.setdefault(mistake.where, mistake)
    return tuple(sorted(by_key.values(), key=lambda mistake: (mistake.line is None, mistake.line or 0)))


def _at(file: str, mistake: Mistake) -> str:
    return file if mistake.line is None else _("{path}, line {line}", path=file, line=mistake.line)


def _listed(mistake: Mistake, file: str) -> str:
    """Return a mistake as one line of a list; its file too, where that is not the list's own."""
    other = mistake.where.removesuffix(f": {mistake.key}")
    if other != file:
        place = _at(other, mistake)
    else:
        place = "" if mistake.line is None else _("line {line}", line=mistake.line)
    sentence = _("{key}: {reason}.", key=mistake.key, reason=mistake.reason)
    if place:
        sentence = _("{place}: {sentence}", place=place, sentence=sentence)
    return together(sentence, mistake.hint or "")


def _foreign_characters(text: str, error: tomllib.TOMLDecodeError) -> list[tuple[int, str]]:
    """Return the Chinese punctuation marks that TOML does not accept, each with its line."""
    characters: list[tuple[int, str]] = []
    problem: tomllib.TOMLDecodeError | None = error
    while problem is not None and len(characters) < _CHARACTERS_AT_MOST:
        index = _foreign_character(text, problem)
        if index is None:
            break
        characters.append((text.count("\n", 0, index) + 1, text[index]))
        text = f"{text[:index]}{_straight(text[index])}{text[index + 1 :]}"
        problem = _problem(text)
    return characters


def _foreign_character(text: str, error: tomllib.TOMLDecodeError) -> int | None:
    """Return the offset of the Chinese punctuation mark that caused a TOML error, or None."""
    position = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
    if position is None:
        unclosed = _CLOSED_OTHERWISE.search(text)
        return unclosed.start(1) if unclosed else None
    lines = text.split("\n")
    line, column = int(position[1]) - 1, int(position[2]) - 1
    start = sum(len(earlier) + 1 for earlier in lines[:line])
    if lines[line][column : column + 1] in _QUOTES | _SIGNS:
        return start + column
    # A text that begins with a straight quote and ends with another one runs on to the end of its line.
    open_quotes = [index for index, character in enumerate(lines[line]) if character in _QUOTES]
    return start + open_quotes[-1] if open_quotes and column >= open_quotes[-1] else None


def _problem(text: str) -> tomllib.TOMLDecodeError | None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return error
    return None


def _straight(character: str) -> str:
    return _QUOTES.get(character) or _SIGNS[character]


def _key_path(detail: ErrorDetails) -> str:
    # Union branches and validator functions stand in pydantic's path, never in the user's file.
    path = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"] if _in_file(part)
    )
    return path.removeprefix(".") or _("(the whole file)")


def _in_file(part: str | int) -> bool:
    return isinstance(part, int) or not (
        part[:1].isupper() or "[" in part or part in {"str", "int", "float", "bool"}
    )


def _leaves(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out errors that only name other types the value might have had."""
    return [detail for detail in details if not any(_says_more(other, detail) for other in details)]


def _says_more(other: ErrorDetails, detail: ErrorDetails) -> bool:
    theirs, ours = _key_path(other), _key_path(detail)
    if theirs == ours:
        return detail["type"].endswith("_type") and not other["type"].endswith("_type")
    return theirs.startswith((f"{ours}.", f"{ours}["))


def _without_misspelt(model: type[BaseModel], details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out missing keys that were misspelt."""
    misspelt = {(*detail["loc"][:-1], _nearest_key(model, detail)) for detail in details}
    return [detail for detail in details if detail["type"] != "missing" or detail["loc"] not in misspelt]


def _nearest_key(model: type[BaseModel], detail: ErrorDetails) -> str | None:
    """Return the key nearest to a misspelt one; None for other mistakes."""
    if detail["type"] != "extra_forbidden":
        return None
    return closest(str(detail["loc"][-1]), _keys_beside(model, detail))


def _keys_beside(model: type[BaseModel], detail: ErrorDetails) -> list[str]:
    schema = model.model_json_schema()
    nodes = _kinds(schema, schema)
    for part in filter(_in_file, detail["loc"][:-1]):
        nodes = [kind for node in nodes for kind in _kinds(schema, _below(node, part))]
    return sorted({name for node in nodes for name in node.get("properties", {})})


def _kinds(schema: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a schema's node with all its alternatives."""
    if "$ref" in node:
        return _kinds(schema, schema["$defs"][node["$ref"].rpartition("/")[2]])
    return [node, *(kind for option in node.get("anyOf", ()) for kind in _kinds(schema, option))]


def _below(node: dict[str, Any], part: str | int) -> dict[str, Any]:
    below = node.get("properties", {}).get(part) if isinstance(part, str) else node.get("items")
    schema = below or node.get("additionalProperties")
    return schema if isinstance(schema, dict) else {}
