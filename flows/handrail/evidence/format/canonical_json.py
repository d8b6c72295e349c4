"""Canonical JSON (RFC 8785), read strictly: each value has exactly one accepted form."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import rfc8785

from handrail.core.i18n import lazy

_SAFE = 2**53 - 1
"""The largest whole number that every JSON reader keeps as it is (RFC 8785, section 3.2.2.3)."""

_LONG_NUMBER = re.compile(b"[0-9]{16}")
_BEYOND_BMP = re.compile(b"[\xf0-\xf4]")

_DEEPEST = 64
"""The deepest nesting that is read; evidence needs far less."""

WHY = {
    "json-unreadable": lazy("it is no JSON in UTF-8"),
    "json-too-deep": lazy("it is nested too deeply"),
    "json-twin-key": lazy("a key stands twice"),
    "json-number": lazy("a number is not a whole one that every reader keeps"),
    "json-not-nfc": lazy("a text is not in the composed Unicode form"),
    "json-not-canonical": lazy("it is not written in the canonical form"),
}
"""Each code of a NonCanonicalJson, as the end of a sentence."""


class NonCanonicalJson(ValueError):
    """Text that is no canonical JSON."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        """One of WHY's keys."""


def parse(data: bytes) -> Any:
    """Read one canonical JSON value (RFC 8785, whole numbers, NFC); raises NonCanonicalJson."""
    try:
        # json.loads(bytes) would guess at UTF-16 and UTF-32.
        text = data.decode("utf-8")
        value = (_WITH_CARE if _LONG_NUMBER.search(data) else _READER).decode(text)
        _check_depth(value)
        if not data.isascii():
            _check_composed(value)
        if _canonical(value, data) != data:
            # Of a key that occurs twice, only one survived the reading: find it by reading again.
            _WITH_CARE.decode(text)
            raise NonCanonicalJson("json-not-canonical")
    except NonCanonicalJson:
        raise
    except RecursionError:
        raise NonCanonicalJson("json-too-deep") from None
    except ValueError as error:
        raise NonCanonicalJson("json-unreadable") from error
    return value


def same(first: object, second: object) -> bool:
    """Whether two JSON values are the same; Python's == takes 1 and true for equal."""
    return first == second and written(first) == written(second)


def written(value: object) -> str:
    """Return a value as text; equal values give the same text."""
    return _WRITER.encode(value)


def _canonical(value: object, data: bytes) -> bytes:
    """Return the canonical form of what was read from `data`.

    Without fractions, json's own writer differs from RFC 8785 only in how it sorts keys beyond the
    Basic Multilingual Plane, and takes a tenth of the time.
    """
    if _BEYOND_BMP.search(data):
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # it was read from JSON
    return written(value).encode()


def _check_depth(value: object) -> None:
    level = [value]
    for _depth in range(_DEEPEST):
        containers = [item for item in level if isinstance(item, dict | list)]
        level = [
            member
            for container in containers
            for member in (container.values() if isinstance(container, dict) else container)
        ]
        if not level:
            return
    raise NonCanonicalJson("json-too-deep")


def _no_twins(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise NonCanonicalJson("json-twin-key")
    return fields


def _whole(digits: str) -> int:
    # The length first: turning a long text into a number takes quadratic time.
    if len(digits) > 17 or abs(number := int(digits)) > _SAFE:
        raise NonCanonicalJson("json-number")
    return number


def _refuse_number(_digits: str) -> NoReturn:
    raise NonCanonicalJson("json-number")


def _check_composed(value: object) -> None:
    if isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value):
            raise NonCanonicalJson("json-not-nfc")
    elif isinstance(value, Mapping):
        for key, member in value.items():
            _check_composed(key)
            _check_composed(member)
    elif isinstance(value, Sequence):
        for member in value:
            _check_composed(member)


_READER = json.JSONDecoder(parse_float=_refuse_number, parse_constant=_refuse_number)
_WITH_CARE = json.JSONDecoder(
    object_pairs_hook=_no_twins,
    parse_int=_whole,
    parse_float=_refuse_number,
    parse_constant=_refuse_number,
)
_WRITER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
