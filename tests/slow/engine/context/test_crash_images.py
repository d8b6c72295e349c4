"""What a kill -9 leaves at every boundary that the representatives in tests/browser leave out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from boundaries import ALL, CARRIED, FLOWS, THE_OTHERS, WAYS, named
from recoveries import Recoveries, carried_is_gone_on_from, image_is_gone_on_from

from handrail_fixtures.browser_thread import BrowserThread


@pytest.fixture(scope="module")
def recoveries(open_browser: BrowserThread, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recoveries]:
    """The flows of this file, each run once and imaged at every boundary."""
    with Recoveries(open_browser, tmp_path_factory.mktemp("crashes")) as known:
        yield known


@pytest.mark.parametrize("name", WAYS)
def test_the_table_names_every_boundary_of_another_way(name: str, recoveries: Recoveries) -> None:
    """A step added to the engine must be killed at too: the tables may not fall behind."""
    crashed, way = recoveries.flow(name), ALL[name]
    assert crashed.run.result.outcome.exit_code == way.exit
    assert crashed.effects == way.sends
    came = set(crashed.run.boundaries)
    assert came - set(FLOWS[way.flow].boundaries) <= set(way.boundaries) <= came


@pytest.mark.parametrize(("name", "number"), THE_OTHERS, ids=map(named, THE_OTHERS))
def test_a_run_killed_at_a_boundary_is_finished_by_the_next(
    name: str, number: int, recoveries: Recoveries, tmp_path: Path
) -> None:
    """The next run with the same state finishes, the server has seen every effect just once, evidence is kept."""
    image_is_gone_on_from(name, number, recoveries, tmp_path)


TO_BE_CARRIED = [case for case in CARRIED if case in THE_OTHERS]


@pytest.mark.parametrize(("name", "number"), TO_BE_CARRIED, ids=map(named, TO_BE_CARRIED))
def test_a_run_killed_before_it_heard_the_answer_sends_nothing_again(
    name: str, number: int, recoveries: Recoveries
) -> None:
    """The request had left and had its effect; the next run sees that, or asks, and never sends it again."""
    carried_is_gone_on_from(name, number, recoveries)
