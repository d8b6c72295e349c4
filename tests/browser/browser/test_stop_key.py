"""The key in the browser window: a person's own hands stop every run with it, and a page does not."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, Route, async_playwright
from project_paths import CHILDREN

from handrail.browser.find import find_browser
from handrail.browser.stop_key import KEY, StopOffer, hear_stop_key
from handrail.engine.mock_counts import counts
from handrail.evidence.capture.screenshot import shoot
from handrail.privacy.text_redaction import Hide
from handrail_fixtures.plugin import Ran
from handrail_fixtures.serve import MockSite

CHILD = CHILDREN / "stopped_run.py"
PRESS = "Control+Alt+h"
PAGES = {
    "/": "<h1>Here</h1><iframe src=/field></iframe><iframe srcdoc='<input>'></iframe>"
    "<iframe src=http://two.test/field></iframe>",
    "/field": "<input aria-label=Field>",
}
LISTENS = """() => {
    globalThis.heard = [];
    addEventListener("keydown", (event) => heard.push(event.key), true);
}"""
SYNTHETIC = """() => {
    const key = {ctrlKey: true, altKey: true, key: "h", code: "KeyH", bubbles: true, composed: true};
    for (const where of [window, document, document.body])
        where.dispatchEvent(new KeyboardEvent("keydown", key));
}"""
NAMES = (
    "() => Object.getOwnPropertyNames(globalThis).filter(name => /handrail|playwright|binding/i.test(name))"
)


class Heard:
    """Counts how often the key was heard."""

    def __init__(self) -> None:
        self.times = 0
        self._again = asyncio.Event()

    def pressed(self) -> None:
        """Hear it once more."""
        self.times += 1
        self._again.set()

    async def once_more(self) -> None:
        """Wait until it was heard since the last time."""
        await asyncio.wait_for(self._again.wait(), 20)
        self._again.clear()


@asynccontextmanager
async def opened(*arguments: str) -> AsyncIterator[BrowserContext]:
    """Open a browser in which two hosts answer, and nothing leaves it."""
    found = find_browser(None, headless=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.path, chromium_sandbox=found.sandbox, args=list(arguments)
        )
        try:
            context = await browser.new_context()
            await context.route("**/*", answered)
            yield context
        finally:
            await browser.close()


async def answered(route: Route) -> None:
    """Answer with the page of this path."""
    path = "/" + route.request.url.split("/", 3)[3]
    await route.fulfill(body="<!doctype html>" + PAGES[path], content_type="text/html")


def in_browser(act: Callable[[BrowserContext, Page, Heard], Awaitable[None]], *arguments: str) -> None:
    """Let the test act on a page that hears the key."""

    async def acted() -> None:
        async with opened(*arguments) as context:
            heard = Heard()
            hear_stop_key(context, heard.pressed)
            page = await context.new_page()
            await page.goto("http://one.test/")
            await act(context, page, heard)

    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, acted()).result()


async def hears(page: Page, heard: Heard) -> None:
    """Press until it is heard: listening begins a moment after a page or a frame of another host opens."""
    before = heard.times
    for _again in range(100):
        await page.keyboard.press(PRESS)
        await page.evaluate("() => 1")
        if heard.times > before:
            return
    raise AssertionError("nobody heard it")


@pytest.mark.parametrize("processes", [(), ("--site-per-process",)], ids=["one", "for each site"])
def test_it_is_heard_in_every_frame_and_in_popups(processes: tuple[str, ...]) -> None:
    """Wherever the person has clicked: the page, its own frames, one of another host, another window."""

    async def act(context: BrowserContext, page: Page, heard: Heard) -> None:
        await page.locator("h1").click()
        await hears(page, heard)
        await page.reload()  # the frames of this page come when it is listened to already
        for number in range(3):
            await page.frame_locator("iframe").nth(number).locator("input").click()
            await hears(page, heard)
        async with page.expect_popup() as popup:
            await page.evaluate("() => { open('http://two.test/field') }")
        other = await popup.value
        await other.locator("input").click()
        await hears(other, heard)

    in_browser(act, *processes)


def test_it_is_heard_after_the_page_has_written_itself_anew() -> None:
    """document.open() takes every listener away, ours too."""

    async def act(context: BrowserContext, page: Page, heard: Heard) -> None:
        await page.evaluate("() => { document.open(); document.write('<h1>New</h1>'); document.close() }")
        await page.locator("h1").click()
        await hears(page, heard)

    in_browser(act)


def test_the_page_learns_nothing_of_it_and_cannot_press_it() -> None:
    """No name to call, no key to see, and what a script dispatches is no key; other keys are the page's."""

    async def act(context: BrowserContext, page: Page, heard: Heard) -> None:
        assert await page.evaluate(NAMES) == []
        assert await page.evaluate("() => typeof handrailStop") == "undefined"
        await page.evaluate(LISTENS)
        await page.evaluate(SYNTHETIC)
        for other in ("h", "Control+h", "Alt+h", "Control+Alt+Shift+h", "Control+Alt+k"):
            await page.keyboard.press(other)
        assert await page.evaluate("() => heard.filter(key => key === 'k' || key === 'h').length") >= 3
        assert heard.times == 0
        before = await page.evaluate("() => heard.filter(key => key === 'h').length")
        await page.keyboard.press(PRESS)
        await heard.once_more()
        assert await page.evaluate("() => heard.filter(key => key === 'h').length") == before

    in_browser(act)


