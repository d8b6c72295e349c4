"""A code is read as people have it, and described as the site file's format says."""

from __future__ import annotations

import pytest

from handrail.operator.typed_code import describe_format, read_code

SIX_DIGITS, PUBLISHED_NOWHERE, BY_HALVES = r"\d{6}", "[0-9A-Za-z]{4,10}", "[A-Za-z]{4}-?[A-Za-z]{4}"


@pytest.mark.parametrize(
    "typed",
    [
        "628561",
        "628 561",
        "628-561",
        "G-628561",
        "g-628 561",
        "６２８５６１",
        "628561.",
        " 628561。",
        "628–561",
    ],
)
@pytest.mark.parametrize("code_format", [SIX_DIGITS, PUBLISHED_NOWHERE])
def test_a_code_is_read_as_it_was_sent(code_format: str, typed: str) -> None:
    """Spaces, hyphens, a sender's letter, full width and a full stop are the writing, not the code."""
    assert read_code(typed, code_format) == "628561"


@pytest.mark.parametrize("typed", ["0000", "help", "62856", "6285611", "628561 628561", "six", "", "G-62856"])
def test_what_the_format_refuses_is_no_code(typed: str) -> None:
    """Nothing is made up, and nothing is cut off."""
    assert read_code(typed, SIX_DIGITS) is None


@pytest.mark.parametrize(("typed", "code"), [("abcd-efgh", "abcd-efgh"), ("abcd efgh.", "abcdefgh")])
def test_a_hyphen_that_belongs_to_the_code_stays(typed: str, code: str) -> None:
    """What the format takes as it was typed is taken so."""
    assert read_code(typed, BY_HALVES) == code


@pytest.mark.parametrize(
    ("code_format", "said"),
    [
        (SIX_DIGITS, "6 digits"),
        (PUBLISHED_NOWHERE, "4–10 letters and digits"),
        (BY_HALVES, "4 letters, a hyphen, 4 letters"),
        (r"(?:\d{3}){2}", ""),
    ],
)
def test_a_format_is_said_in_words(code_format: str, said: str) -> None:
    """One that is too much to say is not said."""
    assert describe_format(code_format) == said
