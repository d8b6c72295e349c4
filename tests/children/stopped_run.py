"""Run a flow in a process of its own in which somebody stops every run: at one moment, or by the key.

Argument: JSON with flow, url, profile, answers, state, out; `at`: kind and text of the moment, or null;
and `does`: what happens on the page while the first prompt waits, "key", "script" or null. Prints every
text that stood on the page at that prompt, the requests it has sent since, and the result.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from handrail.core.i18n import choose
from handrail.engine.context.results import RunEvent
from handrail.engine.job import Job
from handrail.engine.runner import run_flow
from handrail.operator import Answer, Prompt
from handrail.operator.answers_file import load_answers
from handrail.operator.scripted import ScriptedOperator
from handrail.profile.model import load_profile
from handrail.sites import load_site
from handrail_cli import output
from handrail_cli.job_runner import active_run, stoppable

SYNTHETIC = """() => {
    const key = {ctrlKey: true, altKey: true, key: "h", code: "KeyH", bubbles: true, composed: true};
    for (const where of [window, document, document.body])
        where.dispatchEvent(new KeyboardEvent("keydown", key));
}"""


class Hands:
    """A person at the browser window; the rest is answered by the script."""

    def __init__(self, does: str | None, behind: ScriptedOperator) -> None:
        self._does, self._behind = does, behind
        self.read: list[str] = []
        self.sent: list[str] = []

    async def ask(self, prompt: Prompt, page: Page | None) -> Answer | None:
        """Do the one thing on the page at the first prompt that has one."""
        does, self._does = self._does, None if page else self._does
        if page is None or does is None:
            return await self._behind.ask(prompt, page)
        self.read = await texts(page)
        page.on("request", lambda request: self.sent.append(request.url))
        if does == "script":
            await page.evaluate(SYNTHETIC)
            return await self._behind.ask(prompt, page)
        await page.keyboard.press("Control+Alt+h")
        await asyncio.Event().wait()
        return None


async def texts(page: Page) -> list[str]:
    """Every text on the page, in closed shadow roots too: that is where guidance stands."""
    session = await page.context.new_cdp_session(page)
    whole = await session.send("DOM.getDocument", {"depth": -1, "pierce": True})
    await session.detach()
    found, nodes = [], [whole["root"]]
    while nodes:
        node = nodes.pop()
        found.append(node["nodeValue"].strip())
        nodes += [*node.get("children", []), *node.get("shadowRoots", [])]
    return [text for text in found if text]


def main() -> None:
    """Run until somebody stops it, or to the end."""
    given: dict[str, Any] = json.loads(sys.argv[1])
    choose(given.get("lang"))
    site = load_site("mock", base=given["url"])
    hands = Hands(given["does"], ScriptedOperator(load_answers(Path(given["answers"])), site))
    job = Job(
        flow=given["flow"],
        site=site,
        profile=load_profile(Path(given["profile"])),
        operator=hands,
        out=Path(given["out"]),
        state=Path(given["state"]),
        headless=True,
        guided=True,
    )
    with active_run(job) as here:

        def watch(moment: RunEvent) -> None:
            if given["at"] == [moment.kind, moment.text]:
                here.stop_all()

        ended = stoppable(lambda: run_flow(replace(job, watch=watch, stop_all=here.stop_all)), here)
        here.ended(ended.bundle, ended.outcome.value)
    output.print_stopped(here.others_ended(), stderr=True)
    print(json.dumps({"read": hands.read, "sent": hands.sent, "result": ended.as_json()}))


if __name__ == "__main__":
    main()
