"""What a kill -9 leaves at every boundary: the next run finishes, and sends nothing twice without a word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from boundaries import ALL, EVERY_DAY, FLOWS, named
from recoveries import Recoveries, image_is_gone_on_from

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


@pytest.mark.parametrize("name", FLOWS)
def test_a_kill_before_the_answer_is_heard_leaves_what_one_after_it_leaves(
    name: str, recoveries: Recoveries
) -> None:
    """Between a request's release and its answer nothing is written: no kill there needs a run of its own."""
    run = recoveries.flow(name).run
    releases = [text for stage, text in run.boundaries if stage == "released"]
    assert releases
    for text in releases:
        assert run.at(("released", text)).disk == run.at(("answered", text)).disk


@pytest.mark.parametrize(("name", "number"), EVERY_DAY, ids=map(named, EVERY_DAY))
def test_a_run_killed_at_a_boundary_is_finished_by_the_next(
    name: str, number: int, recoveries: Recoveries, tmp_path: Path
) -> None:
    """The next run finishes, the server has seen every effect just once, and the evidence can be sealed."""
    image_is_gone_on_from(name, number, recoveries, tmp_path)
