"""What a certification asks the person; each returns the answer and does nothing with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.stops import NeedsPerson
from handrail.engine.verifications.certification.items import NAMES, SECRET, ComparedItem, Equality
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import NO, STOP, YES, yes_or_no

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from handrail.engine.context.run_context import RunContext
    from handrail.sites.schema.base import ItemKind

_TRIES_AT_A_NAME = 5


async def ask_whether_asked(run: RunContext, channel: str, by_when: str) -> bool:
    """Return whether the page asks for the certification, where nobody knows its words for it."""
    prompt = Prompt(
        "asks-for-it",
        _(
            "Nobody has published how this page says that it asks for nothing. Look at it: does it ask "
            "you to review or certify the account's information?"
        ),
        choices=(*yes_or_no(), Choice(STOP, _("Stop here"))),
        channel=channel,
    )
    unanswered = NeedsPerson(_("Nobody said whether the page asks for the certification."), hint=by_when)
    answer = await run.journal.require(prompt, unanswered, only=(YES, NO))
    return answer.choice == YES


async def ask_certifier(run: RunContext, by_when: str) -> str:
    """Return the name of the person who certifies; a number is no name, and is asked about again."""
    question = _("Who certifies? Type your name; it stands in the evidence beside each value.")
    problem = ""
    for _attempt in range(_TRIES_AT_A_NAME):
        prompt = Prompt("certifier", together(problem, question), wants_text=True)
        answer = await run.journal.ask(prompt)
        if answer is None or not answer.text:
            break
        name = " ".join(answer.text.split())
        if any(character.isalpha() for character in name):
            return name
        problem = _("“{text}” is no name.", text=name)
    raise NeedsPerson(_("Nobody gave a name, so nothing is certified."), hint=by_when, ends_run=False)


async def compare_by_eye(run: RunContext, kind: ItemKind, value: str | None, by_when: str) -> Equality:
    """Return how an item that nobody has published a place for compares with `value`, as the person says."""
    labels: dict[Equality, str] = {
        "same": _("The same, to the letter"),
        "written-differently": _("The same, written differently"),
        "different": _("Another value"),
        "not-shown": _("It is not shown anywhere"),
    }
    item = str(NAMES[kind])
    prompt = Prompt(
        "by-eye",
        _(
            "Nobody has published where this stands. Look at the account's pages: is the {item} there "
            "what your profile says?",
            item=item,
        ),
        choices=(*(Choice(word, label) for word, label in labels.items()), Choice(STOP, _("Stop here"))),
        channel=kind,
        value=value,
    )
    unanswered = NeedsPerson(
        _("Nobody compared the {item}; nothing is certified.", item=item), hint=by_when, ends_run=False
    )
    answer = await run.journal.require(prompt, unanswered, only=labels)
    return next(word for word in labels if word == answer.choice)


async def agree_to_writing(run: RunContext, item: ComparedItem, target: Locator | None, hint: str) -> None:
    """Return once the person agreed to certify an item as the site writes it; NeedsPerson otherwise."""
    prompt = Prompt(
        "certify-as-written",
        _(
            "{item}: the site writes “{shown}”, the profile “{wanted}”. Certify it as the site writes it?",
            item=item.name,
            shown=item.shown,
            wanted=item.wanted,
        ),
        choices=(
            Choice(YES, _("Yes, it is the same, and true as the site writes it")),
            Choice(STOP, _("No, have it written as on the documents first")),
        ),
        channel=item.kind,
        target=target,
    )
    not_agreed = NeedsPerson(
        _(
            "{item}: the site writes “{shown}”, the profile “{wanted}”, and nobody said that it "
            "may be certified so.",
            item=item.name,
            shown=item.shown,
            wanted=item.wanted,
        ),
        hint=hint,
        ends_run=False,
    )
    await run.journal.require_yes(prompt, not_agreed)


async def confirm_true(
    run: RunContext, item: ComparedItem, whole: str | None, target: Locator | None, by_when: str
) -> None:
    """Return once the person said that the item is true today; NeedsPerson otherwise.

    `whole` is the profile's value for the person's own eyes, where the question shows it only in part.
    """
    # A secret is looked at on the page, where alone it stands.
    secret = item.kind in SECRET
    value = _("{dots}, as the page shows it", dots=item.shown) if secret else item.shown
    prompt = Prompt(
        "confirm-true",
        _("Is this true today? {item}: {value}", item=item.name, value=value),
        choices=yes_or_no(),
        channel=item.kind,
        target=target,
        value=whole,
    )
    not_confirmed = NeedsPerson(
        _("Nobody confirmed that the {item} is true today; nothing is certified.", item=item.name),
        hint=by_when,
        ends_run=False,
    )
    await run.journal.require_yes(prompt, not_confirmed)
