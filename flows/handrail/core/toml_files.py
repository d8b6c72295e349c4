"""TOML files people write by hand: read, validated, and refused with the key that is wrong."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from handrail.core.error_text import reason, syntax, system
from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.i18n import together

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

    Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """Return the file's tables; BadInput says what is wrong, and in which line.

    `what` is the person's word for the file: "profile", "site file", "scenario", "answers".
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise BadInput(_("There is no {what} at {path}.", what=what, path=path), where=str(path)) from None
    except IsADirectoryError:
        raise BadInput(
            _("{path} is a folder, not a {what}.", what=what, path=path), where=str(path)
        ) from None
    except OSError as error:
        raise BadInput(
            _(
                "The {what} at {path} cannot be read: {reason}.",
                what=what,
                path=path,
                reason=system(error),
            ),
            where=str(path),
        ) from None
    return parse_toml(raw, what, str(path))


def parse_toml(raw: bytes, what: str, where: str) -> dict[str, Any]:
    """Return the tables of a TOML text; BadInput for an empty, binary or malformed one."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(
            _("The {what} at {path} is not text in UTF-8.", what=what, path=where),
            hint=_("Save it as a plain UTF-8 text file and run the same command again."),
            where=where,
        ) from None
    if not text.strip():
        raise BadInput(_("The {what} at {path} is empty.", what=what, path=where), where=where)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(
            _(
                "The {what} at {path} is not valid TOML: {reason}.",
                what=what,
                path=where,
                reason=syntax(error),
            ),
            hint=_("Mend that line and run the same command again."),
            where=where,
        ) from None


def merged(
    under: Mapping[str, Any],
    over: Mapping[str, Any],
    *,
    whole: Callable[[Mapping[str, Any]], bool] = lambda table: False,
) -> dict[str, Any]:
    """Return the tables of `under` with those of `over` laid over them, key by key.

    A table of `over` that is `whole` replaces what stands there instead of being mixed with it.
    """
    together = dict(under)
    for key, value in over.items():
        below = together.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping) and not whole(value):
            together[key] = merged(below, value, whole=whole)
        else:
            together[key] = value
    return together


def validate(model: type[Model], data: dict[str, Any], what: str, where: str | Callable[[str], str]) -> Model:
    """Return the validated model; BadInput names the first key that is wrong and what was expected.

    `where` is the file, or tells for a key path in which of several files it stands.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise refusal(model, error, what, where) from None


def refusal(
    model: type[BaseModel], error: ValidationError, what: str, where: str | Callable[[str], str]
) -> BadInput:
    """Say a validation error as one sentence and one hint, without repeating the value."""
    details = _leaves(error.errors(include_input=False, include_url=False))
    # A misspelt key explains why another one is missing, so it is told first.
    first = next((one for one in details if one["type"] == "extra_forbidden"), details[0])
    key, misspelt = _key_path(first), first["type"] == "extra_forbidden"
    where = where if isinstance(where, str) else where(key)
    count = len({_key_path(one) for one in details})
    sentence = _("{what} {path}: {key}: {reason}.", what=what, path=where, key=key, reason=reason(first))
    if count > 1:
        sentence = together(
            sentence, _("That is not the only key that is wrong ({count} in all).", count=count)
        )
    near = closest(str(first["loc"][-1]), _keys_beside(model, first)) if misspelt else None
    return BadInput(
        sentence,
        hint=_("Did you mean {name}?", name=near) if near else first.get("ctx", {}).get("hint"),
        where=f"{where}: {key}",
    )


def closest(name: str, known: list[str], *, likeness: float = 0.5) -> str | None:
    """Return the known name most like this one, or None when nothing is as close as this (0 to 1)."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=likeness)
    return near[0] if near else None


def _key_path(detail: ErrorDetails) -> str:
    # Union branches and validator functions stand in pydantic's path, never in the user's file.
    return ".".join(str(part) for part in detail["loc"] if _in_file(part)) or _("(the whole file)")


def _in_file(part: str | int) -> bool:
    return isinstance(part, int) or not (
        part[:1].isupper() or "[" in part or part in {"str", "int", "float", "bool"}
    )


def _leaves(details: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out what only says that a value is none of the other kinds it might have been."""
    return [one for one in details if not any(_says_more(other, one) for other in details)]


def _says_more(other: ErrorDetails, one: ErrorDetails) -> bool:
    theirs, ours = _key_path(other), _key_path(one)
    if theirs == ours:
        return one["type"].endswith("_type") and not other["type"].endswith("_type")
    return theirs.startswith(f"{ours}.")


def _keys_beside(model: type[BaseModel], detail: ErrorDetails) -> list[str]:
    schema = model.model_json_schema()
    nodes = _kinds(schema, schema)
    for part in filter(_in_file, detail["loc"][:-1]):
        nodes = [kind for node in nodes for kind in _kinds(schema, _below(node, part))]
    return sorted({name for node in nodes for name in node.get("properties", {})})


def _kinds(schema: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    """Resolve a schema's node to everything it may be."""
    if "$ref" in node:
        return _kinds(schema, schema["$defs"][node["$ref"].rpartition("/")[2]])
    return [node, *(kind for one in node.get("anyOf", ()) for kind in _kinds(schema, one))]


def _below(node: dict[str, Any], part: str | int) -> dict[str, Any]:
    below = node.get("properties", {}).get(part) if isinstance(part, str) else node.get("items")
    found = below or node.get("additionalProperties")
    return found if isinstance(found, dict) else {}
