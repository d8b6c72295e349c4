"""A label that moved: the person shows where it is now, sees the change to the site file, and accepts it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator

from handrail.browser.element_picker import picking, settled
from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.stops import NeedsPerson
from handrail.engine.repair.accept_change import accept_change
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, done_or_stop
from handrail.sites.anonymity.wording import Impersonal
from handrail.sites.locate import Candidate
from handrail.sites.overlay.propose_locator import Proposal, propose
from handrail.sites.placement import words_of
from handrail.sites.schema.locators import LocatorSpec

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

_TRIES = 5
_MOST_CANDIDATES = 20
"""How many elements of the page are looked through for the ones offered."""
_PICKED_S = 5.0
"""How long after the person's click the browser may take to say what was clicked."""
_ORDINALS = ("first", "second", "third", "fourth", "fifth")

Offer = tuple[Candidate, Proposal | None]
"""An element that it may be now, with the change that says so; None where two are called the same."""


async def ask_where(run: RunContext, at: LocatorSpec, what: str) -> None:
    """Have the person say where it is now; afterwards it is to be looked for again.

    Raises NeedsPerson where nobody answers or the person stops.
    """
    problem = ""
    for _attempt in range(_TRIES):
        offers = await _offers(run, at)
        moved = together(await _how_it_moved(run, at, what), _closest(offers))
        stopped = NeedsPerson(
            moved, hint=_("Run the same command again and show where it is now, or mend the site file.")
        )
        prompt = Prompt("label-changed", together(problem, moved), choices=_choices(offers))
        choice = (await run.journal.require(prompt, stopped)).choice
        if choice is None:
            raise stopped
        if choice == "done":
            return
        if choice == "pick":
            proposal = await _pick(run, at, what)
            problem = "" if proposal else _("What was shown cannot be said in a site file.")
        else:
            proposal = offers[_ORDINALS.index(choice)][1]
        if proposal is None:
            continue
        now = _("{what} is {thing} now.", what=_capital(what), thing=proposal.thing)
        if await accept_change(run, proposal, now, at):
            return
    raise NeedsPerson(_("{what} could not be found.", what=_capital(what)))


async def _how_it_moved(run: RunContext, at: LocatorSpec, what: str) -> str:
    if await run.view.locate(at).count() > 1:
        return _("{what} is there more than once.", what=_capital(what))
    return _("{what} is not where the site file says.", what=_capital(what))


def _closest(offers: list[Offer]) -> str:
    names = ", ".join(str(candidate) for candidate, _proposal in offers)
    return _("Closest on the page: {names}.", names=names) if names else ""


async def _offers(run: RunContext, at: LocatorSpec) -> list[Offer]:
    """Return the elements that it may be now, the most alike first."""
    region = await run.view.region(at)
    impersonal = Impersonal(run.profile)
    known = words_of(run.site)
    offers: list[Offer] = []
    for candidate in await run.view.candidates(at, most=_MOST_CANDIDATES):
        # What the file knows as something else has not come to mean this; a person may still point at it.
        if candidate.name.casefold() in known or not impersonal(candidate.name):
            continue
        if len(offers) == len(_ORDINALS):
            break
        same_name = region.get_by_role(candidate.role, name=candidate.name, exact=True)  # type: ignore[arg-type]  # a role
        target = same_name.filter(visible=True)
        is_only = await target.count() == 1
        proposal = await propose(run.view.page, run.site, at, target, impersonal) if is_only else None
        offers.append((candidate, proposal))
    return offers


def _choices(offers: list[Offer]) -> tuple[Choice, ...]:
    candidates = [
        Choice(ordinal, _("It is {candidate}", candidate=candidate), name=candidate.name)
        for ordinal, (candidate, proposal) in zip(_ORDINALS, offers, strict=False)
        if proposal is not None
    ]
    return (*candidates, Choice("pick", _("Show it: I point at it in the browser")), *done_or_stop())


async def _pick(run: RunContext, at: LocatorSpec, what: str) -> Proposal | None:
    """Have the person point at it; nothing on the page is pressed by that, and nothing leaves meanwhile."""
    page = run.view.page
    async with run.gate.closed(page.context):
        try:
            async with picking(page) as picked:
                target = await _pointed_at(run, picked, what)
                if target is None:
                    return None
                return await propose(page, run.site, at, target, Impersonal(run.profile))
        except PlaywrightError:
            run.journal.tell("say", _("The page has changed meanwhile."))
            return None


async def _pointed_at(run: RunContext, picked: asyncio.Future[Locator], what: str) -> Locator | None:
    question = _("Click {what} in the browser window. This click presses nothing.", what=what)
    choices = (Choice("back", _("Back to the question")), Choice(STOP, _("Stop here")))
    nobody = NeedsPerson(_("Nobody showed {what}.", what=what))
    prompt = Prompt("pick", question, choices=choices)
    answer = await run.journal.require(prompt, nobody, until=settled(picked))
    return None if answer.choice == "back" else await settled(picked, seconds=_PICKED_S)


def _capital(what: str) -> str:
    return what[:1].upper() + what[1:]
