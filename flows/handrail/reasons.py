"""Why a value is refused: pydantic's findings as a few words, in the person's language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from handrail.i18n import lazy

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


def reason(detail: ErrorDetails) -> str:
    """Say why, as the end of a sentence; a finding we have no words for is said in pydantic's."""
    text = _REASONS.get(detail["type"])
    if text is None:
        message = detail["msg"].removeprefix("Value error, ")
        return message[:1].lower() + message[1:].rstrip(".。")
    values = dict(detail.get("ctx", {}))
    if "expected" in values:
        # Pydantic joins them with an English "or".
        values["expected"] = ", ".join(re.findall(r"'[^']*'", str(values["expected"])))
    return str(text).format(**values) if values else str(text)
