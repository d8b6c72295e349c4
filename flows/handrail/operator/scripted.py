"""An operator that answers from a file and acts on the page, for sites on this machine."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from http.client import HTTPException
from typing import TYPE_CHECKING, Literal

from tenacity import AsyncRetrying, retry_if_result, stop_after_attempt, wait_fixed

from handrail.core.errors import BadInput
from handrail.core.i18n import gettext as _
from handrail.core.loopback import fetch
from handrail.operator.answers_file import Answers, AnswerSpec, Hand, Scripted
from handrail.operator.prompts import Answer, Prompt
from handrail.sites.load import is_loopback
from handrail.sites.schema.locators import LocatorSpec
from handrail.sites.schema.site import Site

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

_BETWEEN_LOOKS_S = 0.1


class ScriptedOperator:
    """Stands in for the person in a dry run, and in tests against sites on loopback."""

    by: Literal["person", "script"] = "script"
    """Who acts on the page where it answers."""

    def __init__(self, answers: Answers, site: Site) -> None:
        """Refuse any site that is not on this machine: a script never answers for a person there."""
        if not is_loopback(site.base):
            raise BadInput(
                _(
                    "Answers from a file are only for sites on this machine; {host} is not.",
                    host=site.base,
                ),
                hint=_("Leave --answers out: on a live site a person answers."),
                where="--answers",
            )
        self._answers = answers
        self._site = site
        self._asked: Counter[str] = Counter()

    async def ask(self, prompt: Prompt, page: Page | None) -> Answer | None:
        """Return the next answer to this kind of prompt, or None when the script has none."""
        specs = self._answers.for_kind(prompt.kind)
        if not specs:
            return None
        spec = specs[min(self._asked[prompt.kind], len(specs) - 1)]
        self._asked[prompt.kind] += 1
        return await self._answer(prompt, spec, page)

    async def _answer(self, prompt: Prompt, spec: AnswerSpec, page: Page | None) -> Answer | None:
        if isinstance(spec, str):
            return None if spec == "nobody" else self._named_answer(prompt, spec)
        for word in filter(None, (spec.choice, spec.otherwise)):
            if _offered(prompt, word) is None:
                raise _not_offered(prompt, word)
        if spec.do and page is not None:
            read = await self._look(spec, prompt.channel or "") if spec.pattern else None
            for hand in spec.do:
                await self._act(hand, prompt, page, read)
            return Answer(choice="done", by="script")
        if spec.pattern is not None:
            answer_text = await self._look(spec, prompt.channel or "")
            if answer_text is None:
                return Answer(choice=spec.otherwise, by="script") if spec.otherwise else None
            name = prompt.fields[0] if prompt.fields else None
            return Answer(text=answer_text, fields={name: answer_text} if name else {}, by="script")
        choice = _offered(prompt, spec.choice) if spec.choice else None
        return Answer(choice=choice, text=spec.text, fields=spec.fields, by="script")

    @staticmethod
    def _named_answer(prompt: Prompt, word: str) -> Answer:
        choice = _offered(prompt, word)
        if choice is not None:
            return Answer(choice=choice, by="script")
        if not prompt.wants_text:
            raise _not_offered(prompt, word)
        return Answer(text=word, by="script")

    async def _act(self, hand: Hand, prompt: Prompt, page: Page, read: str | None) -> None:
        if hand.press is not None:
            await self._find(hand.press, prompt, page).click()
        elif hand.fill is not None:
            texts = (text for text in (hand.text, read, prompt.value) if text is not None)
            await _typed(self._find(hand.fill, prompt, page), next(texts, ""))
        elif hand.choose_file is not None:
            await self._find(hand.choose_file, prompt, page).set_input_files(hand.text or "")
        elif hand.pick is not None:
            await _point_at(self._find(hand.pick, prompt, page), page, prompt.kind)

    def _find(self, at: LocatorSpec | str, prompt: Prompt, page: Page) -> Locator:
        from handrail.sites.locate import locate

        if isinstance(at, LocatorSpec):
            return locate(page, self._site, at)
        if prompt.target is None:
            raise BadInput(
                _(
                    'The prompt {kind} points at nothing, so "target" has no meaning.',
                    kind=prompt.kind,
                ),
                where=f"answers: {prompt.kind}.do",
            )
        return prompt.target

    async def _look(self, spec: Scripted, channel: str) -> str | None:
        """Poll for the answer up to `looks` times; None if it does not come."""
        return await AsyncRetrying(
            retry=retry_if_result(lambda text: text is None),
            stop=stop_after_attempt(spec.looks),
            wait=wait_fixed(_BETWEEN_LOOKS_S),
            retry_error_callback=lambda _state: None,
        )(self._look_once, spec, channel)

    async def _look_once(self, spec: Scripted, channel: str) -> str | None:
        text = await asyncio.to_thread(self._fetch, spec, channel)
        matches = list(re.finditer(spec.pattern or "", text))
        if not matches:
            return None
        last = matches[-1]
        return last.group(1) if last.re.groups else last.group()

    def _fetch(self, spec: Scripted, channel: str) -> str:
        if spec.file is not None:
            return spec.file.read_text(encoding="utf-8") if spec.file.exists() else ""
        url = (spec.url or "").replace("{channel}", channel)
        url = self._site.base + url if url.startswith("/") else url
        if not is_loopback(url):
            raise BadInput(
                _("An answer is read only from this machine; {url} is not.", url=url),
                where="answers: url",
            )
        try:
            return _as_text(fetch(url).decode("utf-8"))
        except (OSError, HTTPException, UnicodeDecodeError) as error:
            raise BadInput(
                _("{url} could not be opened: {reason}.", url=url, reason=error), where="answers: url"
            ) from None


async def _point_at(target: Locator, page: Page, kind: str) -> None:
    """Click with the mouse: only trusted input picks an element."""
    count = await target.count()
    if count != 1:
        raise BadInput(
            _("What is to be picked is on the page {count} times, not once.", count=count),
            where=f"answers: {kind}.do",
        )
    await target.scroll_into_view_if_needed()
    box = await target.bounding_box()
    if box is not None:
        await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def _offered(prompt: Prompt, word: str) -> str | None:
    """Return the id of the choice with this id or name; None if there is none."""
    ids = [choice.id for choice in prompt.choices if choice.id == word]
    ids += [choice.id for choice in prompt.choices if choice.name == word]
    return ids[0] if ids else None


async def _typed(field: Locator, text: str) -> None:
    if await field.evaluate("field => field.tagName === 'SELECT'"):
        await field.select_option(label=text)
    else:
        await field.fill(text)


def _not_offered(prompt: Prompt, word: str) -> BadInput:
    return BadInput(
        _(
            'The answer "{word}" is none of what {kind} offers: {choices}.',
            word=word,
            kind=prompt.kind,
            choices=", ".join(choice.id for choice in prompt.choices),
        ),
        where=f"answers: {prompt.kind}",
    )


def _as_text(body: str) -> str:
    """Return JSON's strings as they are meant, so that a pattern never meets an escape; else the text."""
    try:
        waiting = [json.loads(body)]
    except ValueError:
        return body
    texts: list[str] = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            texts.append(node)
        elif isinstance(node, dict):
            waiting.extend(reversed(node.values()))
        elif isinstance(node, list):
            waiting.extend(reversed(node))
    return "\n".join(texts)
