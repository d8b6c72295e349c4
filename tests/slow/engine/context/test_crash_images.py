"""What a kill -9 leaves at every boundary that the representatives in tests/browser leave out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from boundaries import ALL, FLOWS, THE_OTHERS, WAYS, named
from recoveries import Recoveries, image_is_gone_on_from

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
    """The next run finishes, the server has seen every effect just once, and the evidence can be sealed."""
    image_is_gone_on_from(name, number, recoveries, tmp_path)
