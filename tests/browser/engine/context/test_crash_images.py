"""What a kill -9 leaves at every boundary: the next run finishes, and nothing is sent twice without a word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from boundaries import ALL, CARRIED, EVERY_DAY, FLOWS, named
from recoveries import Recoveries, carried_is_gone_on_from, image_is_gone_on_from

from handrail_fixtures.browser_thread import BrowserThread


@pytest.fixture(scope="module")
def recoveries(open_browser: BrowserThread, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recoveries]:
    """The flows of this file, each run once and imaged at every boundary."""
    with Recoveries(open_browser, tmp_path_factory.mktemp("crashes")) as known:
        yield known


@pytest.mark.parametrize("name", FLOWS)
def test_the_table_names_every_boundary_of_a_clean_run(name: str, recoveries: Recoveries) -> None:
    """A step added to the engine must be killed at too: the tables may not fall behind."""
    crashed = recoveries.flow(name)
    assert crashed.run.result.outcome.exit_code == ALL[name].exit
    assert crashed.effects == ALL[name].sends
    assert crashed.run.boundaries == list(ALL[name].boundaries)


@pytest.mark.parametrize(("name", "number"), EVERY_DAY, ids=map(named, EVERY_DAY))
def test_a_run_killed_at_a_boundary_is_finished_by_the_next(
    name: str, number: int, recoveries: Recoveries, tmp_path: Path
) -> None:
    """The next run with the same state finishes, the server has seen every effect just once, evidence is kept."""
    image_is_gone_on_from(name, number, recoveries, tmp_path)


TO_BE_CARRIED = [case for case in CARRIED if case in EVERY_DAY]


@pytest.mark.parametrize(("name", "number"), TO_BE_CARRIED, ids=map(named, TO_BE_CARRIED))
def test_a_run_killed_before_it_heard_the_answer_sends_nothing_again(
    name: str, number: int, recoveries: Recoveries
) -> None:
    """The request had left and had its effect; the next run sees that, or asks, and never sends it again."""
    carried_is_gone_on_from(name, number, recoveries)