def test_captures_and_requests_are_what_they_are_without_it() -> None:
    """The same picture, text and requests, to the byte."""

    async def looked(*, listening: bool) -> tuple[bytes, str, list[str]]:
        async with opened() as context:
            sent: list[str] = []
            context.on("request", lambda request: sent.append(request.url))
            heard = Heard()
            if listening:
                hear_stop_key(context, heard.pressed)
            page = await context.new_page()
            await page.goto("http://one.test/")
            if listening:
                await hears(page, heard)
            shot = await shoot(page, Hide((), ()))
            return shot.png, shot.aria, sorted(sent)

    async def both() -> None:
        assert await looked(listening=True) == await looked(listening=False)

    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, both()).result()


@pytest.fixture
def run(mock_site: Callable[..., MockSite], tmp_path: Path) -> Callable[..., tuple[MockSite, Any]]:
    """Start a run in which this is done on the page while the first prompt waits."""
    package = files("handrail_fixtures")
    profile, answers = tmp_path / "profile.toml", tmp_path / "answers.toml"
    profile.write_text((package / "profiles" / "harbor-lane.toml").read_text("utf-8"), "utf-8")
    answers.write_text((package / "answers" / "mock.toml").read_text("utf-8"), "utf-8")

    def ran(does: str, lang: str = "en") -> tuple[MockSite, Any]:
        mock = mock_site()
        given = {
            "flow": "contact", "url": mock.url, "profile": str(profile), "answers": str(answers),
            "state": str(tmp_path / "state"), "out": str(tmp_path / "evidence"),
            "at": None, "does": does, "lang": lang,
        }  # fmt: skip
        ended = subprocess.run(  # noqa: S603  # our own script
            [sys.executable, str(CHILD), json.dumps(given)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=True,
        )
        return mock, {**json.loads(ended.stdout), "said": ended.stderr}

    return ran


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_pressed_in_a_run_it_ends_that_run_and_every_other(
    lang: str, run: Callable[..., tuple[MockSite, Any]], handrail: Callable[..., Ran], tmp_path: Path
) -> None:
    """Both with evidence; nothing was sent, and the banner on the page had named the key."""
    (tmp_path / "waits.toml").write_text("[start]\nsigned_in = true\n", encoding="utf-8")
    command = [
        sys.executable, "-m", "handrail_cli.main", "dry-run", "contact", "--scenario", "waits.toml",
        "--attend", "--json", "--state", "other", "--out", "other-evidence",
    ]  # fmt: skip
    with subprocess.Popen(  # noqa: S603  # our own command
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=tmp_path,
        env={**os.environ, "HANDRAIL_LANG": "en"},
    ) as other:
        assert other.stdout is not None
        assert other.stderr is not None
        said = ""
        while "› " not in said:
            shown = other.stderr.read(1)
            assert shown, said
            said += shown
        mock, told = run("key", lang)
        assert other.wait(60) == 4
        left = json.loads(other.stdout.read())
    assert left["bundle"] in told["said"]
    assert any(KEY in text for text in told["read"])
    assert told["sent"] == []
    assert told["result"]["exit_code"] == 4
    assert counts(mock.url) == {}
    for bundle, state in ((left["bundle"], "other"), (told["result"]["bundle"], "state")):
        verified = handrail("evidence", "verify", bundle, "--state", state)
        assert verified.code == 0, verified.stdout


def test_a_script_that_dispatches_the_key_stops_nothing(run: Callable[..., tuple[MockSite, Any]]) -> None:
    """The run goes on to its end as if nothing had been pressed."""
    _mock, told = run("script")
    assert told["result"]["exit_code"] == 0


class Offered:
    """Runs of other accounts, and what was chosen about them."""

    def __init__(self) -> None:
        self.others = 2
        self.asked = 0
        self.only_this = 0

    def count(self) -> int:
        """Say how many there are; the question about them comes next."""
        self.asked += 1
        return self.others

    def stop_this(self) -> None:
        """Be told to stop this run only."""
        self.only_this += 1


def offered(act: Callable[[Page, Heard, Offered], Awaitable[None]]) -> None:
    """Let the test act on a page whose key asks first."""

    async def acted() -> None:
        async with opened() as context:
            heard, offer = Heard(), Offered()
            hear_stop_key(context, heard.pressed, StopOffer(offer.count, offer.stop_this))
            page = await context.new_page()
            await page.goto("http://one.test/field")
            await act(page, heard, offer)

    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, acted()).result()


