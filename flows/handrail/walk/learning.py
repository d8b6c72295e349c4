"""Learning: where a place has moved, a person shows it, sees the change to the site file, and accepts it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator

from handrail.browser.picking import picking, settled
from handrail.i18n import gettext as _
from handrail.i18n import together
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import NO, STOP, YES, done_or_stop
from handrail.reasons import system
from handrail.sites.belonging import words_of
from handrail.sites.impersonal import Impersonal
from handrail.sites.locate import Candidate, candidates, locate, region
from handrail.sites.model import At, Learnable, Status
from handrail.sites.overlay import difference, entries, extended, keep, load_overlay
from handrail.sites.proposing import Proposal, propose
from handrail.walk.stops import NeedsPerson

if TYPE_CHECKING:
    from handrail.walk.trail import Trail

_TRIES = 5
_LOOKED_THROUGH = 20
_PICKED_S = 5.0
"""How long after the person's click the browser may take to say what was clicked."""
_ORDINALS = ("first", "second", "third", "fourth", "fifth")


async def ask_where(trail: Trail, at: At, what: str) -> None:
    """Have the person say where it is now; afterwards it is to be looked for again.

    Raises NeedsPerson where nobody answers or the person stops.
    """
    problem = ""
    for _again in range(_TRIES):
        offers = await _offers(trail, at)
        moved = together(await _moved(trail, at, what), _closest([one for one, _proposal in offers]))
        answer = await trail.ask(Prompt("label-changed", together(problem, moved), choices=_choices(offers)))
        choice = answer.choice if answer is not None else STOP
        if choice in (None, STOP):
            raise NeedsPerson(
                moved, hint=_("Run the same command again and show where it is now, or mend the site file.")
            )
        if choice == "done":
            return
        if choice == "pick":
            proposal = await _picked(trail, at, what)
            problem = "" if proposal else _("What was shown cannot be said in a site file.")
        else:
            proposal = offers[_ORDINALS.index(str(choice))][1]
        if proposal is None:
            continue
        found = _("{what} is {thing} now.", what=_capital(what), thing=proposal.thing)
        if await _accepted(trail, proposal, found, at):
            return
    raise NeedsPerson(_("{what} could not be found.", what=_capital(what)))


async def ask_what_it_means(trail: Trail, status: Status, what: str) -> bool:
    """Have the person say what unknown words of a status mean; whether they did, and it is known now."""
    words = {"verified": status.verified, "in-progress": status.in_progress, "unverified": status.unverified}
    meanings: dict[str, str] = {
        "verified": _("It is verified"),
        "in-progress": _("The site is still working on it"),
        "unverified": _("It is not verified"),
    }
    said = await _unknown_words(trail, status)
    if said is None:
        return False
    question = _("The page says “{words}” of {what}. What does that mean?", words=said, what=what)
    choices = [Choice(one, meanings[one]) for one, label in words.items() if label is not None]
    answer = await trail.ask(
        Prompt("status-word", question, choices=(*choices, Choice(STOP, _("Stop here"))))
    )
    if answer is None or answer.choice is None or (label := words.get(answer.choice)) is None:
        return False
    text = trail.site.text(label)
    means = _("“{words}” of {what} means: {meaning}.", words=said, what=what, meaning=meanings[answer.choice])
    assert status.at is not None  # noqa: S101  # the words were read from there
    return await _accepted(trail, Proposal(f"“{said}”", {text: extended(text, said)}), means, status.at)


async def ask_which(trail: Trail, known: Mapping[str, tuple[At | None, str]]) -> bool:
    """Where a page shows none of these, have the person say which it shows, and where; whether they did.

    `known` tells by choice where each stands and what it is in the person's words.
    """
    choices = [Choice(name, what) for name, (at, what) in known.items() if at is not None]
    prompt = Prompt(
        "which-shown",
        _("The page shows nothing here that the site file knows. Which of these does it show?"),
        choices=(*choices, Choice(STOP, _("None of them; stop here"))),
    )
    answer = await trail.ask(prompt) if choices else None
    at, what = known.get(str(answer.choice), (None, "")) if answer is not None else (None, "")
    if at is None:
        return False
    await ask_where(trail, at, what)
    return True


async def _unknown_words(trail: Trail, status: Status) -> str | None:
    """Return the words of the one status that nobody listed, where they are the site's own."""
    if status.at is None:
        return None
    texts = {
        " ".join(text.split()) for text in await locate(trail.page, trail.site, status.at).all_inner_texts()
    }
    labels = (status.verified, status.in_progress, status.unverified)
    known = {word.casefold() for label in labels if label is not None for word in trail.site.words(label)}
    unknown = [text for text in texts if text and text.casefold() not in known]
    impersonal = Impersonal(trail.profile)
    return unknown[0] if len(unknown) == 1 and impersonal(unknown[0]) else None


async def _moved(trail: Trail, at: At, what: str) -> str:
    if await locate(trail.page, trail.site, at).count() > 1:
        return _("{what} is there more than once.", what=_capital(what))
    return _("{what} is not where the site file says.", what=_capital(what))


