"""What an address asks the person; each returns the answer and does nothing with it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Literal

from handrail.core.i18n import gettext as _
from handrail.engine.context.stops import NeedsPerson, Waiting, in_minutes
from handrail.engine.effects.effect import NOT_ARRIVED
from handrail.engine.verifications.address.progress import VISIBLE_WITHIN_MINUTES
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, YES, yes_or_no
from handrail.profile.matching.compare import Comparison, part_name

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext

Method = Literal["postcard", "document"]


async def ask_whether_none(run: RunContext, name: str, label: str) -> bool:
    """Return whether there is no address yet where the page shows no part of it; False where it moved."""
    prompt = Prompt(
        "no-address",
        _("The page shows no part of the {channel} where the site file says. Is there none yet?",
          channel=label),
        choices=(
            Choice("none", _("There is none yet")),
            Choice("moved", _("It is shown; I point at it")),
            Choice(STOP, _("Stop here")),
        ),
        channel=name,
    )  # fmt: skip
    unanswered = NeedsPerson(
        _("The page shows no part of the {channel} where the site file says.", channel=label),
        hint=_("Run the same command again and show where it stands; nothing was changed."),
        ends_run=False,
    )
    answer = await run.journal.require(prompt, unanswered, only=("none", "moved"))
    return answer.choice == "none"


async def ask_whether_to_align(run: RunContext, name: str, label: str) -> bool:
    """Return whether to write the same place as the profile does; it is kept where nobody answers."""
    prompt = Prompt(
        "written-differently",
        _("The {channel} is the same place written differently. Keep it as it is?", channel=label),
        choices=(
            Choice("keep", _("Keep it as the site writes it")),
            Choice("align", _("Write it as the profile does")),
            Choice(STOP, _("Stop here")),
        ),
        default="keep",
        channel=name,
    )
    answer = await run.journal.ask(prompt)
    if answer is not None and answer.choice == STOP:
        raise NeedsPerson(_("Stopped before the {channel} was changed.", channel=label))
    return answer is not None and answer.choice == "align"


async def ask_method(run: RunContext, methods: Collection[Method], name: str, label: str) -> Method:
    """Return how the site shall verify the address; NeedsPerson where nobody chose."""
    labels: dict[Method, str] = {
        "postcard": _("By a postcard with a code, sent to this address (about 5 to 7 business days)"),
        "document": _("By the business documents"),
    }
    prompt = Prompt(
        "verify-how",
        _("How shall the site verify the {channel}?", channel=label),
        choices=(*(Choice(method, labels[method]) for method in methods), Choice(STOP, _("Stop here"))),
        channel=name,
    )
    unanswered = NeedsPerson(
        _("The site asks how the {channel} shall be verified, and nobody chose.", channel=label),
        hint=_("Run the same command again and choose; nothing was ordered."),
        ends_run=False,
    )
    answer = await run.journal.require(prompt, unanswered, only=methods)
    return next(method for method in methods if method == answer.choice)


async def ask_whether_postcard_came(run: RunContext, name: str, label: str, dates: str) -> bool:
    """Return whether the postcard has come; at guide level its code is then typed on the page."""
    prompt = Prompt(
        "postcard-code",
        _("Has the postcard for the {channel} come ({dates})?", channel=label, dates=dates),
        choices=(
            Choice("arrived", _("It has come")),
            Choice(NOT_ARRIVED, _("It has not arrived")),
            Choice(STOP, _("Stop here")),
        ),
        default=NOT_ARRIVED,
        channel=name,
    )
    unanswered = NeedsPerson(postcard_on_its_way(label, dates), ends_run=False)
    answer = await run.journal.require(prompt, unanswered)
    return answer.choice != NOT_ARRIVED


async def agree_to_lose_postcard(run: RunContext, name: str, label: str, deed: str, dates: str) -> None:
    """Return once the person agreed to what makes a postcard's code worthless; NeedsPerson otherwise."""
    prompt = Prompt(
        "another-postcard",
        _(
            "{deed} makes the code on the postcard that is on its way worthless ({dates})."
            " Do it all the same?",
            deed=deed,
            dates=dates,
        ),
        choices=yes_or_no(),
        channel=name,
    )
    not_agreed = NeedsPerson(
        _(
            "A postcard for the {channel} is on its way ({dates}); nobody agreed to make it worthless.",
            channel=label,
            dates=dates,
        ),
        hint=_("Wait for the postcard, or run the same command again and agree."),
        ends_run=False,
    )
    await run.journal.require_yes(prompt, not_agreed)


async def ask_to_give_up_unseen_postcard(run: RunContext, name: str, label: str, day: str) -> bool:
    """Return whether to order another postcard where the page does not show the one ordered that day."""
    question = _(
        "A postcard for the {channel} was ordered on {day}, and the page does not show it. Another one "
        "makes its code worthless. Order another one all the same?",
        channel=label,
        day=day,
    )
    answer = await run.journal.ask(Prompt("another-postcard", question, choices=yes_or_no(), channel=name))
    return answer is not None and answer.choice == YES


async def agree_to_begin_anew(run: RunContext, name: str, label: str) -> None:
    """Return once the person agreed to save while a change is under way; Waiting otherwise."""
    prompt = Prompt(
        "change-under-way",
        _(
            "The site is still working on a change of the {channel}. Saving now begins that anew. Save all "
            "the same?",
            channel=label,
        ),
        choices=yes_or_no(),
        channel=name,
    )
    not_agreed = Waiting(
        _("The site is still working on a change of the {channel}; nothing was saved.", channel=label),
        until=in_minutes(VISIBLE_WITHIN_MINUTES),
        until_from="handrail",
    )
    await run.journal.require_yes(prompt, not_agreed)


def postcard_on_its_way(label: str, dates: str) -> str:
    """Return what is said where a postcard is out and nothing more is to be done."""
    return _("A postcard for the {channel} is on its way ({dates}).", channel=label, dates=dates)


def changes(comparison: Comparison) -> list[str]:
    """Return the difference part by part, in a person's words."""
    return [
        _(
            "{part}: “{shown}” becomes “{wanted}”",
            part=part_name(part.part),
            shown=part.shown or _("(empty)"),
            wanted=part.wanted or _("(empty)"),
        )
        for part in comparison.differing
    ]
