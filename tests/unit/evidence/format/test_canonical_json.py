"""Canonical JSON, read so strictly that a value has exactly one way to be written."""

from __future__ import annotations

import json
import unicodedata

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from handrail.evidence.format.canonical_json import WHY, NonCanonicalJson, parse

CANONICAL = [
    b"null",
    b'{"a":[1,-2,true],"b":{"c":"\xc3\xa9"}}',
    b'"line\\nfeed and \\u001b"',
    b"9007199254740991",
]
REFUSED = {
    b'{"a":1,"a":1}': "json-twin-key",
    b'{"a":{"b":1,"b":2}}': "json-twin-key",
    b'{"a": 1}': "json-not-canonical",
    b'{"b":1,"a":2}': "json-not-canonical",
    b'"\\u00e9"': "json-not-canonical",
    b"-0": "json-not-canonical",
    b"1\n": "json-not-canonical",
    b"1.5": "json-number",
    b"1e3": "json-number",
    b"NaN": "json-number",
    b"-Infinity": "json-number",
    b"9007199254740992": "json-number",
    b"1" * 5000: "json-number",
    b'"e\xcc\x81"': "json-not-nfc",
    b'{"e\xcc\x81":1}': "json-not-nfc",
    b'["\\ud800"]': "json-unreadable",
    b'"\xff"': "json-unreadable",
    b"\xef\xbb\xbf1": "json-unreadable",
    '{"a":1}'.encode("utf-16"): "json-unreadable",
    b"": "json-unreadable",
    b"[1": "json-unreadable",
    b"[" * 200_000: "json-too-deep",
    b"[" * 65 + b"]" * 65: "json-too-deep",
    b'{"a":' * 400 + b"1" + b"}" * 400: "json-too-deep",
}


@pytest.mark.parametrize("data", CANONICAL)
def test_what_is_canonical_is_read(data: bytes) -> None:
    """Canonical JSON in UTF-8 is taken as it stands."""
    parse(data)


@pytest.mark.parametrize("data", REFUSED, ids=lambda data: repr(data[:24]))
def test_every_other_way_to_write_is_refused(data: bytes) -> None:
    """Each departure from the one form has its own code, and none ends in another kind of error."""
    with pytest.raises(NonCanonicalJson) as refused:
        parse(data)
    assert refused.value.code == REFUSED[data]
    assert refused.value.code in WHY


# Half a letter has no canonical form.
TEXTS = st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: unicodedata.normalize("NFC", text))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(derandomize=True, deadline=None, database=None, max_examples=200)
@given(VALUES)
def test_what_is_read_is_what_rfc_8785_writes(value: object) -> None:
    """Composed values are read back from their canonical form, keys beyond the basic plane included."""
    assert parse(rfc8785.dumps(value)) == value  # type: ignore[arg-type]  # it is JSON


def test_keys_beyond_the_basic_plane_are_sorted_as_utf_16_has_them() -> None:
    """An emoji comes before U+FFFD in UTF-16 and after it by code points; only the first is canonical."""
    right, wrong = ('{"\U0001f600":1,"\ufffd":2}', '{"\ufffd":2,"\U0001f600":1}')
    assert parse(right.encode()) == json.loads(wrong)
    with pytest.raises(NonCanonicalJson):
        parse(wrong.encode())
