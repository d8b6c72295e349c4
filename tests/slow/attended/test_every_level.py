"""Each flow at each level, in both languages, in a real window with a person at it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attending.run import Left

SCENARIOS = {"contact": "ok", "address": "address-postcard-ordered", "certify": "certify-unchanged"}
EXITS = {"contact": 0, "address": 5, "certify": 0}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("level", ["guide", "fill", "press"])
@pytest.mark.parametrize("flow", SCENARIOS)
def test_a_person_walks_it_to_its_end(
    flow: str, level: str, lang: str, attended_walk: Callable[..., Left]
) -> None:
    """It ends as the scenario says, sealed, and its evidence says what happened and who did it."""
    left = attended_walk(flow, SCENARIOS[flow], "--assist", level, lang=lang)
    assert left.code == EXITS[flow], left.screen
