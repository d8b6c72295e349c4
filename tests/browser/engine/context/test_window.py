"""A person who closes the window while a question waits, a page that crashes, a site that opens a tab."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from handrail.core.outcome import Outcome
from handrail.engine.job import Job
from handrail.evidence.format.events import read_events
from handrail.evidence.format.layout import LOG
from handrail.evidence.verify.verifier import verify
from handrail.operator import Answer, Prompt
from handrail.sites.load import load_site
from handrail_fixtures.scenario import load
from handrail_fixtures.small import SmallSite

if TYPE_CHECKING:
    from playwright.async_api import Page

    from handrail.engine.context.results import RunResult
    from handrail_fixtures.plugin import BrowserThread

SITE = """
id = "small"
name = "Small"
marketplace = "US"
kind = "test"
base = "http://127.0.0.1:1"
hosts = ["127.0.0.1"]
carried-by = "handrail"
identity = { at = { css = "#account" } }
terms = { ceiling = "press", default = "press", read-on = 2026-11-23 }

[pages.contact]
url = "/"
anchor = { role = "heading", name = { en = "Contact" } }

[contact.email]
page = "contact"
value.at = { css = "#email" }
status.always = "verified"
field = { css = "#field" }
pending = { see = { css = "#none" }, scope = "account" }
save = { press = { css = "#save" }, sends = ["POST /save"], outcomes = { saved.see = { css = "#saved" } } }
code = { field = { css = "#none" }, format = '\\d{6}', submit.press.css = "#none", submit.outcomes = {} }

[contact.phone]
page = "contact"
value.at = { css = "#phone" }
status.always = "verified"
field = { css = "#none" }
pending = { see = { css = "#none" }, scope = "account" }
code = { field = { css = "#none" }, format = '\\d{6}', submit.press.css = "#none", submit.outcomes = {} }
"""
PAGE = """<!doctype html><title>Contact</title><p id=account>Harbor Lane Trading</p><h1>Contact</h1>
<p id=email>old@harborlane.example</p><p id=phone>+86 138 0013 8000</p>
<input id=field aria-label=E-mail><button id=save>Save</button>"""


class Leaving:
    """Somebody who does something to the browser at the first question, and never answers."""

    def __init__(self, deed: Callable[[Page], Awaitable[object]]) -> None:
        self._deed = deed

    async def ask(self, prompt: Prompt, page: Page | None) -> Answer | None:
        """Do it, and sit there."""
        assert page is not None
        await self._deed(page)
        await asyncio.Event().wait()
        return None


@pytest.fixture
def walk(small_site: SmallSite, open_browser: BrowserThread, tmp_path: Path) -> Callable[..., RunResult]:
    """Walk the contact flow with somebody who does this at the first question."""
    small_site.show("/", PAGE)
    (tmp_path / "small.toml").write_text(SITE, encoding="utf-8")

    def walked(deed: Callable[[Page], Awaitable[object]]) -> RunResult:
        return open_browser.run(
            Job(
                flow="contact",
                site=load_site(str(tmp_path / "small.toml"), base=small_site.url),
                profile=load("ok").seller(),
                operator=Leaving(deed),
                out=tmp_path / "evidence",
                state=tmp_path / "state",
                headless=True,
            )
        )

    return walked


async def crash(page: Page) -> None:
    """Have the page's process end as by a fault."""
    client = await page.context.new_cdp_session(page)
    asyncio.ensure_future(client.send("Page.crash")).add_done_callback(lambda sent: sent.exception())


@pytest.mark.parametrize(
    ("deed", "sentence"),
    [
        (lambda page: page.close(), "The browser window was closed"),
        (lambda page: page.context.close(), "The browser window was closed"),
        (crash, "The page crashed"),
    ],
    ids=["closed", "context closed", "crashed"],
)
def test_a_window_that_goes_while_a_question_waits_ends_the_run(
    deed: Callable[[Page], Awaitable[object]],
    sentence: str,
    walk: Callable[..., RunResult],
    small_site: SmallSite,
) -> None:
    """At once, with one sentence, 4, nothing sent, and the evidence sealed."""
    ended = walk(deed)
    assert ended.outcome is Outcome.NEEDS_PERSON
    assert ended.error is not None
    assert sentence in ended.error.message
    assert small_site.posted == []
    assert ended.bundle is not None
    assert verify(ended.bundle).intact


def test_a_tab_that_the_site_opens_is_named(walk: Callable[..., RunResult], small_site: SmallSite) -> None:
    """The run stays where it was, and says which host the other tab is of."""
    small_site.show("/other", "<!doctype html><title>Other</title><p>Elsewhere</p>")

    async def opens_then_leaves(page: Page) -> None:
        async with page.expect_popup() as opened:
            await page.evaluate("() => { open('/other', '_blank', 'noopener'); }")
        await (await opened.value).wait_for_load_state()
        await page.close()

    ended = walk(opens_then_leaves)
    assert any("another tab (127.0.0.1)" in text for text in ended.advice)
    assert ended.bundle is not None
    events = read_events(ended.bundle / LOG)
    assert [event.facts["host"] for event in events if event.kind == "other-window"] == ["127.0.0.1"]