async def until_asked(page: Page, offer: Offered) -> None:
    """Press until the question is on the page."""
    for _again in range(100):
        if not offer.asked:
            await page.keyboard.press(PRESS)
        if await page.evaluate(SHADES):
            return
    raise AssertionError("nobody asked")


SHADES = "() => [...document.documentElement.children].filter((one) => one.localName === 'div').length"
"""How many questions cover the page."""


def test_it_asks_before_it_stops_runs_of_other_accounts() -> None:
    """Enter stops this run only; Esc goes on; the key once more stops all."""

    async def act(page: Page, heard: Heard, offer: Offered) -> None:
        await until_asked(page, offer)
        assert (heard.times, offer.only_this) == (0, 0)
        await page.keyboard.press("Escape")
        assert await page.evaluate(SHADES) == 0
        assert (heard.times, offer.only_this) == (0, 0)

        offer.asked = 0
        await until_asked(page, offer)
        await page.keyboard.press("Enter")
        while not offer.only_this:
            await page.evaluate("() => 1")
        assert (heard.times, offer.only_this) == (0, 1)

        offer.asked = 0
        await until_asked(page, offer)
        await page.keyboard.press(PRESS)
        await heard.once_more()
        assert (heard.times, offer.only_this) == (1, 1)

    offered(act)


def test_it_stops_at_once_where_no_other_account_is_touched() -> None:
    """As ever: one press, and no question."""

    async def act(page: Page, heard: Heard, offer: Offered) -> None:
        offer.others = 0
        await hears(page, heard)
        assert await page.evaluate(SHADES) == 0

    offered(act)


def test_the_page_cannot_answer_for_the_person_nor_read_about_other_accounts() -> None:
    """The question is in a closed shadow; keys and clicks of a script choose nothing."""

    async def act(page: Page, heard: Heard, offer: Offered) -> None:
        await page.locator("input").press("Enter")  # no question yet: an Enter is the page's
        await until_asked(page, offer)
        shown = await page.evaluate("""() => {
            for (const key of ["Enter", "Escape"]) dispatchEvent(new KeyboardEvent("keydown", {key}));
            const question = [...document.documentElement.children].find((one) => one.localName === "div");
            question.click();
            const words = document.documentElement.textContent;
            return [typeof handrailAskStop, String(question.shadowRoot), words];
        }""")
        assert shown[:2] == ["undefined", "null"]
        assert "accounts" not in shown[2]
        assert await page.evaluate(SHADES) == 1
        assert (heard.times, offer.only_this) == (0, 0)

    offered(act)
