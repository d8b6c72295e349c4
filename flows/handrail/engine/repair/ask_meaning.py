"""Words the site file does not know: the person says what they mean, and the site file learns it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.engine.repair.accept_change import accept_change
from handrail.engine.repair.ask_element import ask_where
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP
from handrail.sites.anonymity.wording import Impersonal
from handrail.sites.overlay.overlay import extended
from handrail.sites.overlay.propose_locator import Proposal
from handrail.sites.schema.locators import LocatorSpec, Status

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext


_TRIES = 3


async def ask_what_it_means(run: RunContext, status: Status, what: str) -> bool:
    """Have the person say what unknown words of a status mean; whether they did, and it is known now."""
    unknown = await _unknown_words(run, status)
    if unknown is None:
        return False
    known = {"verified": status.verified, "in-progress": status.in_progress, "unverified": status.unverified}
    meanings: dict[str, str] = {
        "verified": _("It is verified"),
        "in-progress": _("The site is still working on it"),
        "unverified": _("It is not verified"),
    }
    question = _("The page says “{words}” of {what}. What does that mean?", words=unknown, what=what)
    choices = [Choice(state, meanings[state]) for state, label in known.items() if label is not None]
    prompt = Prompt("status-word", question, choices=(*choices, Choice(STOP, _("Stop here"))))
    assert status.at is not None  # noqa: S101  # the words were read from there
    for _attempt in range(_TRIES):
        answer = await run.journal.ask(prompt)
        if answer is None or answer.choice is None or (label := known.get(answer.choice)) is None:
            return False
        text = run.site.text(label)
        proposal = Proposal(f"“{unknown}”", {text: extended(text, unknown)})
        meaning = meanings[answer.choice]
        sentence = _("“{words}” of {what} means: {meaning}.", words=unknown, what=what, meaning=meaning)
        if await accept_change(run, proposal, sentence, status.at):
            return True
    return False


async def ask_which(run: RunContext, signs: Mapping[str, tuple[LocatorSpec | None, str]]) -> bool:
    """Where a page shows none of these signs, have the person say which it shows, and where.

    `signs` holds, by choice, where each stands and what it is in the person's words.
    """
    choices = [Choice(name, what) for name, (at, what) in signs.items() if at is not None]
    if not choices:
        return False
    prompt = Prompt(
        "which-shown",
        _("The page shows nothing here that the site file knows. Which of these does it show?"),
        choices=(*choices, Choice(STOP, _("None of them; stop here"))),
    )
    answer = await run.journal.ask(prompt)
    at, what = signs.get(str(answer.choice), (None, "")) if answer is not None else (None, "")
    if at is None:
        return False
    await ask_where(run, at, what)
    return True


async def _unknown_words(run: RunContext, status: Status) -> str | None:
    """Return the words of the one status that nobody listed, where they are the site's own."""
    if status.at is None:
        return None
    texts = {" ".join(text.split()) for text in await run.view.locate(status.at).all_inner_texts()}
    labels = (status.verified, status.in_progress, status.unverified)
    known = {word.casefold() for label in labels if label is not None for word in run.site.words(label)}
    unknown = [text for text in texts if text and text.casefold() not in known]
    impersonal = Impersonal(run.profile)
    return unknown[0] if len(unknown) == 1 and impersonal(unknown[0]) else None
