"""Errors of pydantic, TOML and the operating system in the person's language."""

from __future__ import annotations

import errno
import re
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.core.i18n import lazy

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_WHOLE_NUMBER, _NUMBER, _TEXT = (
    lazy("expected a whole number"),
    lazy("expected a number"),
    lazy("expected a text"),
)
_TABLE, _LIST, _DATE = (
    lazy("expected a table"),
    lazy("expected a list"),
    lazy("expected a date, such as 2026-01-31"),
)
_REASONS = {
    "missing": lazy("this key is missing"),
    "extra_forbidden": lazy("there is no such key"),
    "string_type": _TEXT,
    "string_pattern_mismatch": lazy("expected a text that matches the pattern {pattern}"),
    "bool_type": lazy("expected true or false"),
    "bool_parsing": lazy("expected true or false"),
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "greater_than": lazy("expected more than {gt}"),
    "greater_than_equal": lazy("expected {ge} or more"),
    "less_than": lazy("expected less than {lt}"),
    "less_than_equal": lazy("expected {le} or less"),
    "literal_error": lazy("expected one of: {expected}"),
    "dict_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
}
_SYSTEM = {
    errno.EACCES: lazy("Permission denied"),
    errno.EPERM: lazy("Operation not permitted"),
    errno.ENOENT: lazy("No such file or directory"),
    errno.ENOTDIR: lazy("Not a directory"),
    errno.EISDIR: lazy("Is a directory"),
    errno.EEXIST: lazy("File exists"),
    errno.ENAMETOOLONG: lazy("File name too long"),
    errno.ENOSPC: lazy("No space left on device"),
    errno.EROFS: lazy("Read-only file system"),
    errno.EADDRINUSE: lazy("Address already in use"),
}
_SYNTAX = {
    "Invalid value": lazy("a value is missing or is none; a text stands between quotation marks"),
    "Invalid statement": lazy("this is neither a key nor a table"),
    "Expected '=' after a key in a key/value pair": lazy("a = is missing after the key"),
    "Expected newline or end of document after a statement": lazy("something stands after the value"),
    "Unclosed array": lazy("a list is not closed with ]"),
    "Unclosed inline table": lazy("an inline table is not closed with a brace"),
    "Unterminated string": lazy("a text is not closed with a quotation mark"),
    r"Illegal character '\n'": lazy("a text is not closed with a quotation mark"),
    "Expected ']' at the end of a table declaration": lazy("a table's name is not closed with ]"),
    "Cannot overwrite a value": lazy("this key stands twice"),
}


def reason(detail: ErrorDetails) -> str:
    """Return a pydantic error as the end of a sentence; an unknown one in pydantic's words."""
    text = _REASONS.get(detail["type"])
    if text is None:
        message = detail["msg"].removeprefix("Value error, ")
        return message[:1].lower() + message[1:].rstrip(".。")
    values = dict(detail.get("ctx", {}))
    if "expected" in values:
        # Pydantic joins them with an English "or".
        values["expected"] = ", ".join(re.findall(r"'[^']*'", str(values["expected"])))
    return str(text).format(**values) if values else str(text)


def syntax(error: ValueError) -> str:
    """Return a TOML syntax error with its place; an unknown one in Python's words."""
    match = re.fullmatch(r"(.+) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error))
    if match is None:
        return str(error)
    wrong = str(_SYNTAX.get(match[1], match[1]))
    if match[2] is None:
        return _("{wrong} (at the end of the file)", wrong=wrong)
    return _("{wrong} (line {line}, column {column})", wrong=wrong, line=match[2], column=match[3])


def system(error: OSError) -> str:
    """Return the operating system's reason; an unknown one in the system's words."""
    return str(_SYSTEM.get(error.errno or 0, error.strerror or error))
