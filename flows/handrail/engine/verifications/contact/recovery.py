"""What the person is asked where a code does not come, is no longer good, or is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from handrail.core.i18n import gettext as _
from handrail.core.i18n import together
from handrail.engine.context.stops import NeedsPerson
from handrail.operator import Choice, Prompt
from handrail.operator.prompts import STOP, yes_or_no

if TYPE_CHECKING:
    from handrail.engine.context.run_context import RunContext
    from handrail.profile.channel import Channel

Recovery = Literal["wait", "new-code", "another-number"]


async def ask_about_missing_code(run: RunContext, channel: Channel) -> Recovery:
    """Return what to do where no code has arrived; a new code makes the one before invalid."""
    prompt = Prompt(
        "code-missing",
        _("No code has arrived for {channel}. A new code makes the one before invalid.", channel=channel),
        choices=(
            Choice("wait", _("Wait, and come back later")),
            Choice("new-code", _("Ask for a new code")),
            Choice("another-number", _another_value(channel)),
            Choice(STOP, _("Stop here")),
        ),
        default="wait",
        channel=channel.kind,
    )
    stopped = NeedsPerson(_("Stopped while waiting for the code for {channel}.", channel=channel))
    return await _recovery(run, prompt, stopped)


async def ask_after_refusal(run: RunContext, channel: Channel) -> Recovery:
    """Return what to do where the site will not send a code to this value."""
    prompt = Prompt(
        "refused",
        _(
            "The site will not send a code to {channel}. It was asked once and is not asked again by itself.",
            channel=channel,
        ),
        choices=(
            Choice("another-number", _another_value(channel)),
            Choice("wait", _("Wait, and come back later")),
            Choice(STOP, _("Stop here")),
        ),
        default="wait",
        channel=channel.kind,
    )
    return await _recovery(
        run, prompt, NeedsPerson(_("Stopped after the site refused {channel}.", channel=channel))
    )


async def agree_to_another_code(run: RunContext, channel: Channel, reason: str) -> None:
    """Return once the person agreed to another code, having been told why; NeedsPerson otherwise."""
    question = _("May Handrail ask for another one to be sent to {channel}?", channel=channel)
    prompt = Prompt("another-code", together(reason, question), choices=yes_or_no(), channel=channel.kind)
    not_agreed = NeedsPerson(
        together(reason, _("Nobody agreed to ask for another one.")),
        hint=_("Run the same command again when a new code may be sent."),
        ends_run=False,
    )
    await run.journal.require_yes(prompt, not_agreed)


async def _recovery(run: RunContext, prompt: Prompt, stopped: NeedsPerson) -> Recovery:
    answer = await run.journal.ask(prompt)
    choice = answer.choice if answer is not None else None
    if choice == STOP:
        raise stopped
    if choice == "new-code":
        return "new-code"
    # Where nobody answers, waiting is what changes nothing.
    return "another-number" if choice == "another-number" else "wait"


def _another_value(channel: Channel) -> str:
    return _("Use another number") if channel.kind == "phone" else _("Use another address")
