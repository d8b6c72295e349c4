"""TOML files people write by hand: read, merged and validated."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from handrail.core.error_text import system
from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.toml_refusals import closest, refusal, syntax_refusal

if TYPE_CHECKING:
    from pydantic import BaseModel

    Model = TypeVar("Model", bound=BaseModel)

__all__ = ["closest", "merged", "parse_toml", "read_toml", "refusal", "validate"]


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
        raise syntax_refusal(text, error, what, where) from None


def merged(
    under: Mapping[str, Any],
    over: Mapping[str, Any],
    *,
    whole: Callable[[Mapping[str, Any]], bool] = lambda table: False,
) -> dict[str, Any]:
    """Return the tables of `under` with those of `over` laid over them, key by key.

    A table of `over` for which `whole` is true replaces the one below instead of being merged.
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
    """Return the validated model; BadInput names every key that is wrong and what was expected.

    `where` is the file, or a function from a key path to its file.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise refusal(model, error, what, where) from None
