"""Learning: where a place has moved, a person shows it, sees the change to the site file, and accepts it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator

from handrail.browser.element_picker import picking, settled
from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.stops import NeedsPerson
from handrail.engine.repair.accept_change import accepted
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
_LOOKED_THROUGH = 20
_PICKED_S = 5.0
"""How long after the person's click the browser may take to say what was clicked."""
_ORDINALS = ("first", "second", "third", "fourth", "fifth")


async def ask_where(run: RunContext, at: LocatorSpec, what: str) -> None:
    """Have the person say where it is now; afterwards it is to be looked for again.

    Raises NeedsPerson where nobody answers or the person stops.
    """
    problem = ""
    for _again in range(_TRIES):
        offers = await _offers(run, at)
        moved = together(await _moved(run, at, what), _closest([one for one, _proposal in offers]))
        answer = await run.journal.ask(
            Prompt("label-changed", together(problem, moved), choices=_choices(offers))
        )
        choice = answer.choice if answer is not None else STOP
        if choice in (None, STOP):
            raise NeedsPerson(
                moved, hint=_("Run the same command again and show where it is now, or mend the site file.")
            )
        if choice == "done":
            return
        if choice == "pick":
            proposal = await _picked(run, at, what)
            problem = "" if proposal else _("What was shown cannot be said in a site file.")
        else:
            proposal = offers[_ORDINALS.index(str(choice))][1]
        if proposal is None:
            continue
        found = _("{what} is {thing} now.", what=_capital(what), thing=proposal.thing)
        if await accepted(run, proposal, found, at):
            return
    raise NeedsPerson(_("{what} could not be found.", what=_capital(what)))


async def _moved(run: RunContext, at: LocatorSpec, what: str) -> str:
    if await run.view.locate(at).count() > 1:
        return _("{what} is there more than once.", what=_capital(what))
    return _("{what} is not where the site file says.", what=_capital(what))


def _closest(near: list[Candidate]) -> str:
    return _("Closest on the page: {names}.", names=", ".join(map(str, near))) if near else ""


async def _offers(run: RunContext, at: LocatorSpec) -> list[tuple[Candidate, Proposal | None]]:
    """Return what it may be now, each with the change that says so; None where two are called the same."""
    scope = await run.view.region(at)
    impersonal = Impersonal(run.profile)
    known = words_of(run.site)
    offers: list[tuple[Candidate, Proposal | None]] = []
    for one in await run.view.candidates(at, most=_LOOKED_THROUGH):
        # What the file knows as something else has not come to mean this; a person may still point at it.
        if one.name.casefold() in known or not impersonal(one.name) or len(offers) == len(_ORDINALS):
            continue
        target = scope.get_by_role(one.role, name=one.name, exact=True).filter(visible=True)  # type: ignore[arg-type]  # a role
        alone = await target.count() == 1
        proposal = await propose(run.view.page, run.site, at, target, impersonal) if alone else None
        offers.append((one, proposal))
    return offers


def _choices(offers: list[tuple[Candidate, Proposal | None]]) -> tuple[Choice, ...]:
    told = [
        Choice(ordinal, _("It is {candidate}", candidate=one), name=one.name)
        for ordinal, (one, proposal) in zip(_ORDINALS, offers, strict=False)
        if proposal is not None
    ]
    return (*told, Choice("pick", _("Show it: I point at it in the browser")), *done_or_stop())


async def _picked(run: RunContext, at: LocatorSpec, what: str) -> Proposal | None:
    """Have the person point at it; nothing on the page is pressed by that, and nothing leaves meanwhile."""
    async with run.gate.closed(run.view.page.context):
        try:
            async with picking(run.view.page) as picked:
                target = await _pointed_at(run, picked, what)
                if target is None:
                    return None
                return await propose(run.view.page, run.site, at, target, Impersonal(run.profile))
        except PlaywrightError:
            run.journal.tell("say", _("The page has changed meanwhile."))
            return None


async def _pointed_at(run: RunContext, picked: asyncio.Future[Locator], what: str) -> Locator | None:
    question = _("Click {what} in the browser window. This click presses nothing.", what=what)
    choices = (Choice("back", _("Back to the question")), Choice(STOP, _("Stop here")))
    answer = await run.journal.ask(Prompt("pick", question, choices=choices), until=settled(picked))
    if answer is None or answer.choice == STOP:
        raise NeedsPerson(_("Nobody showed {what}.", what=what))
    return None if answer.choice == "back" else await settled(picked, seconds=_PICKED_S)


def _capital(what: str) -> str:
    return what[:1].upper() + what[1:]
