"""A run in a browser that is open already: a context of its own, and nothing of it is left there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Browser

from handrail.engine.context.results import RunResult
from handrail.engine.job import Job
from handrail.operator.scripted import ScriptedOperator
from handrail.sites import load_site
from handrail_fixtures.browser_thread import BrowserThread
from handrail_fixtures.scenario import load
from handrail_fixtures.serve import MockSite


def test_nothing_of_a_run_is_left_in_the_browser(
    mock_site: Callable[..., MockSite], open_browser: BrowserThread, tmp_path: Path
) -> None:
    """After a rehearsal, whose fence lets nothing out, the next run in the same browser sends."""
    scenario = load("matches-but-unverified")
    mock = mock_site(scenario)
    site = load_site("mock", base=mock.url)

    def run(*, rehearse: bool) -> RunResult:
        return open_browser.run(
            Job(
                flow="contact",
                site=site,
                profile=scenario.seller(),
                operator=ScriptedOperator(scenario.answers(), site),
                out=tmp_path / "evidence",
                state=tmp_path / "state",
                headless=True,
                rehearse=rehearse,
            )
        )

    assert run(rehearse=True).would_send
    assert mock.effects == {}
    assert run(rehearse=False).outcome.exit_code == 0
    assert mock.effects
    assert open_browser.use(_contexts) == 0


async def _contexts(browser: Browser) -> int:
    return len(browser.contexts)
