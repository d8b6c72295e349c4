"""Every scenario of every flow, once, in a real window with a person at it: it ends as its table says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from attending.run import Left
from handrail_fixtures.scenario import load, names


@pytest.mark.parametrize("scenario", names())
def test_a_scenario_ends_in_a_window_as_it_says(scenario: str, attended_walk: Callable[..., Left]) -> None:
    """Exit code, seal, and no sentence that the mock's own record contradicts."""
    played = load(scenario)
    left = attended_walk(played.flow, scenario)
    assert left.code == played.expect.exit, left.screen
