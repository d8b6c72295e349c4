"""The user agent of every request: the browser's own, then the agent's name and that a person attends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.core.version import PROJECT_URL, __version__

if TYPE_CHECKING:
    from playwright.async_api import Browser as PlaywrightBrowser

AGENT = f"Agent/Handrail Handrail/{__version__} (attended; +{PROJECT_URL})"
"""What the user agent ends in. `Agent/<name>` is what Amazon's terms, as reported, ask of software that acts
for a person; the rest says which version, and where to read what it is."""


def user_agent_flag(own: str) -> str:
    """Return the browser's switch that gives every request its own user agent, followed by ours.

    A switch and no override of Playwright's: that reaches pages and their workers, but neither shared
    workers, nor a worker's worker, nor what is sent while a page goes away. It also replaces what the
    client hints (`sec-ch-ua`) say of the machine; with the switch they stay the browser's.
    """
    return f"--user-agent={own} {AGENT}"


async def read_user_agent(browser: PlaywrightBrowser) -> str:
    """Return the user agent a started browser sends by itself."""
    session = await browser.new_browser_cdp_session()
    version = await session.send("Browser.getVersion")
    await session.detach()
    return str(version["userAgent"])