def _closest(near: list[Candidate]) -> str:
    return _("Closest on the page: {names}.", names=", ".join(map(str, near))) if near else ""


async def _offers(trail: Trail, at: At) -> list[tuple[Candidate, Proposal | None]]:
    """Return what it may be now, each with the change that says so; None where two are called the same."""
    scope = await region(trail.page, trail.site, trail.site.now(at))
    impersonal = Impersonal(trail.profile)
    known = words_of(trail.site)
    offers: list[tuple[Candidate, Proposal | None]] = []
    for one in await candidates(trail.page, trail.site, at, most=_LOOKED_THROUGH):
        # What the file knows as something else has not come to mean this; a person may still point at it.
        if one.name.casefold() in known or not impersonal(one.name) or len(offers) == len(_ORDINALS):
            continue
        target = scope.get_by_role(one.role, name=one.name, exact=True).filter(visible=True)  # type: ignore[arg-type]  # a role
        alone = await target.count() == 1
        proposal = await propose(trail.page, trail.site, at, target, impersonal) if alone else None
        offers.append((one, proposal))
    return offers


def _choices(offers: list[tuple[Candidate, Proposal | None]]) -> tuple[Choice, ...]:
    told = [
        Choice(ordinal, _("It is {candidate}", candidate=one), name=one.name)
        for ordinal, (one, proposal) in zip(_ORDINALS, offers, strict=False)
        if proposal is not None
    ]
    return (*told, Choice("pick", _("Show it: I point at it in the browser")), *done_or_stop())


async def _picked(trail: Trail, at: At, what: str) -> Proposal | None:
    """Have the person point at it; nothing on the page is pressed by that, and nothing leaves meanwhile."""
    async with trail.gate.closed(trail.page.context):
        try:
            async with picking(trail.page) as picked:
                target = await _pointed_at(trail, picked, what)
                if target is None:
                    return None
                return await propose(trail.page, trail.site, at, target, Impersonal(trail.profile))
        except PlaywrightError:
            trail.tell("say", _("The page has changed meanwhile."))
            return None


async def _pointed_at(trail: Trail, picked: asyncio.Future[Locator], what: str) -> Locator | None:
    question = _("Click {what} in the browser window. This click presses nothing.", what=what)
    choices = (Choice("back", _("Back to the question")), Choice(STOP, _("Stop here")))
    answer = await trail.ask(Prompt("pick", question, choices=choices), until=settled(picked))
    if answer is None or answer.choice == STOP:
        raise NeedsPerson(_("Nobody showed {what}.", what=what))
    return None if answer.choice == "back" else await settled(picked, seconds=_PICKED_S)


async def _accepted(trail: Trail, proposal: Proposal, found: str, at: At) -> bool:
    """Show the change to the site file; with the person's word it is known from now on, and kept."""
    site = trail.site
    learned = site.learned(proposal.instead, proposal.containers)
    changes = proposal.changes(site)
    shown = _shown(trail, changes)
    kept = (
        (Choice(YES, _("Yes, and keep it for the next runs")),) if site.origin and site.origin.overlay else ()
    )
    prompt = Prompt(
        "learn",
        together(found, _("Is that right?")),
        choices=(
            *kept,
            Choice("once", _("Yes, but only for this run")),
            Choice(NO, _("No, ask again")),
            Choice(STOP, _("Stop here")),
        ),
        detail=shown,
        target=locate(trail.page, learned, at),
    )
    # A ring around a button invites to press it.
    async with trail.gate.closed(trail.page.context):
        answer = await trail.ask(prompt)
    if answer is None or answer.choice == STOP:
        raise NeedsPerson(together(found, _("Nobody said whether that is right.")))
    if answer.choice == NO:
        return False
    trail.site = learned
    written = answer.choice == YES and _kept(trail, changes)
    trail.recorder.event("learned", places=sorted(changes), thing=proposal.thing, diff=shown, kept=written)
    return True


def _shown(trail: Trail, changes: dict[str, Learnable]) -> str:
    origin = trail.site.origin
    if origin is None:
        return ", ".join(sorted(changes))
    overlay = load_overlay(origin.overlay) if origin.overlay else None
    before = overlay.learned if overlay else {}
    return difference(origin, before, {**before, **entries(trail.site, changes)})


def _kept(trail: Trail, changes: dict[str, Learnable]) -> bool:
    origin = trail.site.origin
    assert origin is not None  # noqa: S101  # keeping was offered only then
    assert origin.overlay is not None  # noqa: S101
    try:
        keep(origin.overlay, trail.site.id, entries(trail.site, changes))
    except OSError as error:
        trail.say(
            _(
                "What was learned could not be kept, and holds for this run only: {reason}.",
                reason=system(error),
            )
        )
        return False
    trail.say(
        _(
            "Learned and kept on this machine; `handrail site diff {site}` shows it, "
            "`handrail site export {site}` makes a file to send back.",
            site=trail.site.id,
        )
    )
    return True


def _capital(what: str) -> str:
    return what[:1].upper() + what[1:]
