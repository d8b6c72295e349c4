"""A person at a real window and a real terminal walks each flow; tests/slow walks all the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attending.run import Left


@pytest.mark.parametrize(
    ("flow", "scenario", "level", "lang", "exit_code"),
    [
        ("contact", "ok", "guide", "zh", 0),
        ("address", "address-postcard-ordered", "fill", "en", 5),
        ("certify", "certify-unchanged", "press", "zh", 0),
    ],
)
def test_a_person_walks_it_to_its_end(
    flow: str, scenario: str, level: str, lang: str, exit_code: int, attended_walk: Callable[..., Left]
) -> None:
    """It ends as the scenario says, sealed, and its evidence says what happened and who did it."""
    left = attended_walk(flow, scenario, "--assist", level, lang=lang)
    assert left.code == exit_code, left.screen
