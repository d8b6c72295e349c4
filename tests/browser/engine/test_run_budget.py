"""What a run costs in fair weather: counted, not timed, and held against a kept file."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser

from handrail.core.outcome import Outcome
from handrail.engine.context.results import RunCost, RunResult
from handrail.engine.job import Job
from handrail.engine.runner import run_flow
from handrail.operator.scripted import ScriptedOperator
from handrail.sites import load_site
from handrail_fixtures.browser_thread import BrowserThread
from handrail_fixtures.scenario import for_flow
from handrail_fixtures.serve import MockSite

BUDGET = Path(__file__).with_name("run_budget.toml")
MUCH_LESS = 0.6
"""Below this share of the kept number, the number is out of date."""


def calls_so_far(browser: Browser) -> int:
    """Return the number of the call that Playwright's client would make next."""
    # "name@number"; Playwright's own counter has no public name.
    return int(browser._impl_obj._connection._next_call_id().rpartition("@")[2])


@pytest.mark.parametrize("flow", ["contact", "address", "certify"])
def test_a_run_in_fair_weather_costs_what_the_budget_says(
    flow: str, mock_site: Callable[..., MockSite], open_browser: BrowserThread, tmp_path: Path
) -> None:
    """No more waiting, round trips, page loads and captures than kept, and not much less either."""
    scenario = for_flow(flow, "ok")
    site = load_site("mock", base=mock_site(scenario).url)
    job = Job(
        flow=flow,
        site=site,
        profile=scenario.seller(),
        operator=ScriptedOperator(scenario.answers(), site),
        out=tmp_path / "evidence",
        state=tmp_path / "state",
        headless=True,
    )

    async def counted(browser: Browser) -> tuple[RunResult, int]:
        before = calls_so_far(browser)
        run = await run_flow(job, browser=browser)
        return run, calls_so_far(browser) - before - 1

    run, round_trips = open_browser.use(counted)
    assert run.outcome in (Outcome.DONE, Outcome.WAITING), run.advice
    assert run.cost is not None
    assert_within(run.cost, round_trips, tomllib.loads(BUDGET.read_text(encoding="utf-8"))[flow])


def assert_within(cost: RunCost, round_trips: int, kept: dict[str, float]) -> None:
    """Hold a run's cost against the kept numbers."""
    told = f"{cost}, {round_trips} round trips; kept: {kept}"
    assert (cost.page_loads, cost.captures) == (kept["page_loads"], kept["captures"]), told
    assert cost.waited_s <= kept["waited_s"], told
    assert MUCH_LESS * kept["round_trips"] <= round_trips <= kept["round_trips"], told


@pytest.mark.parametrize(
    ("cost", "round_trips"),
    [
        (RunCost(1.2, 2, 4), 100),
        (RunCost(1.0, 3, 4), 100),
        (RunCost(1.0, 2, 5), 100),
        (RunCost(1.0, 2, 4), 101),
        (RunCost(1.0, 2, 4), 59),
    ],
    ids=["waits longer", "loads more", "captures more", "asks more", "asks much less"],
)
def test_every_number_that_grows_is_noticed(cost: RunCost, round_trips: int) -> None:
    """Each number by itself fails the budget; so does one that has become far too large."""
    kept = {"waited_s": 1.1, "page_loads": 2, "captures": 4, "round_trips": 100}
    with pytest.raises(AssertionError):
        assert_within(cost, round_trips, kept)
